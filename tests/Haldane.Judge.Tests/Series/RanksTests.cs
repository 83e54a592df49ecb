using Haldane.Judge.Series;

namespace Haldane.Judge.Tests.Series;

/// <summary>Ranks, and what is counted from them, by hand and against all pairs.</summary>
public sealed class RanksTests
{
    [Fact]
    public void Ties_share_the_mean_of_their_ranks()
    {
        Assert.Equal([3.5, 1, 2, 3.5], Ranks.Of([3, 1], [2, 3]));
        Assert.Equal([2, 2, 2], Ranks.Of([5], [5, 5]));
        Assert.Equal([3, 2, 1], Ranks.Of([9, 8, 7], []));
        Assert.Equal([1, 2.5, 4, 2.5, 5], Ranks.Of([-1, 0, 3], [0, 10]));
        Assert.Empty(Ranks.Of([], []));
    }

    [Fact]
    public void U_counts_pairs_and_ties_half()
    {
        Assert.Equal(6, MannWhitney.U([4, 5], [1, 2, 3]));
        Assert.Equal(0, MannWhitney.U([1], [2, 3]));
        Assert.Equal(4, MannWhitney.U([1, 2, 3], [1, 2]));
    }

    [Fact]
    public void The_chance_is_that_of_the_normal_distance_of_U()
    {
        // U = 9 of 9; mean 4.5, variance 3 * 3 / 12 * 7 = 5.25; Phi(-1.964) and, corrected by 1/2, Phi(-1.746).
        double[] high = [4, 5, 6], low = [1, 2, 3];

        Assert.Equal(0.024767, MannWhitney.PGreater(high, low, false), 1e-6);
        Assert.Equal(0.040427, MannWhitney.PGreater(high, low, true), 1e-6);
        Assert.Equal(1 - 0.024767, MannWhitney.PGreater(low, high, false), 1e-6);
        Assert.Equal(2 * 0.024767, MannWhitney.PTwoSided(low, high, false), 2e-6);
        Assert.Equal(2 * 0.040427, MannWhitney.PTwoSided(high, low, true), 2e-6);
    }

    [Fact]
    public void Where_nothing_differs_the_chance_is_one()
    {
        Assert.Equal((1, 1), (MannWhitney.PGreater([5, 5], [5, 5, 5], true), MannWhitney.PTwoSided([5, 5], [5, 5, 5], false)));
        Assert.Equal(1, MannWhitney.PTwoSided([1, 4], [2, 3], true));
        Assert.Equal(1, MannWhitney.PTwoSided([1, 4], [2, 3], false), 1e-15);
    }

    [Theory]
    [InlineData(new double[] { 7 }, new double[] { 4 }, 3)]
    [InlineData(new double[] { 5, 5, 5 }, new double[] { 2, 2 }, 3)]
    [InlineData(new double[] { 1, 2 }, new double[] { 0, 10 }, -3.5)]
    [InlineData(new double[] { 1, 2, 10 }, new double[] { 0 }, 2)]
    [InlineData(new double[] { 101, 102, 110 }, new double[] { 100, 90, 80 }, 12)]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 3, 2, 1 }, 0)]
    public void The_shift_is_the_median_of_the_differences(double[] x, double[] y, double shift)
    {
        Assert.Equal(shift, MannWhitney.HodgesLehmann(x, y), 1e-12);
        Assert.Equal(-shift, MannWhitney.HodgesLehmann(y, x), 1e-12);
    }

    [Fact]
    public void A_shift_further_out_than_any_difference_is_the_outermost_difference()
    {
        Assert.Equal(1, MannWhitney.Shift([4, 5, 6], [1, 2, 3], 100));
        Assert.Equal(5, MannWhitney.Shift([4, 5, 6], [1, 2, 3], -100));
        Assert.Equal(3, MannWhitney.Shift([5, 5], [2, 2], 0));
    }

    [Fact]
    public void The_shift_moves_with_its_samples()
    {
        double[] x = [1.5, 2.25, 7, 3.125, 4], y = [0.5, 2, 2.75, 6];

        Assert.Equal(MannWhitney.Shift(x, y, 1) + 3, MannWhitney.Shift([.. x.Select(v => v + 3)], y, 1), 1e-9);
        Assert.Equal(-MannWhitney.Shift(x, y, 1), MannWhitney.Shift(y, x, -1), 1e-9);
        Assert.True(MannWhitney.Shift(x, y, 1) < MannWhitney.Shift(x, y, 0) && MannWhitney.Shift(x, y, 0) < MannWhitney.Shift(x, y, -1));
    }
}
