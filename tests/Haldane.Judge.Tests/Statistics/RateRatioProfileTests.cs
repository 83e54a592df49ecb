using Haldane.Judge.Statistics;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>Arm labels on a grid of ratios, against a naive restatement for one share.</summary>
public sealed class RateRatioProfileTests
{
    private const int NoDifference = 100;

    private static readonly int[] Steps = [1, 2, 3, 4, 6, 8, 11, 16, 22, 32, 45, 60];
    private static readonly double[] Weights = [0.02, 0.065, 0.07, 0.095, 0.12, 0.12, 0.135, 0.125, 0.105, 0.075, 0.045, 0.025];

    [Theory]
    [InlineData(100)]
    [InlineData(107)]
    [InlineData(140)]
    [InlineData(60)]
    public void The_evidence_is_the_weighted_likelihood_of_ratios_beyond_the_line(int line)
    {
        const double Share = 0.3;
        var profile = Seen(Share, 14, 22);

        static double Likelihood(double grid)
        {
            var ratio = Math.Exp((grid - NoDifference) * 0.05);
            var canary = ratio * Share / (ratio * Share + 1 - Share);
            return Math.Pow(canary, 14) * Math.Pow(1 - canary, 22);
        }

        Assert.Equal(Math.Log(Steps.Zip(Weights, (d, w) => w * Likelihood(line + d)).Sum() / Likelihood(line)), profile.LogE(line, Null.AtMost), 9);
        Assert.Equal(Math.Log(Steps.Zip(Weights, (d, w) => w * Likelihood(line - d)).Sum() / Likelihood(line)), profile.LogE(line, Null.AtLeast), 9);
    }

    [Fact]
    public void Alternatives_beyond_the_grid_count_nothing()
    {
        var profile = Seen(0.3, 14, 22);

        Assert.Equal(double.NegativeInfinity, profile.LogE(RateRatioProfile.Points - 1, Null.AtMost));
        Assert.Equal(double.NegativeInfinity, profile.LogE(0, Null.AtLeast));
        Assert.Equal(Math.Log(0.02) + profile[200] - profile[199], profile.LogE(199, Null.AtMost), 9);
        Assert.Equal(Math.Log(0.02) + profile[0] - profile[1], profile.LogE(1, Null.AtLeast), 9);
    }

    [Fact]
    public void Equal_weights_are_a_twelfth_each()
    {
        var profile = RateRatioProfile.WithEqualWeights();
        profile.Add(RateRatioProfile.PerEvent(0.3), 14, 22);

        Assert.Equal(Math.Log(Steps.Average(d => Math.Exp(profile[105 + d] - profile[105]))), profile.LogE(105, Null.AtMost), 9);
    }

    [Fact]
    public void The_forecast_is_the_evidence_of_so_many_times_as_many_events()
    {
        RateRatioProfile once = Seen(0.2, 5, 12), often = Seen(0.2, 15, 36);

        Assert.Equal(often.LogE(107, Null.AtMost), once.LogE(107, Null.AtMost, 3), 9);
        Assert.Equal(often.LogE(107, Null.AtLeast), once.LogE(107, Null.AtLeast, 3), 9);
    }

    [Theory]
    [InlineData(1.1, true, 102)]
    [InlineData(1.1, false, 101)]
    [InlineData(0.9, true, 98)]
    [InlineData(0.9, false, 97)]
    [InlineData(1, true, 100)]
    [InlineData(1, false, 100)]
    public void A_line_between_two_points_is_rounded_into_its_null(double ratio, bool atMost, int index) =>
        Assert.Equal(index, RateRatioProfile.IndexOf(ratio, atMost ? Null.AtMost : Null.AtLeast));

    [Fact]
    public void A_line_on_a_point_is_not_rounded()
    {
        for (var i = 60; i <= 140; i++)
        {
            Assert.Equal((i, i), (RateRatioProfile.IndexOf(Math.Exp((i - 100) * 0.05), Null.AtMost), RateRatioProfile.IndexOf(Math.Exp((i - 100) * 0.05), Null.AtLeast)));
        }
    }

