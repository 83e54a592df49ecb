using Haldane.Control.Courses;

namespace Haldane.Control.Tests.Courses;

public sealed class HarmEstimatesTests
{
    // Newcombe (1998), Table II, example (a): 56 of 70 against 48 of 80, method 10: 0.0524 to 0.3339.
    [Fact]
    public void The_interval_is_the_published_one()
    {
        var harm = HarmEstimates.Of("failed", [new(80, 48, 70, 56)], z: 1.959964)!;

        Assert.Equal(14, harm.Excess, 6);
        Assert.Equal((0.0524 * 70, 0.3339 * 70), (Math.Round(harm.Low, 2), Math.Round(harm.High, 2)), new Within(0.01));
    }

    [Fact]
    public void Stages_add_up_by_their_distances_from_the_estimate()
    {
        var one = HarmEstimates.Of("failed", [new(1_000, 10, 1_000, 50)])!;

        var two = HarmEstimates.Of("failed", [new(1_000, 10, 1_000, 50), new(1_000, 10, 1_000, 50)])!;

        Assert.Equal(2 * one.Excess, two.Excess, 9);
        Assert.Equal(Math.Sqrt(2) * (one.Excess - one.Low), two.Excess - two.Low, 9);
        Assert.Equal(Math.Sqrt(2) * (one.High - one.Excess), two.High - two.Excess, 9);
    }

    [Fact]
    public void Stages_are_compared_each_with_its_own_baseline()
    {
        // The base rate rises while the share does: pooled, the canary would look worse.
        var harm = HarmEstimates.Of("failed", [new(9_000, 90, 1_000, 10), new(1_000, 100, 9_000, 900)])!;

        Assert.Equal(0, harm.Excess, 9);
        Assert.False(harm.IsClear);
    }

    [Fact]
    public void What_cannot_be_compared_is_left_out()
    {
        Assert.Null(HarmEstimates.Of("failed", [new(0, 0, 100, 5), new(100, 5, 0, 0)]));
        Assert.Equal(10, HarmEstimates.Of("failed", [new(0, 0, 100, 5), new(100, 1, 10, 1)])!.Of);
    }

    [Theory]
    [InlineData(10, 0, 10, 0)]
    [InlineData(10, 10, 10, 10)]
    [InlineData(1, 0, 1_000_000_000, 0)]
    [InlineData(5, 9, 5, 7)]
    public void Nothing_is_ever_without_bounds(long baselineOf, long baselineSeen, long canaryOf, long canarySeen)
    {
        var harm = HarmEstimates.Of("failed", [new(baselineOf, baselineSeen, canaryOf, canarySeen)])!;

        Assert.All([harm.Expected, harm.Excess, harm.Low, harm.High], value => Assert.True(double.IsFinite(value)));
        Assert.True(harm.Low <= harm.Excess + 1e-9 && harm.Excess <= harm.High + 1e-9);
    }

    private sealed class Within(double distance) : IEqualityComparer<(double Low, double High)>
    {
        public bool Equals((double Low, double High) x, (double Low, double High) y) => Math.Abs(x.Low - y.Low) < distance && Math.Abs(x.High - y.High) < distance;

        public int GetHashCode((double Low, double High) value) => 0;
    }
}
