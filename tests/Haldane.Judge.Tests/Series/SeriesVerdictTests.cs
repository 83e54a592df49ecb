using Haldane.Core.Judging;
using Haldane.Core.Series;
using Haldane.Judge.Series;

namespace Haldane.Judge.Tests.Series;

/// <summary>How the answers on several metrics become one, with its sentence and its score.</summary>
public sealed class SeriesVerdictTests
{
    private const string TooFew = "3 of at least 10 points of time at which both arms have a value (baseline 3, canary 3)";

    private static readonly MetricSeries Fine = Samples.Of("constant") with { Name = "fine" };
    private static readonly MetricSeries Bad = Samples.Of("constant", shift: 4) with { Name = "bad" };
    private static readonly MetricSeries Few = Samples.Metric([1, 2, 3], [1, 2, 3]) with { Name = "few" };
    private static readonly MetricSeries Broken = Samples.Metric(Samples.Repeat(60, 5), [.. Samples.Repeat(40, 5), .. Samples.Repeat(20, double.NaN)]) with { Name = "broken" };
    private static readonly MetricSeries Unclear = Samples.Of("plain", count: 12, shift: 5) with { Name = "unclear" };

    [Fact]
    public void One_metric_speaks_for_itself()
    {
        Says(VerdictKind.Pass, "fine: the same; nothing worse than 5 % of the level in level, spread or tail (n 60 and 60)", Judge([Fine]));
        Says(VerdictKind.Fail, "bad: 80 % higher (p 0.0005, n 60 and 60)", Judge([Bad]));
        Says(VerdictKind.NoData, $"few: {TooFew}", Judge([Few]));
        Says(VerdictKind.Broken, "broken: the canary has no points in the last quarter of the window, the other arm has", Judge([Broken]));
        Assert.Equal(VerdictKind.Undecided, Judge([Unclear]).Verdict);
    }

