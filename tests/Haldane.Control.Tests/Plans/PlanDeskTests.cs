using Haldane.Control.Plans;
using Haldane.Control.Tests.Fakes;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Plans;

public sealed class PlanDeskTests
{
    private readonly HandTime _time = new();
    private readonly Counting _simulator = new();
    private string _revision = "a";

    [Fact]
    public async Task A_trial_goes_on_while_somebody_asks_and_its_answer_is_kept()
    {
        using var desk = Desk();

        var first = desk.Study("fraud-v2", new())!;
        await UntilAsync(() => desk.Study("fraud-v2", new())!.IsDone);

        Assert.Equal((0, 1), (first.Runs, _simulator.Begun));
        Assert.Equal(5, desk.Study("fraud-v2", new())!.Runs);
        Assert.Null(desk.Study("nobody", new()));
    }

    [Fact]
    public async Task Another_question_or_another_specification_is_another_trial()
    {
        using var desk = Desk();
        await UntilAsync(() => desk.Study("fraud-v2", new())!.IsDone);

        Assert.False(desk.Study("fraud-v2", new(Margin: 2))!.IsDone);
        _revision = "b";
        Assert.False(desk.Study("fraud-v2", new())!.IsDone);
        Assert.Equal(3, _simulator.Begun);
    }

    [Fact]
    public async Task What_nobody_asks_for_any_more_rests_and_goes_on_when_somebody_does()
    {
        using var desk = Desk();
        _simulator.Gate = new(0);
        desk.Study("fraud-v2", new());
        _simulator.Gate.Release();
        await UntilAsync(() => _simulator.Steps == 1);
        _time.Pass(TimeSpan.FromMinutes(1));
        _simulator.Gate.Release(100);

        // The step that was under way ends; no other begins.
        await Task.Delay(200);
        Assert.InRange(_simulator.Steps, 1, 2);
        await UntilAsync(() => desk.Study("fraud-v2", new())!.IsDone);
        Assert.Equal((5, 1), (_simulator.Steps, _simulator.Begun));
    }

    [Fact]
    public async Task Who_opens_a_page_comes_first()
    {
        using var desk = Desk();
        desk.MakeWay();
        desk.Study("fraud-v2", new());

        await Task.Delay(200);
        Assert.Equal(0, _simulator.Steps);
        _time.Pass(TimeSpan.FromSeconds(2));
        await UntilAsync(() => desk.Study("fraud-v2", new())!.IsDone);
    }

    [Fact]
    public async Task Also_within_a_step()
    {
        using var desk = Desk();
        _simulator.Gate = new(0);
        desk.Study("fraud-v2", new());
        await Task.Delay(100); // the step is under way
        desk.MakeWay();
        _simulator.Gate.Release(100);

        await Task.Delay(200);
        Assert.Equal(0, _simulator.Steps);
        _time.Pass(TimeSpan.FromSeconds(2));
        await UntilAsync(() => desk.Study("fraud-v2", new())!.IsDone);
    }

    [Fact]
    public async Task However_many_pages_are_opened_a_trial_comes_to_its_end()
    {
        using var desk = Desk();
        for (var i = 0; i < 1_000 && !desk.Study("fraud-v2", new())!.IsDone; i++)
        {
            desk.MakeWay();
            _time.Pass(TimeSpan.FromMilliseconds(100));
            await Task.Delay(10);
        }

        Assert.True(desk.Study("fraud-v2", new())!.IsDone);
    }

    [Fact]
    public async Task Who_ends_it_does_not_wait_for_a_step_that_rests()
    {
        var desk = Desk();
        desk.MakeWay();
        desk.Study("fraud-v2", new());

        await Task.Run(desk.Dispose, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Of_many_questions_the_oldest_are_forgotten()
    {
        using var desk = Desk();
        for (var i = 0; i <= PlanDesk.Most; i++)
        {
            desk.Study("fraud-v2", new(Rate: i + 1));
        }

        await UntilAsync(() => desk.Study("fraud-v2", new(Rate: PlanDesk.Most + 1))!.IsDone);
        desk.Study("fraud-v2", new(Rate: 1));

        Assert.Equal(PlanDesk.Most + 2, _simulator.Begun);
    }

    [Fact]
    public void What_cannot_be_simulated_is_said()
    {
        _simulator.CanNot = true;
        using var desk = Desk();

        var study = desk.Study("fraud-v2", new())!;

        Assert.True(study.IsDone);
        Assert.Contains("not simulated", study.WhyNot, StringComparison.Ordinal);
    }

    private PlanDesk Desk() => new(() => (_revision, Make.Set(Make.Rollout())), _simulator, static () => { }, _time);

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 1_000 && !holds(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(holds());
    }

    /// <summary>Trials of five steps.</summary>
    private sealed class Counting : IPlanSimulator
    {
        private int _steps;

        public int Begun { get; private set; }

        public int Steps => Volatile.Read(ref _steps);

        public bool CanNot { get; set; }

        public SemaphoreSlim? Gate { get; set; }

        public IPlanTrial? Begin(ModelSpec model, RolloutSpec rollout, PlanSliders sliders)
        {
            Begun++;
            return CanNot ? null : new Trial(this, rollout.Name, sliders);
        }

        private sealed class Trial(Counting owner, string rollout, PlanSliders sliders) : IPlanTrial
        {
            private int _runs;

            public void Advance(Action breathe)
            {
                owner.Gate?.Wait(TimeSpan.FromSeconds(20));
                breathe();
                _runs++;
                Interlocked.Increment(ref owner._steps);
            }

            public PlanStudy Study() => new() { Rollout = rollout, Sliders = sliders, Runs = _runs, Enough = 5 };
        }
    }
}
