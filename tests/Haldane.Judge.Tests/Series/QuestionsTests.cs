using Haldane.Core.Series;
using Haldane.Judge.Series;
using MathNet.Numerics.Distributions;

namespace Haldane.Judge.Tests.Series;

/// <summary>The scores of each question, restated plainly on metrics of each kind.</summary>
public sealed class QuestionsTests
{
    private const double Mad = 1.482602218505602;
    private const double Quartile = 0.6744897501960817;

    public static TheoryData<string> Kinds => [.. Samples.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_level_is_compared_point_by_point_or_about_the_common_median_and_cut_at_two_deviations(string kind)
    {
        foreach (var (shift, line, sign) in new[] { (0, 0.0, 1), (3, 0.25, 1), (-3, 0.25, -1), (3, 2, -1) })
        {
            var r = Samples.Residuals(Samples.Of(kind, shift: shift));

            Samples.AllEqual(r.Paired ? PairedLevel(r, sign, line) : Level(r, sign, line), new Questions(r).Level(sign, line));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fluctuation_is_ranked_about_each_arm_s_median_on_both_sides_of_a_clear_step(string kind)
    {
        foreach (var (spread, line) in new[] { (1.0, 1.0), (2.5, 1.1), (2.5, 4) })
        {
            var r = Samples.Residuals(Samples.Of(kind, shift: 1, spread: spread));
            var step = StepOf(r);
            var (b, c) = (Deviations(r.Baseline, r.Cells.BaselineCell, step, 1), Deviations(r.Canary, r.Cells.CanaryCell, step, line));
            double[] scores = [.. Ranks.Of(b, c).Select(rank => Normal.InvCDF(0, 1, 0.5 + rank / (2.0 * (b.Length + c.Length + 1))))];

            Assert.Equal(kind == "stepped", step > 0);
            Samples.AllEqual(r.Cells.Contrast(scores.AsSpan(0, b.Length), scores.AsSpan(b.Length)), new Questions(r).Spread(line));
        }
    }

    [Fact]
    public void A_level_that_moved_is_no_fluctuation()
    {
        var (moved, restless) = (Samples.Residuals(Samples.Of("stepped", count: 90)), Samples.Residuals(Samples.Of("stepped", count: 90, spread: 3)));

        Assert.Equal(0, new Questions(moved).Spread(1).Average(), 0.15);
        Assert.True(new Questions(restless).Spread(1).Average() > 0.5);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_tail_is_what_lies_beyond_four_deviations_of_its_own_side(string kind)
    {
        var beyond = 0;
        foreach (var (sign, line) in new[] { (1, 0.0), (-1, 0.0), (1, 0.3), (-1, 0.3) })
        {
            for (var seed = 1; seed <= 5; seed++)
            {
                var r = Samples.Residuals(WithSpikes(Samples.Of(kind, seed), sign));
                double[] pooled = [.. r.Baseline.Concat(r.Canary).Order()];
                var middle = Samples.Median(pooled);
                var quarter = sign * (Quantiles.At(pooled, 0.5 + sign * 0.25) - middle) / Quartile;
                var fence = 4 * (quarter > 0 ? quarter : r.Noise);
                double[] b = [.. r.Baseline.Select(v => fence > 0 && sign * (v - middle) > fence ? 1.0 : 0)];
                double[] c = [.. r.Canary.Select(v => fence > 0 && sign * (v - middle) - line > fence ? 1.0 : 0)];
                beyond += b.Concat(c).Count(v => v > 0);

                Samples.AllEqual(r.Cells.Contrast(b, c), new Questions(r).Fence(sign, line));
            }
        }

        Assert.True(beyond > 10 || kind == "constant");
    }

    [Fact]
    public void A_point_on_the_fence_is_not_beyond_it()
    {
        // Two of thirty-two are 1: a deviation of 1/4, and a fence at 1.
        double[] rare = [.. Samples.Repeat(14, 0), 1, 1], further = [.. Samples.Repeat(14, 0), 1, 1.001];

        Assert.Equal(new double[16], Fence(Samples.Repeat(16, 0), rare));
        Assert.Equal(new double[16], Fence(rare, Samples.Repeat(16, 0)));
        Assert.Equal(1, Fence(Samples.Repeat(16, 0), further)[15]);
        Assert.Equal(0, Fence(Samples.Repeat(16, 0), further)[14]);
        Assert.Equal(-1, Fence(further, Samples.Repeat(16, 0))[15]);
    }

    [Theory]
    [InlineData(-1, -8, 1)]
    [InlineData(-1, -5, 0)]
    [InlineData(1, 8, 0)]
    [InlineData(1, 23, 0)]
    [InlineData(1, 24, 1)]
    public void Each_side_has_its_own_fence(int sign, double value, double beyond)
    {
        // Quartiles of -1 and 4 about a median of 0: fences at 4 / 0.6745 below and 16 / 0.6745 above.
        var canary = Samples.Repeat(40, 0, 4, 4, -2, -1);
        canary[5] = value;

        Assert.Equal(beyond, new Questions(Samples.Residuals(Samples.Metric(Samples.Repeat(40, -2, -1, 0, 4, 4), canary))).Fence(sign, 0)[5]);
    }

    [Fact]
    public void A_constant_has_no_tail()
    {
        Assert.Equal(new double[20], Fence(Samples.Repeat(20, 5), Samples.Repeat(20, 5)));
        Assert.Equal(new double[12], Fence(Samples.Repeat(48, 5), Samples.Repeat(12, 6)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_top_fifth_of_the_ranks_counts_by_exponential_scores(string kind)
    {
        foreach (var (sign, line, spreadLine) in new[] { (1, 0.0, 1.0), (-1, 0.1, 1.1), (1, 0.2, 1.5) })
        {
            var r = Samples.Residuals(Samples.Of(kind, shift: 2, spread: 2));
            double[] b = [.. r.Baseline.Select(v => sign * (v - r.BaselineCentre))];
            double[] c = [.. r.Canary.Select(v => sign * (r.CanaryCentre - r.BaselineCentre + (v - r.CanaryCentre) / spreadLine) - line)];
            double all = b.Length + c.Length;
            double[] scores = [.. Ranks.Of(b, c).Select(rank => rank / (all + 1) < 0.8 ? 0 : Math.Log(0.2 / (1 - rank / (all + 1))))];

            Samples.AllEqual(r.Cells.Contrast(scores.AsSpan(0, b.Length), scores.AsSpan(b.Length)), new Questions(r).Top(sign, line, spreadLine));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_baseline_s_own_scores_are_its_level_and_its_fluctuation_cut(string kind)
    {
        var r = Samples.Residuals(WithSpikes(Samples.Of(kind), 1));
        var cut = r.Noise > 0 ? 2 * r.Noise : double.MaxValue;
        var questions = new Questions(r);

        Samples.AllEqual(
            r.Cells.BaselineMeans([.. r.Baseline.Select(v => Math.Clamp(v - r.BaselineCentre, -cut, cut))]), questions.BaselineScores(SeriesAspect.Level));
        Samples.AllEqual(
            r.Cells.BaselineMeans([.. r.Baseline.Select(v => Math.Min(Math.Abs(v - r.BaselineCentre), 2 * cut))]), questions.BaselineScores(SeriesAspect.Spread));
    }

    private static double[] Level(Residuals r, int sign, double line)
    {
        double[] moved = [.. r.Canary.Select(v => v - sign * line)];
        var centre = Samples.Median(r.Baseline.Concat(moved));
        var cut = r.Noise > 0 ? 2 * r.Noise : 1e9;
        double[] Scores(double[] values) => [.. values.Select(v => sign * Math.Clamp(v - centre, -cut, cut))];
        return r.Cells.Contrast(Scores(r.Baseline), Scores(moved));
    }

    private static double[] PairedLevel(Residuals r, int sign, double line)
    {
        var differences = r.Cells.Contrast(r.RawBaseline, r.RawCanary);
        var median = Samples.Median(differences);
        var deviation = Mad * Samples.Median(differences.Select(d => Math.Abs(d - median)));
        var cut = deviation > 0 ? 2 * deviation : 1e9;
        return [.. differences.Select(d => sign * Math.Clamp(d - sign * line, -cut, cut))];
    }

    private static int StepOf(Residuals r)
    {
        var scores = r.Paired ? PairedLevel(r, 1, 0) : Level(r, 1, 0);
        var cut = TwoParts.Of(scores);
        return cut.Contrast(scores.Length) > 25 ? cut.At : 0;
    }

    private static double[] Deviations(double[] values, int[] cells, int step, double line)
    {
        var early = values.Where((_, i) => cells[i] < step).DefaultIfEmpty();
        var (before, after) = (Samples.Median(early), Samples.Median(values.Where((_, i) => cells[i] >= step)));
        return [.. values.Select((v, i) => UnitFree.OnGrid(Math.Abs(v - (cells[i] < step ? before : after)) / line))];
    }

    private static double[] Fence(double[] baseline, double[] canary) => new Questions(Samples.Residuals(Samples.Metric(baseline, canary))).Fence(1, 0);

    // Every eleventh point far out on one side, every seventh of the canary.
    private static MetricSeries WithSpikes(MetricSeries metric, int sign) => metric with
    {
        Baseline = [.. metric.Baseline.Select((p, i) => p with { Value = p.Value + (i % 11 == 3 ? sign * 40 : 0) })],
        Canary = [.. metric.Canary.Select((p, i) => p with { Value = p.Value + (i % 7 == 2 ? sign * 90 : 0) })],
    };
}
