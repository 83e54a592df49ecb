using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests;

/// <summary>What came again and again and stops is missed; what has pauses of its own is not.</summary>
public sealed class SilenceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // How often it comes, for how many minutes, and after how many seconds of silence it is missed; null for never within two hours.
    [Theory]
    [InlineData(1, 60, 601.0)]
    [InlineData(30, 60, 601.0)]
    [InlineData(200, 60, 996.0)]
    [InlineData(1, 20, null)]
    [InlineData(3_600, 200, null)]
    public void It_is_missed_when_it_is_silent_for_far_longer_than_ever(int every, int minutes, double? missed)
    {
        var silence = new Silence(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(10));
        for (var i = 0; i < minutes * 60; i++)
        {
            silence.Add(Second, i % every == 0);
        }

        for (var i = 0; i < 7_200 && silence.Standing is null; i++)
        {
            silence.Add(Second, false);
        }

        Assert.Equal(missed, silence.Standing?.TotalSeconds);
        silence.Add(Second, true);
        Assert.Null(silence.Standing);
    }

    [Fact]
    public void A_silence_that_comes_again_and_again_is_a_habit()
    {
        var silence = new Silence(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(10));
        var missed = new List<TimeSpan?>();
        foreach (var minutes in (int[])[20, 60, 70, 70, 400])
        {
            for (var i = 0; i < 3_600; i++)
            {
                silence.Add(Second, true);
            }

            for (var i = 0; i < minutes * 60; i++)
            {
                silence.Add(Second, false);
            }

            missed.Add(silence.Standing);
        }

        Assert.Equal([TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(70), null, TimeSpan.FromMinutes(400)], missed);
    }

    [Fact]
    public void Labels_that_stop_break_the_guard_that_lives_on_them_and_no_other()
    {
        var judge = new RolloutJudge(Slices.Model(), Slices.Rollout([Slices.Guard(SignalKind.Accuracy, Scale.Difference, -0.01), Slices.Guard(SignalKind.ErrorRate, Scale.Difference, 0.02) with { Name = "errors" }], [10]));
        var number = 0;
        Add(3_600, 100, labels: true);
        Add(500, 0, labels: false); // nobody calls: nobody tells
        Add(530, 100, labels: false);
        Assert.NotEqual(VerdictKind.Broken, judge.Evaluate(forecast: false).Verdicts[0].Kind);

        Add(20, 100, labels: false);
        var silent = judge.Evaluate(forecast: false);
        Add(1, 100, labels: true);
        var back = judge.Evaluate(forecast: false);

        Assert.Equal((VerdictKind.Broken, VerdictKind.Pass), (silent.Verdicts[0].Kind, silent.Verdicts[1].Kind));
        Assert.Equal("no feedback for accuracy has come for 10 min of traffic, far longer than it usually takes", silent.Verdicts[0].Reason);
        Assert.NotEqual(VerdictKind.Broken, back.Verdicts[0].Kind);

        void Add(int seconds, long exchanges, bool labels)
        {
            for (var i = 0; i < seconds; i++)
            {
                number++;
                judge.Add(Slices.Slice(number, 0, 10, Slices.Counts(9 * exchanges), Slices.Counts(exchanges)) with
                {
                    Length = Second,
                    Labels = labels && i % 60 == 0 ? [new(0, Core.Arm.Canary, 0, 1, 0), new(0, Core.Arm.Baseline, 0, 9, 0)] : [],
                });
            }
        }
    }
}
