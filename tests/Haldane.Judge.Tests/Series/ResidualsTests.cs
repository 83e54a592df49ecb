namespace Haldane.Judge.Tests.Series;

/// <summary>What is left of a metric without its unit and without what both arms have in common.</summary>
public sealed class ResidualsTests
{
    private const double Mad = 1.482602218505602;

    public static TheoryData<string> Kinds => [.. Samples.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Values_lose_their_unit_and_keep_their_medians(string kind)
    {
        var metric = Samples.Of(kind, shift: 1);
        var r = Samples.Residuals(metric);

        Samples.AllEqual([.. metric.Baseline.Select(p => p.Value)], [.. r.RawBaseline.Select(v => v * r.Scale)], 1e-6);
        Samples.AllEqual([.. metric.Canary.Select(p => p.Value)], [.. r.RawCanary.Select(v => v * r.Scale)], 1e-6);
        Assert.Equal(Samples.Median(r.RawBaseline), r.BaselineMedian, 1e-9);
        Assert.Equal(Samples.Median(r.RawCanary), r.CanaryMedian, 1e-9);
        Assert.Equal(Math.Abs(r.BaselineMedian), r.Level);
        Assert.Equal(Samples.Median(r.Baseline), r.BaselineCentre, 1e-9);
        Assert.Equal(Samples.Median(r.Canary), r.CanaryCentre, 1e-9);
    }

    [Fact]
    public void Arms_move_together_when_a_quarter_of_their_variance_is_common()
    {
        int alone = 0, together = 0;
        for (var seed = 1; seed <= 150; seed++)
        {
            var random = new Random(seed);
            var common = seed / 100.0;
            double Draw(double shared) => Math.Tan(1.4 * (random.NextDouble() - 0.5)) + common * shared + (random.Next(40) == 0 ? 50 : 0);
            double[] shared = [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble() * 2 - 1)];
            double[] b = [.. shared.Select(Draw)], c = [.. shared.Select(Draw)];
            var r = Samples.Residuals(Samples.Metric(b, c));

            Assert.Equal(Correlation(b, c) > 0.25, r.Paired);
            (alone, together) = r.Paired ? (alone, together + 1) : (alone + 1, together);
        }

        Assert.True(alone > 30 && together > 30, $"{alone} and {together}");
    }

    [Fact]
    public void Arms_without_any_movement_do_not_move_together()
    {
        Assert.False(Samples.Residuals(Samples.Of("constant")).Paired);
        Assert.False(Samples.Residuals(Samples.Metric(Samples.Repeat(40, 1, 2), Samples.Repeat(40, 2, 1))).Paired);
        Assert.True(Samples.Residuals(Samples.Metric(Samples.Repeat(40, 1, 2), Samples.Repeat(40, 1, 2))).Paired);
    }

    [Fact]
    public void Rare_counts_that_come_together_are_seen_whole()
    {
        var r = Samples.Residuals(Samples.Of("sparse together"));

        Assert.True(r.Paired);
    }

    [Fact]
    public void What_is_not_common_stays_as_it_is()
    {
        foreach (var kind in new[] { "plain", "skewed", "sparse", "constant", "negative" })
        {
            var r = Samples.Residuals(Samples.Of(kind));

            Assert.False(r.Paired);
            Assert.Equal(r.RawBaseline, r.Baseline);
            Assert.Equal(r.RawCanary, r.Canary);
        }
    }

    [Theory]
    [InlineData(10, 2)]
    [InlineData(30, 2)]
    [InlineData(60, 2)]
    [InlineData(96, 4)]
    [InlineData(240, 10)]
    public void What_is_common_is_the_running_median_midway_between_the_arms(int count, int half)
    {
        var r = Samples.Residuals(Samples.Of("waves", count: count));
        double[] middle = [.. r.RawBaseline.Zip(r.RawCanary, (b, c) => (b + c) / 2)];
        double[] common = [.. middle.Select((_, k) => new[] { half, k, count - 1 - k }.Min() is var reach ? Samples.Median(middle[(k - reach)..(k + reach + 1)]) : 0)];

        Assert.True(r.Paired);
        Samples.AllEqual([.. r.RawBaseline.Zip(common, (v, t) => v - t)], r.Baseline);
        Samples.AllEqual([.. r.RawCanary.Zip(common, (v, t) => v - t)], r.Canary);
    }

    [Fact]
    public void The_same_is_taken_off_both_arms_at_each_time()
    {
        var r = Samples.Residuals(Samples.Of("together", shift: 4));

        Samples.AllEqual(r.Cells.Contrast(r.RawBaseline, r.RawCanary), r.Cells.Contrast(r.Baseline, r.Canary));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Noise_is_the_robust_deviation_of_each_arm_about_its_own_median(string kind)
    {
        var r = Samples.Residuals(Samples.Of(kind, shift: 3));
        double[] deviations = [.. r.Baseline.Select(v => Math.Abs(v - r.BaselineCentre)), .. r.Canary.Select(v => Math.Abs(v - r.CanaryCentre))];
        var robust = Mad * Samples.Median(deviations);

        Assert.Equal(robust == 0, r.IsSparse);
        Assert.Equal(robust > 0 ? robust : Math.Sqrt(deviations.Average(d => d * d)), r.Noise, 1e-9);
    }

    [Fact]
    public void Where_most_points_are_the_same_the_noise_is_the_plain_deviation()
    {
        // Two of thirty-two lie 8 above the rest: 8 sqrt(2 / 32).
        double[] rare = [.. Samples.Repeat(14, 0), 8, 8];
        var r = Samples.Residuals(Samples.Metric(rare, Samples.Repeat(16, 0)));

        Assert.True(r.IsSparse);
        Assert.Equal(2, r.Noise * r.Scale, 1e-9);
        Assert.Equal((true, 0), (Samples.Residuals(Samples.Of("constant", shift: 1)).IsSparse, Samples.Residuals(Samples.Of("constant", shift: 1)).Noise));
    }

    // Of values about their median, cut at three robust deviations; symmetric in both arms.
    private static double Correlation(double[] baseline, double[] canary)
    {
        double[] Cut(double[] values)
        {
            var median = Samples.Median(values);
            var most = 3 * Mad * Samples.Median(values.Select(v => Math.Abs(v - median)));
            return [.. values.Select(v => Math.Clamp(v - median, -most, most))];
        }

        var (b, c) = (Cut(baseline), Cut(canary));
        return 2 * b.Zip(c, (x, y) => x * y).Sum() / (b.Sum(x => x * x) + c.Sum(x => x * x));
    }
}
