using System.Text;
using System.Threading.Channels;
using Haldane.Control.Evaluators;
using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Feedback;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Evaluators;

/// <summary>Answers on their way to evaluators, and their scores on the way to a decision.</summary>
public sealed class EvaluationDeskTests : IAsyncDisposable
{
    private static readonly EvaluatorSpec Grader = new("grader", "http://127.0.0.1:1/", ["score"]);
    private static readonly GuardSpec Guard = new() { Name = "grounded", Signal = new(SignalKind.Mean, Name: "score"), Scale = Scale.Difference, AtLeast = true, Bad = -0.2, Fine = -0.1, Segments = SegmentScan.None };

    private readonly Stream _samples = new();
    private readonly Oracle _oracle = new();
    private readonly Lines<EvaluationDesk> _log = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    [Fact]
    public async Task A_canary_whose_answers_are_scored_worse_is_taken_back()
    {
        using var world = await StartedAsync();
        var desk = Run(world);
        _oracle.Say = static s => Scored(s.Token.Arm == Arm.Canary ? 0.2 : 0.8);
        for (uint i = 0; i < 3_000 && world.View.Rollout.Phase == Phase.Running; i += 50)
        {
            for (uint j = 0; j < 50; j++)
            {
                _samples.Give(Sample(i + j, (i + j) % 2 == 0 ? Arm.Canary : Arm.Baseline));
            }

            await UntilAsync(() => Scored(desk) == i + 50);
            await world.TickAsync();
        }

        Assert.Equal((Phase.RolledBack, "grounded"), (world.View.Rollout.Phase, world.View.Rollout.Guard));
        Assert.All(world.Disk.Slices(1).SelectMany(s => s.Values), v => Assert.Equal("score", v.Name));
    }

    [Fact]
    public async Task The_same_answer_to_the_same_request_is_scored_once()
    {
        using var world = await StartedAsync();
        var desk = Run(world);
        _samples.Give(Sample(1, Arm.Canary, "same"));
        await UntilAsync(() => Scored(desk) == 1);
        _samples.Give(Sample(2, Arm.Baseline, "same"), Sample(3, Arm.Baseline, "other"));
        await UntilAsync(() => Scored(desk) == 3);

        Assert.Equal((2, new EvaluatorCounts(2, 1, 0, 0, 0, 0, 0)), (_oracle.Asked, desk.All[0].Baseline));
    }

    [Fact]
    public async Task What_an_evaluator_fails_at_is_its_own_and_it_is_left_alone_for_a_while()
    {
        using var world = await StartedAsync();
        var desk = Run(world);
        _oracle.Say = static _ => new(EvaluationKind.Failed, new Dictionary<string, double>(), "it answered 500");
        _samples.Give(Sample(1, Arm.Canary));
        await UntilAsync(() => desk.All[0].Canary.Failed == 1);
        _samples.Give(Sample(2, Arm.Canary), Sample(3, Arm.Baseline));
        await UntilAsync(() => desk.All[0].Baseline.Skipped == 1);
        var resting = desk.All[0];

        _oracle.Say = static _ => Scored(0.5);
        world.Time.Pass(TimeSpan.FromSeconds(1));
        _samples.Give(Sample(4, Arm.Canary));
        await UntilAsync(() => desk.All[0].Canary.Scored == 1);

        Assert.Equal((1, "it answered 500", world.Time.GetUtcNow()), (resting.Canary.Skipped, resting.Fault, resting.RestsUntil));
        Assert.Equal((null, null), (desk.All[0].Fault, desk.All[0].RestsUntil));
        Assert.Equal(["Evaluator grader of fraud gives no scores: it answered 500; no version is charged with it", "Evaluator grader of fraud gives scores again"], _log.All.Select(l => l.Text));
    }

    [Fact]
    public async Task An_answer_that_is_known_says_nothing_of_how_it_does_now()
    {
        using var world = await StartedAsync();
        var desk = Run(world);
        _samples.Give(Sample(1, Arm.Canary, "known"));
        await UntilAsync(() => Scored(desk) == 1);
        _oracle.Say = static _ => new(EvaluationKind.Refused, new Dictionary<string, double>(), "it answered 401");
        _samples.Give(Sample(2, Arm.Canary, "new"));
        await UntilAsync(() => desk.All[0].Canary.Refused == 1);
        _samples.Give(Sample(3, Arm.Canary, "known"));
        await UntilAsync(() => Scored(desk) == 2);

        Assert.Equal("it answered 401", desk.All[0].Fault);
    }

