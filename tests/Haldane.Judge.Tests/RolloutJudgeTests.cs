using System.Runtime.InteropServices;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Characteristics;
using Haldane.Judge.Tests.Measured;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests;

public sealed class RolloutJudgeTests(ITestOutputHelper output)
{
    private static readonly GuardSpec Errors = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2) with { Floor = 0.001 };

    [Fact]
    public void Before_any_slice_nothing_has_arrived()
    {
        var judgement = Judge(Errors).Evaluate();

        Assert.Equal((0L, 0, TimeSpan.Zero, "nothing has arrived yet"), (judgement.UpToSlice, judgement.Stage, judgement.Baked, judgement.NoData));
        Assert.Equal(VerdictKind.NoData, judgement.Verdicts[0].Kind);
    }

    [Fact]
    public void A_handful_of_canary_exchanges_is_no_data_and_says_how_many()
    {
        var judgement = After(Judge(Errors), Slices.Slice(1, 0, 1, Slices.Counts(900), Slices.Counts(9))).Evaluate();

        Assert.Equal("9 canary exchanges in this stage, 10 are the least", judgement.NoData);
        Assert.Equal(VerdictKind.NoData, judgement.Verdicts[0].Kind);
    }

    [Fact]
    public void Silence_of_more_than_ten_seconds_does_not_bake_and_says_how_long()
    {
        var judge = Judge(Errors);
        After(judge, Range(1, 20, n => Busy(n, 0)));
        After(judge, Range(21, 34, n => Slices.Slice(n, 0, 1, CellEvidence.Empty, CellEvidence.Empty)));

        var silent = judge.Evaluate();
        var back = After(judge, Busy(35, 0)).Evaluate();

        Assert.Equal(("callers have been silent for 14 s", 20.0), (silent.NoData, silent.Baked.TotalSeconds));
        Assert.Equal((null, 21.0), (back.NoData, back.Baked.TotalSeconds));
    }

    [Fact]
    public void A_short_pause_bakes_once_traffic_has_come_back()
    {
        var judge = After(Judge(Errors), Range(1, 20, n => Busy(n, 0)));
        After(judge, Range(21, 26, n => Slices.Slice(n, 0, 1, CellEvidence.Empty, CellEvidence.Empty)));

        var paused = judge.Evaluate();
        var back = After(judge, Busy(27, 0)).Evaluate();

        Assert.Equal((null, 20.0), (paused.NoData, paused.Baked.TotalSeconds));
        Assert.Equal((null, 27.0), (back.NoData, back.Baked.TotalSeconds));
    }

    [Fact]
    public void A_new_stage_starts_its_time_and_its_counts_anew()
    {
        var judge = After(Judge(Errors), Range(1, 20, n => Busy(n, 0)));

        var judgement = After(judge, Busy(21, 1)).Evaluate();

        Assert.Equal((21L, 1, 1.0, 100L), (judgement.UpToSlice, judgement.Stage, judgement.Baked.TotalSeconds, judgement.CanaryExchanges));
    }

    [Fact]
    public void A_canary_without_errors_passes_below_the_floor()
    {
        var judge = After(Judge(Errors), Busy(1, 0));
        var before = judge.Evaluate().Verdicts[0];
        var needed = int.Parse(before.Reason.Split("about ")[1].Split(' ')[0].Replace(",", "", StringComparison.Ordinal));
        var slices = (needed + 99) / 100;

        After(judge, Range(2, slices - 1, n => Busy(n, 0)));
        var almost = judge.Evaluate().Verdicts[0];
        var after = After(judge, Busy(slices, 0)).Evaluate().Verdicts[0];

        output.WriteLine(before.Reason);
        Assert.Equal("no errors in 100 canary exchanges", before.Reason.Split(';')[0]);
        Assert.InRange(needed, 4000, 8000);
        Assert.Equal((VerdictKind.Undecided, VerdictKind.Pass), (almost.Kind, after.Kind));
        Assert.Equal($"no errors in {100 * slices:N0} canary exchanges; below the floor of 0.1 %", after.Reason);
        Assert.Equal("subjects", after.CountedBy);
    }

    [Fact]
    public void A_canary_that_passes_early_and_then_breaks_is_taken_back()
    {
        var judge = After(Judge(Errors with { Floor = 0 }), Range(1, 30, n => Slices.Slice(n, 0, 10, Slices.Counts(900, 9), Slices.Counts(100, 1))));
        var before = judge.Evaluate().Verdicts[0];

        After(judge, Range(31, 60, n => Slices.Slice(n, 0, 10, Slices.Counts(900, 9), Slices.Counts(100, 40))));

        Assert.Equal(VerdictKind.Pass, before.Kind);
        Assert.Equal(VerdictKind.Fail, judge.Evaluate().Verdicts[0].Kind);
    }

    [Fact]
    public void A_split_that_is_not_the_one_that_was_asked_breaks_every_verdict()
    {
        var judge = Judge(Errors, Slices.Guard(SignalKind.Latency, Scale.Value, 0.3, 0.99));

        After(judge, Range(1, 30, n => WithSubjects(Busy(n, 0), baseline: 970, canary: 30)));

        var judgement = judge.Evaluate();
        Assert.All(judgement.Verdicts, v => Assert.Equal(VerdictKind.Broken, v.Kind));
        Assert.StartsWith("the split is not the one that was asked: the canary got 3 % of ", judgement.Verdicts[0].Reason, StringComparison.Ordinal);
        Assert.EndsWith(" sampled subjects, 1% was asked; the arms cannot be compared", judgement.Verdicts[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sound_split_is_not_called_broken_even_with_many_restarts()
    {
        var broken = 0;
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var judge = Judge(Errors);
            After(judge, Range(1, 100, n =>
            {
                var canary = random.Binomial(1000, 0.01);
                return WithSubjects(Busy(n, 0), 1000 - canary, canary) with { Fresh = n % 10 == 0 };
            }));
            broken += judge.Evaluate().Verdicts[0].Kind == VerdictKind.Broken ? 1 : 0;
        }

        Assert.Equal(0, broken);
    }

    [Fact]
    public void Many_answers_that_cannot_be_read_break_the_drift_guard()
    {
        var judge = Judge(Slices.Guard(SignalKind.PredictionDrift, Scale.JensenShannon, 0.05));
        var good = new CellEvidence { Exchanges = 1000, Classes = [300, 700] };

        var verdict = After(judge, Slices.Slice(1, 0, 1, good, good with { Exchanges = 1000, Unread = 60, Classes = [280, 660] })).Evaluate().Verdicts[0];

        Assert.Equal(VerdictKind.Broken, verdict.Kind);
        Assert.Equal("the prediction of 60 of 1,000 canary answers in this stage could not be read; check the signal's pointer", verdict.Reason);
    }

    [Fact]
    public void Labels_that_reach_one_arm_only_break_the_accuracy_guard()
    {
        var judge = Judge(Slices.Guard(SignalKind.Accuracy, Scale.Difference, -0.02));

        var verdict = After(judge, Busy(1, 0) with { Labels = [new(0, Arm.Baseline, 0, 9900, 990)] }).Evaluate().Verdicts[0];

        Assert.Equal((VerdictKind.Broken, true), (verdict.Kind, verdict.Late));
        Assert.Equal("9,900 labels of baseline answers and none of the canary, which is not their share of the exchanges; check the feedback of the canary", verdict.Reason);
    }

    [Fact]
    public void Few_labels_are_no_data_and_the_verdict_says_that_it_comes_late()
    {
        var judge = Judge(Slices.Guard(SignalKind.Accuracy, Scale.Difference, -0.02));

        var verdict = After(judge, Busy(1, 0) with { Labels = [new(0, Arm.Baseline, 0, 100, 10), new(0, Arm.Canary, 0, 3, 0)] }).Evaluate().Verdicts[0];

        Assert.Equal((VerdictKind.NoData, true, "subjects"), (verdict.Kind, verdict.Late, verdict.CountedBy));
        Assert.Equal("3 labels of canary answers so far, 20 are the least", verdict.Reason);
    }

    [Fact]
    public void The_same_slices_give_the_same_judgement_however_often_it_is_asked()
    {
        var traffic = new Traffic(new Behaviour(), new Behaviour { Errors = 0.004, Sigma = 0.27 }, seed: 7);
        RolloutJudge often = new(Plan.Model, Plan.Rollout), once = new(Plan.Model, Plan.Rollout);
        for (var n = 1; n <= 40; n++)
        {
            var slice = traffic.Next(n > 20 ? 1 : 0, new(n > 20 ? 1000 : 100));
            often.Add(slice);
            often.Evaluate();
            once.Add(slice);
        }

        Assert.Equal(often.Evaluate(), once.Evaluate());
    }

    [Fact]
    public void Slices_out_of_order_or_of_another_shape_are_refused()
    {
        var judge = After(Judge(Errors), Busy(5, 1));

        Assert.Throws<ArgumentException>(() => judge.Add(Busy(5, 1)));
        Assert.Throws<ArgumentException>(() => judge.Add(Busy(6, 0)));
        Assert.Throws<ArgumentException>(() => judge.Add(Busy(6, 2)));
        Assert.Throws<ArgumentException>(() => judge.Add(Busy(6, 1) with { Canary = ArmEvidence.Empty(2) }));
        Assert.Throws<ArgumentException>(() => judge.Add(Slices.Slice(6, 1, 10, CellEvidence.Empty with { Classes = [1, 2, 3] }, CellEvidence.Empty)));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(LatencySteps.Count * SubjectGroups.Count, 1)]
    [InlineData(0, 0)]
    public void Answers_by_group_of_another_shape_are_refused(int bucket, long count)
    {
        var judge = Judge(Errors);
        var slice = Busy(1, 0);

        Assert.Throws<ArgumentException>(() => judge.Add(slice with { Canary = slice.Canary with { ByGroup = new() { Latency = new([bucket], [count]) } } }));
        judge.Add(slice with { Canary = slice.Canary with { ByGroup = new() { Latency = new([LatencySteps.Count * SubjectGroups.Count - 1], [1]) } } });
    }

    [Theory]
    [InlineData(SignalKind.ErrorRate, Scale.Ratio, 100)]
    [InlineData(SignalKind.ErrorRate, Scale.Ratio, 1.04)]
    [InlineData(SignalKind.ErrorRate, Scale.Value, 1.5)]
    [InlineData(SignalKind.Accuracy, Scale.JensenShannon, 0.9)]
    [InlineData(SignalKind.PredictionDrift, Scale.JensenShannon, 0)]
    [InlineData(SignalKind.Latency, Scale.Ratio, -1.1)]
    [InlineData(SignalKind.Latency, Scale.Value, 0)]
    public void Lines_that_cannot_be_judged_are_refused_at_the_start(SignalKind kind, Scale scale, double bad) =>
        Assert.ThrowsAny<ArgumentException>(() => Judge(Slices.Guard(kind, scale, bad)));

    [Fact]
    public void Adding_and_evaluating_a_slice_is_cheap_and_holds_no_memory()
    {
        var traffic = new Traffic(new Behaviour(), new Behaviour(), seed: 3);
        var slices = Enumerable.Range(0, 300).Select(_ => traffic.Next(0, new(1000))).ToList();
        var judge = new RolloutJudge(Plan.Model, Plan.Rollout);
        After(judge, slices[..100]).Evaluate();

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        After(judge, slices[100..]);
        var adding = watch.Elapsed / 200;
        var perSlice = (GC.GetAllocatedBytesForCurrentThread() - allocated) / 200;
        watch.Restart();
        for (var i = 0; i < 200; i++)
        {
            judge.Evaluate();
        }

        output.WriteLine($"5 guards x (everyone + 4 segments): {adding.TotalMicroseconds:0} us and {perSlice} bytes to add a slice, "
            + $"{watch.Elapsed.TotalMicroseconds / 200:0} us to evaluate");
        Assert.True(adding < TimeSpan.FromMilliseconds(2), "a bound with room for a busy machine; the aim is 1 ms");
        Assert.True(perSlice < 10_000);
    }

    [Fact]
    public void Adding_a_slice_allocates_nothing()
    {
        var traffic = new Traffic(new Behaviour(), new Behaviour(), seed: 3);
        var few = Enumerable.Range(0, 20).Select(i => i % 4 > 0 ? traffic.Next(0, new(1000)) : traffic.Next(0, new(1000)).WithHabits(800, 815)).ToList();
        var slices = Enumerable.Range(0, 300).Select(i => few[i % few.Count] with { Number = i + 1 }).ToList();
        var judge = new RolloutJudge(Plan.Model, Plan.Rollout);
        After(judge, slices[..100]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var slice in CollectionsMarshal.AsSpan(slices)[100..])
        {
            judge.Add(slice);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static RolloutJudge Judge(params GuardSpec[] guards) => new(Slices.Model(), Slices.Rollout([.. guards], 1, 10));

    private static RolloutJudge After(RolloutJudge judge, params IEnumerable<EvidenceSlice> slices)
    {
        foreach (var slice in slices)
        {
            judge.Add(slice);
        }

        return judge;
    }

    private static IEnumerable<EvidenceSlice> Range(int from, int to, Func<int, EvidenceSlice> slice) => Enumerable.Range(from, to - from + 1).Select(slice);

    private static EvidenceSlice Busy(int number, int stage) => Slices.Slice(number, stage, stage == 0 ? 1 : 10, Slices.Counts(900), Slices.Counts(100));

    private static EvidenceSlice WithSubjects(EvidenceSlice slice, long baseline, long canary) => slice with
    {
        Baseline = slice.Baseline with { NewSubjects = baseline },
        Canary = slice.Canary with { NewSubjects = canary },
    };
}
