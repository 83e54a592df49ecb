using Haldane.Judge.Guards;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Tests.Measured;

/// <summary>Two rates between a fine and a bad line: which alternatives are weighed, and what is said of the difference and the ratio.</summary>
public sealed class RateComparisonTests
{
    private static readonly double[] Harms = [0.25, 0.5, 1, 2, 4, 8, 16, 32], Goods = [0.5, 1, 2, 5];

    [Theory]
    [InlineData(0.01, 0.02, 0.02)]
    [InlineData(-0.03, 0, 0.01)]
    [InlineData(-0.04, -0.02, 0.02)]
    [InlineData(0.2, 0.3, 0.3)]
    [InlineData(0, 0.5, 0.5)]
    [InlineData(-0.75, -0.5, 0.5)]
    public void Differences_are_weighed_at_parts_of_the_margin_beyond_fine_and_short_of_bad(double fine, double bad, double margin)
    {
        var comparison = RateComparison.OfDifferences(fine, bad, 1);
        TwoRates fail = new(RateLine.Difference(fine), Null.AtMost, [.. Harms.Select(h => fine + h * margin).Where(d => d < 1).Select(RateLine.Difference)]);
        TwoRates pass = new(RateLine.Difference(bad), Null.AtLeast, [.. Goods.Select(g => bad - g * margin).Where(d => d > -1).Select(RateLine.Difference)]);

        Feed(comparison, fail, pass);

        Assert.Equal(fail.LogE, comparison.FailLogE, 12);
        Assert.Equal(pass.LogE, comparison.PassLogE, 12);
        Assert.Equal(fail.LogEAfter(3), comparison.Weigh(3).Fail, 12);
        Assert.Equal(pass.LogEAfter(3), comparison.Weigh(3).Pass, 12);
    }

    [Theory]
    [InlineData(1.2, 1.5, false, 0.4054651081081644)]
    [InlineData(1.001, 1.002, false, 0.01)]
    [InlineData(0.9, 0.8, true, 0.22314355131420976)]
    public void Ratios_are_weighed_at_powers_of_the_margin(double fine, double bad, bool atLeast, double margin)
    {
        var comparison = RateComparison.OfRatios(fine, bad, atLeast, 1);
        var (harmful, harmless) = atLeast ? (Null.AtLeast, Null.AtMost) : (Null.AtMost, Null.AtLeast);
        var sign = atLeast ? -1 : 1;
        TwoRates fail = new(RateLine.Ratio(fine), harmful, [.. Harms.Select(h => RateLine.Ratio(fine * Math.Exp(sign * h * margin)))]);
        TwoRates pass = new(RateLine.Ratio(bad), harmless, [.. Goods.Select(g => RateLine.Ratio(bad * Math.Exp(-sign * g * margin)))]);

        Feed(comparison, fail, pass);

        Assert.Equal(fail.LogE, comparison.FailLogE, 12);
        Assert.Equal(pass.LogE, comparison.PassLogE, 12);
    }

    [Fact]
    public void Without_Pass_only_harm_is_weighed()
    {
        var comparison = RateComparison.OfDifferences(0.01, 0.02, 1);
        comparison.Add(0, new(6, 60), new(18, 60), withPass: false);
        comparison.Add(0, new(4, 40), new(12, 40), withPass: false);

        Assert.NotEqual(0, comparison.FailLogE);
        Assert.Equal(0, comparison.PassLogE, 12);
        Assert.Equal((new Rate(10, 100), new Rate(30, 100)), (comparison.Baseline, comparison.Canary));
    }

