using Haldane.Judge.Series;

namespace Haldane.Judge.Tests.Series;

/// <summary>The scale of a metric and the grid on which its values lie.</summary>
public sealed class UnitFreeTests
{
    private const double Step = 1 / 4294967296.0;

    [Theory]
    [InlineData(new double[] { }, new double[] { }, 1)]
    [InlineData(new double[] { 0, 0 }, new double[] { 0 }, 1)]
    [InlineData(new double[] { 7 }, new double[] { }, 7)]
    [InlineData(new double[] { }, new double[] { -7 }, 7)]
    [InlineData(new double[] { 3, 1 }, new double[] { 2 }, 2)]
    [InlineData(new double[] { 1, 100 }, new double[] { 10, 1000 }, 10)]
    [InlineData(new double[] { -5, 0, 0, 0 }, new double[] { 0, -4, 6 }, 5)]
    [InlineData(new double[] { 1e308, -1e308 }, new double[] { 1.5e308, 1.6e308 }, 1e308)]
    public void The_scale_is_the_lower_median_of_the_sizes_that_are_not_0(double[] baseline, double[] canary, double scale) =>
        Assert.Equal(scale, UnitFree.ScaleOf(baseline, canary));

    [Fact]
    public void Values_are_divided_by_the_scale() => Assert.Equal([0.5, -2, 0, 0.25], UnitFree.Of([2, -8, 0, 1], 4));

    [Theory]
    [InlineData(1.0 / 3)]
    [InlineData(-Math.PI)]
    [InlineData(123.456)]
    [InlineData(0)]
    public void A_value_moves_to_the_nearest_point_of_the_grid(double value)
    {
        var onGrid = UnitFree.OnGrid(value);

        Assert.Equal(0, onGrid / Step % 1);
        Assert.InRange(Math.Abs(onGrid - value), 0, Step / 2);
        Assert.Equal(onGrid, UnitFree.OnGrid(onGrid));
    }

    [Theory]
    [InlineData(262_143.5, 262_143.5)]
    [InlineData(262_144, 262_144)]
    [InlineData(262_145, 262_144)]
    [InlineData(1e300, 262_144)]
    [InlineData(-262_145, -262_144)]
    [InlineData(double.PositiveInfinity, 262_144)]
    public void What_lies_far_away_is_as_far_as_anything(double value, double onGrid) => Assert.Equal(onGrid, UnitFree.OnGrid(value));
}
