using Haldane.Judge.Statistics;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>One arm's rate against a line, and what follows from it.</summary>
public sealed class TiltMixtureTests
{
    [Theory]
    [InlineData(true, 30, 200)]
    [InlineData(true, 0, 50)]
    [InlineData(false, 12, 200)]
    [InlineData(false, 0, 0)]
    public void The_evidence_is_the_mean_over_sixteen_tilts(bool atMost, int events, int observations)
    {
        static double Naive(double p, int sign, int k, int n, double smallest, double largest) => Math.Log(Enumerable.Range(0, 16)
            .Select(j => sign * smallest * Math.Pow(largest / smallest, j / 15.0))
            .Average(tilt => Math.Exp(k * tilt) / Math.Pow(1 - p + p * Math.Exp(tilt), n)));

        var (side, sign) = atMost ? (Null.AtMost, 1) : (Null.AtLeast, -1);

        Assert.Equal(Naive(0.1, sign, events, observations, 0.05, 3), TiltMixture.ForRate(0.1, side).LogE(events, observations), 9);
        Assert.Equal(Naive(0.1, sign, events, observations, 0.02, 4), TiltMixture.ForQuantile(0.1, side).LogE(events, observations), 9);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1.1)]
    public void A_line_that_is_no_chance_is_refused(double line)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TiltMixture.ForRate(line, Null.AtMost));
        Assert.Throws<ArgumentOutOfRangeException>(() => TiltMixture.ForQuantile(line, Null.AtLeast));
    }

    [Theory]
    [InlineData(0.001, 3)]
    [InlineData(0.02, 5.5)]
    [InlineData(0.3, 0.1)]
    [InlineData(0.9, 1)]
    [InlineData(0.001, 0)]
    public void So_many_clean_observations_reach_the_line_and_one_fewer_does_not(double line, double logE)
    {
        var mixture = TiltMixture.ForRate(line, Null.AtLeast);

        var needed = mixture.CleanObservationsFor(logE);

        Assert.True(needed >= 1);
        Assert.True(mixture.LogE(0, needed) >= logE);
        Assert.True(needed == 1 || mixture.LogE(0, needed - 1) < logE);
    }

    [Theory]
    [InlineData(30, 200)]
    [InlineData(150, 200)]
    [InlineData(3, 4_000)]
    public void A_bound_is_the_line_that_is_just_rejected(long events, long observations)
    {
        var bounds = TiltMixture.RateBounds(events, observations, 4, 2);

        Assert.InRange(bounds.Low!.Value, 1e-6, events / (double)observations);
        Assert.InRange(bounds.High!.Value, events / (double)observations, 1 - 1e-6);
        Assert.Equal(4, TiltMixture.ForRate(bounds.Low.Value, Null.AtMost).LogE(events, observations), 6);
        Assert.Equal(2, TiltMixture.ForRate(bounds.High.Value, Null.AtLeast).LogE(events, observations), 6);
    }

    [Fact]
    public void Bounds_of_the_opposite_are_the_opposite_bounds()
    {
        var (rate, opposite) = (TiltMixture.RateBounds(30, 200, 4, 2), TiltMixture.RateBounds(170, 200, 2, 4));

        Assert.Equal(1 - rate.High!.Value, opposite.Low!.Value, 9);
        Assert.Equal(1 - rate.Low!.Value, opposite.High!.Value, 9);
    }

    [Fact]
    public void Nothing_seen_and_nothing_rejected_bound_nothing()
    {
        Assert.Equal(new Bounds(null, null), TiltMixture.RateBounds(0, 0, -1, -1));
        Assert.Null(TiltMixture.RateBounds(0, 500, 3, 3).Low);
        Assert.NotNull(TiltMixture.RateBounds(0, 500, 3, 3).High);
        Assert.Null(TiltMixture.RateBounds(500, 500, 3, 3).High);
        Assert.NotNull(TiltMixture.RateBounds(500, 500, 3, 3).Low);
        Assert.Equal(new Bounds(null, null), TiltMixture.RateBounds(1, 2, 30, 30));
    }
}