    [Fact]
    public void Several_metrics_are_counted_and_the_worst_speaks()
    {
        Says(VerdictKind.Pass, "all 2 metrics are within their lines", Judge([Fine, Fine with { Name = "other" }]));
        Says(VerdictKind.NoData, $"few: {TooFew}", Judge([Fine, Few]));
        Says(VerdictKind.NoData, $"few: {TooFew}; 1 more like it", Judge([Few, Few with { Name = "other" }]));
        Says(VerdictKind.NoData, $"few: {TooFew}; 2 more like it", Judge([Few, Few with { Name = "other" }, Fine, Few with { Name = "third" }]));
        Assert.StartsWith("unclear: ", Judge([Fine, Unclear]).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_failed_is_counted_and_the_surest_speaks()
    {
        var two = Judge([Bad, Fine, Bad with { Name = "worse", Weight = 2 }], 0.4);

        // Both have a chance of one in 2,001; the second has twice the budget.
        Says(VerdictKind.Fail, "worse: 80 % higher (p 0.0005, n 60 and 60); 1 more failed", two);
        Assert.Equal((SeriesAspect.Level, 0), (two.Aspect, two.Score));
    }

    [Fact]
    public void Harm_outweighs_a_silent_arm_that_outweighs_missing_data_that_outweighs_doubt()
    {
        Assert.Equal(VerdictKind.Fail, Judge([Broken, Few, Unclear, Bad]).Verdict);
        Assert.Equal(VerdictKind.Broken, Judge([Unclear, Few, Broken, Fine]).Verdict);
        Assert.Equal(VerdictKind.NoData, Judge([Unclear, Few, Fine]).Verdict);
        Assert.Equal(VerdictKind.Undecided, Judge([Fine, Unclear]).Verdict);
    }

    [Fact]
    public void What_is_not_required_may_be_missing_and_may_not_be_broken_or_bad()
    {
        Says(VerdictKind.Pass, "fine: the same; nothing worse than 5 % of the level in level, spread or tail (n 60 and 60)", Judge([Few with { Required = false }, Fine]));
        Assert.Equal(VerdictKind.Broken, Judge([Broken with { Required = false }, Fine]).Verdict);
        Assert.Equal(VerdictKind.Fail, Judge([Bad with { Required = false }, Fine]).Verdict);
        Assert.Equal(VerdictKind.Undecided, Judge([Unclear with { Required = false }, Fine]).Verdict);
    }

    [Fact]
    public void Where_no_metric_counts_there_is_no_data()
    {
        const string said = "no metric counts: all have weight 0 or too few points";

        Says(VerdictKind.NoData, said, Judge([Fine with { Weight = 0 }, Bad with { Weight = 0 }]));
        Says(VerdictKind.NoData, said, Judge([Few with { Required = false }]));
        Assert.Equal((0, 0), (Judge([Fine with { Weight = 0 }]).Score, Judge([Few with { Required = false }]).Score));
    }

    [Fact]
    public void The_score_is_the_part_of_the_weights_that_passed()
    {
        Assert.Equal(100, Judge([Fine]).Score);
        Assert.Equal(75, Judge([Fine with { Weight = 3 }, Few]).Score);
        Assert.Equal(66.67, Judge([Fine with { Weight = 2 }, Few, Few with { Name = "watched", Weight = 0 }]).Score);
        Assert.Equal(0, Judge([Fine, Bad]).Score);
    }

    [Fact]
    public void The_budget_is_shared_by_weight_and_a_fifth_is_for_what_agrees()
    {
        var verdict = Judge([Fine, Fine with { Name = "heavy", Weight = 3 }, Fine with { Name = "watched", Weight = 0 }], 0.02);

        Assert.Equal([0.004, 0.012, 0.02], verdict.Metrics.Select(m => Math.Round(m.FailAt, 12)));
        Assert.Equal(0.004, verdict.JointFailAt!.Value, 1e-12);
        Assert.Equal((0.02, 0.05, 1), (verdict.FalseRollback, verdict.FalsePromotion, verdict.Seed));
        Assert.Equal(["fine", "heavy", "watched"], verdict.Metrics.Select(m => m.Name));
    }

    [Fact]
    public void With_one_metric_that_can_be_measured_nothing_can_agree()
    {
        foreach (var verdict in new[] { Judge([Fine]), Judge([Fine, Few]), Judge([Fine, Fine with { Name = "watched", Weight = 0 }]) })
        {
            Assert.Equal((null, null), (verdict.JointPValue, verdict.JointFailAt));
            Assert.Null(verdict.Aspect);
        }

        Assert.Equal(0.01, Judge([Fine]).Metrics[0].FailAt);
        Assert.Equal([0.005, 0.005], Judge([Fine, Few]).Metrics.Select(m => m.FailAt));
    }

    [Theory]
    [InlineData(0.4, 2_000)]
    [InlineData(0.01, 2_000)]
    [InlineData(0.004, 5_000)]
    [InlineData(0.0001, 50_000)]
    public void A_chance_at_the_level_rests_on_twenty_flips(double falseRollback, int flips) =>
        Assert.Equal(1 / (flips + 1.0), Judge([Samples.Metric(Samples.Repeat(24, 5), Samples.Repeat(24, 9))], falseRollback).Metrics[0].PValue!.Value, 1e-15);

    [Fact]
    public void Small_shifts_that_agree_fail_together()
    {
        MetricSeries[] small = [.. Enumerable.Range(1, 8).Select(seed => Samples.Of("plain", seed, shift: 2) with { Name = $"m{seed}" })];
        var (joint, fine) = (Judge([.. small, Fine with { Name = "watched", Weight = 0 }]), Judge([.. small.Select(m => m with { Canary = m.Baseline })]));

        Says(VerdictKind.Fail, $"no metric fails alone, but the small shifts of 8 metrics agree (p {MetricAnswer.P(joint.JointPValue!.Value)})", joint);
        Assert.DoesNotContain(VerdictKind.Fail, joint.Metrics.Select(m => m.Kind));
        Assert.Equal((SeriesAspect.Joint, 0), (joint.Aspect, joint.Score));
        Assert.True(joint.JointPValue <= joint.JointFailAt);
        Assert.Equal((VerdictKind.Pass, null), (fine.Verdict, fine.Aspect));
    }

    [Fact]
    public void The_seed_and_the_promises_are_those_of_the_request()
    {
        var request = new SeriesRequest { Metrics = [Fine, Bad], Seed = 77, FalsePromotion = 0.2, FalseRollback = 0.03 };
        var verdict = new SeriesJudge().Judge(request, default);

        Assert.Equal((77, 0.2, 0.03), (verdict.Seed, verdict.FalsePromotion, verdict.FalseRollback));
    }

    private static void Says(VerdictKind kind, string reason, SeriesVerdict verdict) => Assert.Equal((kind, reason), (verdict.Verdict, verdict.Reason));

    private static SeriesVerdict Judge(IReadOnlyList<MetricSeries> metrics, double falseRollback = 0.01) =>
        new SeriesJudge().Judge(new() { Metrics = metrics, FalseRollback = falseRollback }, default);
}
