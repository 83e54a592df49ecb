using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Series;
using Haldane.Judge.Series;
using Haldane.Series.Set;

namespace Haldane.Judge.Tests.Series;

public sealed class SeriesJudgeTests
{
    private static readonly double[] Units = [1e-9, 1e-6, 1e-3, 0.1, 7, 60, 1e3, 1e6, 1e9];

    [Fact]
    public void No_answer_changes_with_the_unit_to_the_last_bit()
    {
        foreach (var labelled in LabelledSet.Draw(5, 1, LabelledSet.Families, [60]))
        {
            var one = Essence(Judge(labelled.Metrics));
            foreach (var unit in Units)
            {
                Assert.Equal(one, Essence(Judge(labelled.InUnit(unit).Metrics)));
            }
        }
    }

    [Fact]
    public void A_metric_that_is_turned_round_gives_the_same_answer()
    {
        foreach (var labelled in LabelledSet.Draw(6, 1, LabelledSet.Families, [60]).Where(c => c.Metrics.Count == 1))
        {
            var (there, back) = (Judge(labelled.Metrics), Judge([Turned(labelled.InUnit(-1).Metrics[0])]));

            Assert.Equal((there.Verdict, there.Metrics[0].Estimate), (back.Verdict, -back.Metrics[0].Estimate));
        }
    }

    [Fact]
    public void The_order_of_metrics_does_not_matter()
    {
        var metrics = LabelledSet.Draw(7, 1, ["small shifts together"], [120]).First().Metrics;
        var (forth, back) = (Judge(metrics), Judge([.. metrics.Reverse()]));

        Assert.Equal(forth.Metrics.Select(m => (m.Name, m.Kind, m.PValue)), back.Metrics.Reverse().Select(m => (m.Name, m.Kind, m.PValue)));
        Assert.Equal(forth.JointPValue!.Value, back.JointPValue!.Value, 1e-3);
    }

    [Fact]
    public void The_same_seed_gives_the_same_answer_and_another_seed_nearly_the_same()
    {
        var metrics = LabelledSet.Draw(8, 1, ["several, no change"], [120]).First().Metrics;
        var (first, again, other) = (Json(Judge(metrics)), Json(Judge(metrics)), Judge(metrics, seed: 99));

        Assert.Equal(first, again);
        Assert.Equal(VerdictKind.Pass, other.Verdict);
    }

    [Fact]
    public void No_number_is_NaN_or_infinite_whatever_comes_in()
    {
        double[][] odd =
        [
            Constant(0), Constant(5), Constant(-1e300), Constant(1e300), Constant(5e-324),
            [.. Constant(0).Select((_, i) => i % 2 == 0 ? 1e300 : -1e300)],
            [.. Constant(0).Select((_, i) => i == 7 ? double.MaxValue : 0)],
            [.. Constant(0).Select((_, i) => i % 3 == 0 ? double.NaN : i)],
            [.. Constant(0).Select((_, i) => i % 5 == 0 ? double.PositiveInfinity : 1)],
            [.. Constant(0).Select((_, i) => 1e-320 * i)],
        ];
        foreach (var baseline in odd)
        {
            foreach (var canary in odd)
            {
                // The serializer refuses what is no number.
                Assert.NotEmpty(Json(Judge([LabelledSet.Metric("m", baseline, canary)])));
            }
        }
    }

    [Fact]
    public void Equal_constants_pass_and_different_ones_fail()
    {
        Assert.Equal(VerdictKind.Pass, Judge([LabelledSet.Metric("m", Constant(5), Constant(5))]).Verdict);
        Assert.Equal(VerdictKind.Pass, Judge([LabelledSet.Metric("m", Constant(0), Constant(0))]).Verdict);
        Assert.Equal(VerdictKind.Pass, Judge([LabelledSet.Metric("m", Constant(5), Constant(5.01))]).Verdict);
        Assert.Equal(VerdictKind.Fail, Judge([LabelledSet.Metric("m", Constant(5), Constant(6))]).Verdict);
        Assert.Equal(VerdictKind.Fail, Judge([LabelledSet.Metric("m", Constant(0), Constant(1))]).Verdict);
    }

