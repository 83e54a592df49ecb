using Haldane.Judge.Series;

namespace Haldane.Judge.Tests.Series;

/// <summary>Where a series is cut in two, and what counts as a disturbance that healed.</summary>
public sealed class TwoPartsTests
{
    [Fact]
    public void The_contrast_is_the_squared_difference_in_units_of_its_variance()
    {
        // 2^2 / (2 (1/4 + 1/6))
        Assert.Equal(4.8, new TwoParts(4, 1, 3, 2).Contrast(10), 1e-12);
        Assert.Equal(4.8, new TwoParts(4, 3, 1, 2).Contrast(10), 1e-12);
        Assert.Equal(0, new TwoParts(4, 3, 3, 0).Contrast(10));
        Assert.Equal(4 * 2.4 / 1e-300, new TwoParts(4, 1, 3, 0).Contrast(10), 1e288);
    }

    [Theory]
    [InlineData(9, 3)]
    [InlineData(20, 3)]
    [InlineData(20, 7)]
    [InlineData(20, 14)]
    [InlineData(200, 100)]
    public void A_clean_step_is_found_where_it_is(int count, int at)
    {
        var cut = TwoParts.Of([.. Enumerable.Range(0, count).Select(k => k < at ? 5.0 : 2.0)]);

        Assert.Equal((at, 5, 2), (cut.At, cut.Early, cut.Late));
        Assert.Equal(0, cut.Variance, 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(19)]
    public void No_part_is_shorter_than_three_before_and_six_after(int at)
    {
        var cut = TwoParts.Of([.. Enumerable.Range(0, 20).Select(k => k < at ? 5.0 : 2.0)]);

        Assert.Equal(at < 3 ? 3 : 14, cut.At);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void A_series_too_short_for_two_parts_is_not_cut(int count) => Assert.Equal(default, TwoParts.Of(new double[count]));

    [Fact]
    public void The_first_of_equal_cuts_is_taken() => Assert.Equal(new(3, 1, 1, 0), TwoParts.Of([.. Enumerable.Repeat(1.0, 12)]));

    [Fact]
    public void The_cut_is_the_best_of_all_by_their_sums_of_squares()
    {
        var random = new Random(11);
        for (var run = 0; run < 60; run++)
        {
            double[] scores = [.. Enumerable.Range(0, 10 + run).Select(_ => 3 + random.NextDouble() * 4)];
            var (n, cut) = (scores.Length, TwoParts.Of(scores));
            var best = Enumerable.Range(3, n - 8).MinBy(k => Squares(scores[..k]) + Squares(scores[k..]));

            Assert.Equal(best, cut.At);
            Assert.Equal(scores[..best].Average(), cut.Early, 1e-12);
            Assert.Equal(scores[best..].Average(), cut.Late, 1e-12);
            Assert.Equal((Squares(scores[..best]) + Squares(scores[best..])) / (n - 2), cut.Variance, 1e-10);
        }
    }

    [Theory]
    [InlineData(8, 30, 10, 0, 8)]
    [InlineData(8, 30, -10, 0, 8)]
    [InlineData(8, 30, 0, 10, 0)]
    [InlineData(8, 30, 10, 3.5, 8)]
    [InlineData(8, 30, 10, -3.5, 8)]
    [InlineData(8, 30, -10, 3.5, 8)]
    [InlineData(8, 30, 10, 3.75, 0)]
    [InlineData(8, 30, 10, -3.75, 0)]
    [InlineData(6, 16, 10, 0, 6)]
    [InlineData(6, 15, 10, 0, 0)]
    [InlineData(60, 80, 10, 0, 60)]
    [InlineData(62, 80, 10, 0, 0)]
    public void A_disturbance_healed_when_a_third_or_less_of_it_is_left_in_enough_of_the_window(int until, int count, double early, double late, int healed) =>
        Assert.Equal(healed, Healing.Of(Steps(until, count, early, late), 1));

    [Fact]
    public void A_disturbance_must_stand_out_by_three_deviations_of_resembling_scores()
    {
        var scores = Steps(8, 30, 10, 0);
        var most = TwoParts.Of(scores).Contrast(30) / 9;

        Assert.Equal(8, Healing.Of(scores, most));
        Assert.Equal(0, Healing.Of(scores, most * (1 + 1e-9)));
    }

    // Two levels with one more and one less in turn, so that the means are exact.
    private static double[] Steps(int until, int count, double early, double late) =>
        [.. Enumerable.Range(0, count).Select(k => (k < until ? early : late) + (k % 2 == 0 ? 1 : -1) * (count % 2 == 1 && k == count - 1 ? 0 : 1))];

    private static double Squares(double[] values) => values.Sum(v => Math.Pow(v - values.Average(), 2));
}