    [Theory]
    [InlineData(true, -5, 0, 2, 140, "0.01 and 7.39")]
    [InlineData(false, -2, 60, 5, 200, "0.14 and 148.41")]
    public void A_line_must_leave_room_for_all_alternatives(bool atMost, double logLowest, int lowest, double logHighest, int highest, string range)
    {
        var side = atMost ? Null.AtMost : Null.AtLeast;
        Assert.Equal((lowest, highest), (RateRatioProfile.IndexOf(Math.Exp(logLowest), side), RateRatioProfile.IndexOf(Math.Exp(logHighest), side)));

        foreach (var ratio in new[] { Math.Exp(logLowest - 0.06), Math.Exp(logHighest + 0.06), 0, -1, double.NaN })
        {
            var refused = Assert.Throws<ArgumentOutOfRangeException>(() => RateRatioProfile.IndexOf(ratio, side));
            Assert.StartsWith($"This line on a ratio of error rates must lie between {range}.", refused.Message, StringComparison.Ordinal);
            Assert.Equal("ratio", refused.ParamName);
        }
    }

    [Theory]
    [InlineData(0.1, 30, 90)]
    [InlineData(0.5, 40, 25)]
    [InlineData(0.9, 500, 70)]
    public void The_estimate_is_the_ratio_of_events_by_share(double share, double canary, double baseline)
    {
        var expected = canary * (1 - share) / (baseline * share);

        Assert.InRange(Seen(share, canary, baseline).Estimate()!.Value / expected, 0.9995, 1.0005);
    }

    [Fact]
    public void Events_on_one_arm_only_or_on_none_have_no_estimate()
    {
        Assert.Null(new RateRatioProfile().Estimate());
        Assert.Null(Seen(0.5, 9, 0).Estimate());
        Assert.Null(Seen(0.5, 0, 9).Estimate());
        Assert.Null(Seen(0.5, 0, 0).Estimate());
    }

    [Fact]
    public void Bounds_are_the_last_grid_points_that_are_rejected_on_the_way_to_the_estimate()
    {
        var profile = Seen(0.4, 60, 45);

        var bounds = profile.BoundsAt(5, 3);

        static double Ratio(int index) => Math.Exp((index - NoDifference) * 0.05);
        var low = Enumerable.Range(0, 141).TakeWhile(i => profile.LogE(i, Null.AtMost) >= 5).Last();
        var high = Enumerable.Range(60, 141).Reverse().TakeWhile(i => profile.LogE(i, Null.AtLeast) >= 3).Last();
        Assert.Equal(Ratio(low), bounds.Low!.Value, 12);
        Assert.Equal(Ratio(high), bounds.High!.Value, 12);
        Assert.InRange(60.0 / 45 / (2 / 3.0), bounds.Low.Value, bounds.High.Value);
    }

    [Fact]
    public void Bounds_stop_where_alternatives_would_fall_off_the_grid()
    {
        // Every line is rejected, from whichever side.
        var bounds = Seen(0.4, 60, 45).BoundsAt(-1e9, -1e9);

        Assert.Equal(Math.Exp(2), bounds.Low!.Value, 9);
        Assert.Equal(Math.Exp(-2), bounds.High!.Value, 9);
        Assert.Equal(new Bounds(null, null), Seen(0.4, 60, 45).BoundsAt(1e9, 1e9));
    }

    [Fact]
    public void An_event_costs_nothing_where_the_canary_has_no_share_and_its_own_ratio_where_it_has_all()
    {
        Assert.All(RateRatioProfile.PerEvent(0), cost => Assert.Equal(0, cost));
        Assert.All(RateRatioProfile.PerEvent(1).Select((cost, i) => (cost, i)), at => Assert.Equal((at.i - 100) * 0.05, at.cost, 9));
        Assert.Equal(Math.Log(0.75 + 0.25 * Math.Exp(1.5)), RateRatioProfile.PerEvent(0.25)[130], 12);
    }

    private static RateRatioProfile Seen(double share, double canary, double baseline)
    {
        var profile = new RateRatioProfile();
        profile.Add(RateRatioProfile.PerEvent(share), canary, baseline);
        return profile;
    }
}
