using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Characteristics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests;

public sealed class AnomalyTests(ITestOutputHelper output)
{
    private static readonly GuardSpec Errors = Slices.Guard(SignalKind.ErrorRate, Scale.Value, 0.5);

    [Fact]
    public void Errors_that_begin_late_are_noticed_within_seconds_and_stand_for_five_minutes()
    {
        var judge = New();
        Feed(judge, 1, 3600, errors: 1);
        var before = judge.Evaluate().Anomalies;

        Feed(judge, 3601, 3605, errors: 12);
        var after = judge.Evaluate().Anomalies;
        Feed(judge, 3606, 3605 + 301, errors: 1);

        output.WriteLine(after[0].Reason);
        Assert.Empty(before);
        var anomaly = Assert.Single(after);
        Assert.Equal("errors", anomaly.Signal);
        Assert.InRange(anomaly.UpToSlice, 3601, 3605);
        Assert.StartsWith("errors suddenly became more than twice as frequent: in the last second 12 of 100 canary exchanges failed", anomaly.Reason, StringComparison.Ordinal);
        Assert.Empty(judge.Evaluate().Anomalies);
    }

    [Fact]
    public void Answers_that_become_slow_and_a_class_that_becomes_frequent_are_noticed()
    {
        var judge = New();
        var (usual, slow) = (Latencies.LogNormal(0.02, 0.3), Latencies.LogNormal(0.06, 0.3));
        for (var n = 1; n <= 130; n++)
        {
            var random = new Random(n);
            var late = n > 120;
            judge.Add(Slices.Slice(
                n,
                0,
                10,
                Streams.Latency(random, 900, usual) with { Classes = [810, 90] },
                Streams.Latency(random, 100, late ? slow : usual) with { Classes = late ? [55, 45] : [90, 10] }));
        }

        var anomalies = judge.Evaluate().Anomalies;

        Assert.Equal(["latency", "predictions"], anomalies.Select(a => a.Signal).Order());
        Assert.StartsWith("answers above ", anomalies.First(a => a.Signal == "latency").Reason, StringComparison.Ordinal);
        Assert.StartsWith("other suddenly became more than twice as frequent", anomalies.First(a => a.Signal == "predictions").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Moments_in_which_one_arm_stands_still_are_no_anomaly_while_both_have_them()
    {
        // One second in ten, fifty answers of the one arm or of the other wait for something. Ten hours, in which 0.06 alarms are allowed on average, after seven minutes each: the first such moments may alarm, and an alarm stands for five.
        var alarms = 0;
        var usual = Latencies.LogNormal(0.02, 0.3);
        for (var seed = 1; seed <= 10; seed++)
        {
            var (judge, random) = (New(), new Random(seed));
            var standing = false;
            for (var n = 1; n <= 3_600; n++)
            {
                var (ofBaseline, ofCanary) = random.Next(10) > 0 ? (0, 0) : random.Next(2) == 0 ? (50, 0) : (0, 50);
                judge.Add(Slices.Slice(n, 0, 10, Arm(random, ofBaseline), Arm(random, ofCanary)));
                var now = judge.Evaluate().Anomalies.Count > 0;
                alarms += now && !standing && n > 420 ? 1 : 0;
                standing = now;
            }
        }

        output.WriteLine($"{alarms} alarms in 10 hours");
        Assert.True(alarms <= 1);

        CellEvidence Arm(Random random, int late)
        {
            var cell = Streams.Latency(random, 200 - late, usual);
            var stuck = LatencyBuckets.IndexOf(0.5);
            return cell with { Exchanges = 200, Latency = late == 0 ? cell.Latency : new([.. cell.Latency.Buckets, stuck], [.. cell.Latency.Counts, late]) };
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void What_is_slow_is_not_taken_over_from_another_stage(int stage, int alarms)
    {
        var judge = new RolloutJudge(Slices.Model(), Slices.Rollout([Errors], 10, 50));
        var (usual, slow) = (Latencies.LogNormal(0.02, 0.3), Latencies.LogNormal(0.2, 0.3));
        var random = new Random(1);
        for (var n = 1; n <= 120; n++)
        {
            judge.Add(Slices.Slice(n, 0, 10, Streams.Latency(random, 180, usual), Streams.Latency(random, 20, usual)));
        }

        judge.Add(Slices.Slice(121, stage, 10, Streams.Latency(random, 180, usual), Streams.Latency(random, 20, slow)));

        Assert.Equal(alarms, judge.Evaluate().Anomalies.Count);
    }

    [Fact]
    public void Twice_the_errors_all_the_time_is_no_anomaly_but_for_a_chance_of_one_in_seven_days()
    {
        // A hundred hours at the line of the null: about 0.6 alarms are allowed on average.
        var alarms = 0;
        for (var seed = 1; seed <= 100; seed++)
        {
            var random = new Random(seed);
            var judge = New();
            var seen = "";
            for (var n = 1; n <= 3600; n++)
            {
                judge.Add(Slices.Slice(
                    n, 0, 10, Slices.Counts(900, random.Binomial(900, 0.01)), Slices.Counts(100, random.Binomial(100, 0.02))));
                var now = judge.Evaluate().Anomalies is [var a, ..] ? $"{a.Signal}{a.UpToSlice}" : seen;
                alarms += now != seen ? 1 : 0;
                seen = now;
            }
        }

        output.WriteLine($"{alarms} alarms in 100 hours");
        Assert.True(alarms <= 4);
    }

    [Fact]
    public void What_was_so_from_the_start_is_no_sudden_change()
    {
        // Four times the errors all the time: for the guards to judge.
        var judge = New();
        var standing = 0;
        for (var n = 1; n <= 1800; n++)
        {
            judge.Add(Slices.Slice(n, 0, 10, Slices.Counts(900, 9), Slices.Counts(100, 4)));
            standing += judge.Evaluate().Anomalies.Count;
        }

        Assert.True(standing <= 301);
        Assert.Empty(judge.Evaluate().Anomalies);
    }

    private static RolloutJudge New() => new(Slices.Model(), Slices.Rollout([Errors], 10));

    private static void Feed(RolloutJudge judge, int from, int to, long errors)
    {
        for (var n = from; n <= to; n++)
        {
            judge.Add(Slices.Slice(n, 0, 10, Slices.Counts(900, 9), Slices.Counts(100, errors)));
        }
    }
}
