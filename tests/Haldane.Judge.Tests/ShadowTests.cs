using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests;

/// <summary>Evidence of a shadow stage: both arms have seen the same requests, so the canary's part is a half whatever its share.</summary>
public sealed class ShadowTests
{
    private static readonly StageSpec Shadow = new(Share.None, TimeSpan.FromSeconds(10)) { Kind = StageKind.Shadow, Shadow = new() };

    private static readonly GuardSpec Errors = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2) with { Floor = 0.001 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_fails_on_both_arms_or_on_one_is_worth_at_most_one_on_average(bool atMost)
    {
        var side = atMost ? Null.AtMost : Null.AtLeast;
        foreach (var ratio in (double[])[0.5, 0.9, 1, 1.1, 1.5, 2, 5])
        {
            var line = RateRatioProfile.IndexOf(ratio, side);
            foreach (var baseline in (double[])[0.001, 0.05, 0.15])
            {
                // At the line itself, with any number of requests that fail on both.
                var canary = ratio * baseline;
                foreach (var part in (double[])[0, 0.1, 0.5, 1])
                {
                    var both = part * Math.Min(canary, baseline);
                    var mean = both * E(1, 1) + (canary - both) * E(1, 0) + (baseline - both) * E(0, 1) + (1 - canary - baseline + both);
                    Assert.True(mean <= 1 + 1e-12, $"{mean} at {ratio}, {baseline}, {both}");
                }
            }

            double E(long canary, long baseline)
            {
                var profile = new RateRatioProfile();
                profile.Add(RateRatioProfile.PerEvent(Shadow.CanaryPart), canary, baseline);
                return Math.Exp(profile.LogE(line, side));
            }
        }
    }

    [Fact]
    public void Errors_of_the_canary_alone_are_proven_harm()
    {
        var judge = new RolloutJudge(Slices.Model(), Plan(Errors));

        var verdict = After(judge, 60, n => Slice(n, Slices.Counts(500, 1), Slices.Counts(500, 9)));

        Assert.Equal(VerdictKind.Fail, verdict.Verdicts[0].Kind);
    }

    [Fact]
    public void Errors_of_both_arms_are_neither_harm_nor_sudden()
    {
        var judge = new RolloutJudge(Slices.Model(), Plan(Errors));

        var judgement = After(judge, 300, n => Slice(n, Slices.Counts(500, 5), Slices.Counts(500, 5)));

        Assert.Equal(VerdictKind.Pass, judgement.Verdicts[0].Kind);
        Assert.Empty(judgement.Anomalies);
        Assert.Null(judgement.NoData);
        Assert.Equal(1.0, judgement.Verdicts[0].Estimate!.Value, 2);
    }

    [Fact]
    public void What_needs_a_split_waits()
    {
        var throughput = Slices.Guard(SignalKind.Throughput, Scale.Ratio, 0.9);
        var judge = new RolloutJudge(Slices.Model(), Plan(throughput));

        var judgement = After(judge, 100, n => Slice(n, Slices.Counts(500), Slices.Counts(20)));

        Assert.Equal((VerdictKind.Undecided, 0.0, 0.0), (judgement.Verdicts[0].Kind, judgement.Verdicts[0].FailEvidence, judgement.Verdicts[0].PassEvidence));
    }

    [Fact]
    public void What_callers_do_later_is_the_baselines_alone_and_proves_nothing()
    {
        var conversion = Slices.Guard(SignalKind.EventRate, Scale.Ratio, 0.9, name: SignalSpec.Conversion) with { AtLeast = true };
        var judge = new RolloutJudge(Slices.Model(), Plan(conversion));

        var judgement = After(judge, 100, n => Slice(n, Slices.Counts(500), Slices.Counts(500)) with { Events = [new(SignalSpec.Conversion, 0, Arm.Baseline, 0, 50, 50)] });

        Assert.Equal((VerdictKind.NoData, true), (judgement.Verdicts[0].Kind, judgement.Verdicts[0].Late));
        Assert.Equal(0, judgement.Verdicts[0].FailEvidence);
    }

    [Theory]
    [InlineData(1, VerdictKind.Pass)]
    [InlineData(30, VerdictKind.Fail)]
    public void Agreement_is_decided_by_pairs_and_stands_in_later_stages(long different, VerdictKind kind)
    {
        var agreement = Slices.Guard(SignalKind.Agreement, Scale.Value, 0.95) with { Fine = 0.97 };
        var judge = new RolloutJudge(Slices.Model(), Plan(agreement));
        After(judge, 20, n => Slice(n, Slices.Counts(100), Slices.Counts(100)) with { Pairs = [new(0, 100, different, 0, 0, 0, 0, 0)] });

        judge.Add(Slices.Slice(21, 1, 50, Slices.Counts(100), Slices.Counts(100)));

        Assert.Equal(kind, judge.Evaluate().Verdicts[0].Kind);
    }

    private static RolloutSpec Plan(GuardSpec guard)
    {
        var split = Slices.Rollout([guard], 50);
        return split with { Stages = [Shadow, split.Stages[0]] };
    }

    private static EvidenceSlice Slice(long number, CellEvidence baseline, CellEvidence canary) => Slices.Slice(number, 0, 0, baseline, canary);

    private static Judgement After(RolloutJudge judge, int slices, Func<long, EvidenceSlice> slice)
    {
        for (var n = 1; n <= slices; n++)
        {
            judge.Add(slice(n));
        }

        return judge.Evaluate();
    }
}