    [Fact]
    public async Task A_question_that_it_does_not_like_does_not_make_it_rest()
    {
        using var world = await StartedAsync();
        var desk = Run(world);
        _oracle.Say = static s => new(s.Token.Subject == 1 ? EvaluationKind.Refused : EvaluationKind.Invalid, new Dictionary<string, double>(), "no");
        _samples.Give(Sample(1, Arm.Canary));
        await UntilAsync(() => desk.All[0].Canary.Refused == 1);
        _samples.Give(Sample(2, Arm.Canary));
        await UntilAsync(() => desk.All[0].Canary.Invalid == 1);
    }

    [Fact]
    public async Task So_many_questions_are_under_way_and_no_more()
    {
        using var world = await StartedAsync();
        var desk = Run(world);
        _oracle.Waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _samples.Give([.. Enumerable.Range(0, 20).Select(i => Sample((uint)i, Arm.Canary))]);
        await UntilAsync(() => desk.All[0].Canary.Skipped == 20 - EvaluatorLine.MostUnderWay);
        _oracle.Waits.SetResult();
        await UntilAsync(() => Scored(desk) == EvaluatorLine.MostUnderWay);
    }

    [Fact]
    public async Task Scores_that_cannot_be_kept_are_counted_and_the_next_ones_are_kept_again()
    {
        using var world = await StartedAsync();
        var desk = Run(world);
        world.Store.IsDown = static (_, call) => call == "feedback";
        _samples.Give(Sample(1, Arm.Canary));
        await UntilAsync(() => desk.All[0].Canary.Lost == 1);
        world.Store.IsDown = static (_, _) => false;
        _samples.Give(Sample(2, Arm.Canary));
        await UntilAsync(() => world.Disk.Feedback.Count == 1);
        await world.TickAsync();

        Assert.Equal(1, world.Disk.Slices(1).SelectMany(s => s.Values).Where(v => v.Cell == 0).Sum(v => v.Count));
    }

    [Fact]
    public async Task What_an_evaluator_scores_nobody_else_brings()
    {
        using var world = await StartedAsync();
        _ = world.Run();

        var receipt = await world.FeedbackAsync(new FeedbackItem { Exchange = world.Token(Make.Exchange(1, 7)), Values = new Dictionary<string, double> { ["score"] = 1 } });

        Assert.Equal(["items[0]: values: score is what the evaluator grader of model fraud gives; feedback cannot bring it"], receipt.Refused);
    }

    private static Evaluation Scored(double score) => new(EvaluationKind.Scored, new Dictionary<string, double> { ["score"] = score }, "");

    private static long Scored(EvaluationDesk desk) => desk.All[0].Baseline.Scored + desk.All[0].Canary.Scored;

    private static SampledExchange Sample(uint subject, Arm arm, string? body = null) =>
        new("fraud", Make.Exchange(1, subject, arm: arm), Grader, new("/fraud/infer", default), new(200, "", Encoding.UTF8.GetBytes(body ?? $"{subject}"), null));

    private static async Task<World> StartedAsync()
    {
        var model = Make.Model();
        var rollout = Make.Rollout() with { Stages = [new(new(5_000), TimeSpan.FromHours(1))], Guards = [.. Make.Rollout().Guards, Guard] };
        var world = await World.OpenAsync(new([model with { Signals = model.Signals with { Evaluators = [Grader] } }], [rollout]));
        await world.StartAsync();
        return world;
    }

    private EvaluationDesk Run(World world)
    {
        _ = world.Run();
        var desk = new EvaluationDesk(_samples, _oracle, world.Controller, world.Time, _log);
        _running = desk.RunAsync(_stop.Token);
        return desk;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 1_000 && !isSo(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(isSo());
    }

    private sealed class Stream : IExchangeSamples
    {
        private readonly Channel<SampledExchange> _all = Channel.CreateUnbounded<SampledExchange>();

        public void Give(params SampledExchange[] samples)
        {
            foreach (var sample in samples)
            {
                _all.Writer.TryWrite(sample);
            }
        }

        public IAsyncEnumerable<SampledExchange> SamplesAsync(CancellationToken cancel) => _all.Reader.ReadAllAsync(cancel);

        public IReadOnlyList<SampleLoss> Losses() => [new("fraud", 3, 1)];
    }

    private sealed class Oracle : IEvaluator
    {
        private int _asked;

        public volatile Func<SampledExchange, Evaluation> Say = static _ => Scored(0.5);

        public volatile TaskCompletionSource? Waits;

        public int Asked => _asked;

        public async Task<Evaluation> ScoreAsync(SampledExchange exchange, CancellationToken cancel)
        {
            Interlocked.Increment(ref _asked);
            await (Waits?.Task ?? Task.CompletedTask).WaitAsync(cancel);
            return Say(exchange);
        }
    }
}