    [Fact]
    public void Only_harm_in_the_named_direction_fails()
    {
        var labelled = LabelledSet.Draw(9, 1, ["level"], [120]).First(c => Judge(c.Metrics).Metrics[0].Estimate > 0).Metrics[0];

        Assert.Equal(VerdictKind.Fail, Judge([labelled with { Direction = HarmDirection.Increase }]).Verdict);
        Assert.Equal(VerdictKind.Pass, Judge([labelled with { Direction = HarmDirection.Decrease }]).Verdict);
    }

    [Fact]
    public void A_margin_of_the_users_own_lets_a_proven_shift_pass()
    {
        var random = new Random(4);
        var metric = LabelledSet.Metric("m", [.. Constant(0).Select(_ => 100 + Arms.Gauss(random))], [.. Constant(0).Select(_ => 108 + Arms.Gauss(random))]);

        var within = Judge([metric with { Bad = new(0.12, MarginScale.Relative) }]);

        Assert.Equal(VerdictKind.Fail, Judge([metric]).Verdict);
        Assert.Equal(VerdictKind.Fail, Judge([metric with { Bad = new(5, MarginScale.Own) }]).Verdict);
        Assert.Equal(VerdictKind.Pass, within.Verdict);
        Assert.Contains("within the margin of 12%", within.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_points_are_NoData_and_hold_only_where_required()
    {
        var (few, enough) = (LabelledSet.Metric("few", [1, 2, 3], [1, 2, 3]), LabelledSet.Metric("enough", Constant(5), Constant(5)));

        Assert.Equal((VerdictKind.NoData, 50), (Judge([few, enough]).Verdict, Judge([few, enough]).Score));
        Assert.Equal(VerdictKind.Pass, Judge([few with { Required = false }, enough]).Verdict);
        Assert.Equal(VerdictKind.NoData, Judge([LabelledSet.Metric("m", [], [])]).Verdict);
    }

    [Fact]
    public void An_arm_that_falls_silent_is_Broken()
    {
        double[] silent = [.. Constant(5).Select((v, i) => i > 35 ? double.NaN : v)];

        var verdict = Judge([LabelledSet.Metric("m", Constant(5), silent)]);

        Assert.Equal(VerdictKind.Broken, verdict.Verdict);
        Assert.Contains("the canary has no points in the last quarter", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_watched_metric_is_judged_and_decides_nothing()
    {
        var verdict = Judge([LabelledSet.Metric("bad", Constant(5), Constant(9)) with { Weight = 0 }, LabelledSet.Metric("fine", Constant(5), Constant(5))]);

        Assert.Equal((VerdictKind.Pass, VerdictKind.Fail), (verdict.Verdict, verdict.Metrics[0].Kind));
    }

    [Fact]
    public void Parts_of_the_budget_never_add_up_to_more_than_the_budget()
    {
        var metrics = LabelledSet.Draw(3, 1, ["several, no change"], [60]).First().Metrics;

        var verdict = Judge([.. metrics.Select((m, i) => m with { Weight = i + 1 })]);

        Assert.Equal(0.01, verdict.Metrics.Sum(m => m.FailAt) + verdict.JointFailAt!.Value, 1e-12);
    }

    private static MetricSeries Turned(MetricSeries metric) =>
        metric with { Direction = metric.Direction == HarmDirection.Increase ? HarmDirection.Decrease : HarmDirection.Either };

    private static double[] Constant(double value) => [.. Enumerable.Repeat(value, 60)];

    private static SeriesVerdict Judge(IReadOnlyList<MetricSeries> metrics, long seed = 1) => new SeriesJudge().Judge(new() { Metrics = metrics, Seed = seed }, default);

    private static string Json(SeriesVerdict verdict) => JsonSerializer.Serialize(verdict, CoreJson.Default.SeriesVerdict);

    // All that is not in the metric's own unit, to the last bit.
    private static string Essence(SeriesVerdict verdict) => Json(verdict with { Metrics = [.. verdict.Metrics.Select(m => m with { Shift = null, BaselineMedian = null, CanaryMedian = null })] });
}