    [Fact]
    public void The_difference_has_a_lower_bound_tuned_to_harm_and_an_upper_one_tuned_to_the_margin()
    {
        var comparison = RateComparison.OfDifferences(0.01, -0.03, 2);
        comparison.Add(0, new(100, 1_000), new(30, 200), withPass: true);
        comparison.Add(1, new(100, 500), new(90, 500), withPass: true);
        var stages = new StratifiedDifference(2);
        stages.Add(0, new(100, 1_000), new(30, 200));
        stages.Add(1, new(100, 500), new(90, 500));

        var (difference, error) = stages.Estimate()!.Value;
        var (estimate, bounds) = comparison.Read(5, 3);
        Assert.Equal(difference, estimate!.Value, 12);
        Assert.Equal(difference - NormalMixture.Margin(5, error, 8 * 0.03), bounds.Low!.Value, 12);
        Assert.Equal(difference + NormalMixture.Margin(3, error, 0.03), bounds.High!.Value, 12);
        Assert.Equal((new Rate(100, 500), new Rate(30, 200)), (comparison.BaselineIn(1), comparison.CanaryIn(0)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_ratio_s_bounds_are_tuned_to_harm_on_the_side_of_harm(bool atLeast)
    {
        var comparison = RateComparison.OfRatios(1, atLeast ? 0.8 : 1.25, atLeast, 1);
        comparison.Add(0, new(400, 1_000), new(90, 200), withPass: true);
        var stages = new StratifiedDifference(1);
        stages.Add(0, new(400, 1_000), new(90, 200));

        var spread = stages.Estimate()!.Value.Error / 0.4;
        var (estimate, bounds) = comparison.ReadRatio(5, 3, atLeast);
        double harm = NormalMixture.Margin(5, spread, 8 * Math.Log(1.25)), good = NormalMixture.Margin(3, spread, Math.Log(1.25));
        Assert.Equal(0.45 / 0.4, estimate!.Value, 12);
        Assert.Equal(0.45 / 0.4 - (atLeast ? good : harm), bounds.Low!.Value, 12);
        Assert.Equal(0.45 / 0.4 + (atLeast ? harm : good), bounds.High!.Value, 12);
    }

    [Fact]
    public void Bounds_beyond_what_rates_can_be_are_none()
    {
        var few = RateComparison.OfDifferences(0.01, 0.02, 1);
        few.Add(0, new(1, 4), new(2, 4), withPass: true);
        var ratio = RateComparison.OfRatios(1.2, 1.5, false, 1);
        ratio.Add(0, new(1, 4), new(2, 4), withPass: true);

        Assert.Equal(new Bounds(null, null), few.Read(5, 3).Bounds);
        Assert.Equal(0.25, few.Read(5, 3).Estimate);
        Assert.Null(ratio.ReadRatio(5, 3, false).Bounds.Low);
        Assert.NotNull(ratio.ReadRatio(5, 3, false).Bounds.High);
    }

    [Fact]
    public void One_arm_alone_has_no_difference_and_a_baseline_without_events_has_no_ratio()
    {
        var comparison = RateComparison.OfRatios(1.2, 1.5, false, 1);
        Assert.Equal((null, default), comparison.Read(5, 3));

        comparison.Add(0, new(0, 100), default, withPass: true);
        Assert.Equal((null, default), comparison.Read(5, 3));
        Assert.Equal((null, default), comparison.ReadRatio(5, 3, false));

        comparison.Add(0, default, new(5, 100), withPass: true);
        Assert.Equal(0.05, comparison.Read(5, 3).Estimate!.Value, 12);
        Assert.Equal((null, default), comparison.ReadRatio(5, 3, false));
    }

    private static void Feed(RateComparison comparison, params TwoRates[] lanes)
    {
        // Blocks of equal and of uneven sizes, of one arm and of none.
        foreach (var (b, x, c, y) in new[] { (50, 12, 50, 20), (80, 20, 20, 6), (0, 0, 0, 0), (0, 0, 30, 9), (60, 13, 60, 21) })
        {
            comparison.Add(0, new(x, b), new(y, c), withPass: true);
            foreach (var lane in lanes)
            {
                lane.Add(b, x, c, y);
            }
        }
    }
}
