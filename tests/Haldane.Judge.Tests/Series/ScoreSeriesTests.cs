using Haldane.Core.Series;
using Haldane.Judge.Series;

namespace Haldane.Judge.Tests.Series;

/// <summary>The statistics of a series of scores: Student's in each window, and of a ramp.</summary>
public sealed class ScoreSeriesTests
{
    [Theory]
    [InlineData(5, new[] { 0 }, new[] { 0 })]
    [InlineData(10, new[] { 0, 3 }, new[] { 0 })]
    [InlineData(11, new[] { 0, 4 }, new[] { 0 })]
    [InlineData(12, new[] { 0, 4, 6 }, new[] { 0, 6 })]
    [InlineData(18, new[] { 0, 6, 9, 12 }, new[] { 0, 9 })]
    [InlineData(36, new[] { 0, 12, 18, 24, 27, 30 }, new[] { 0, 18 })]
    [InlineData(60, new[] { 0, 20, 30, 40, 45, 50 }, new[] { 0, 30 })]
    public void Windows_end_with_the_series_and_hold_six_cells(int cells, int[] ofLevel, int[] ofSpread)
    {
        var (level, spread) = (new ScoreSeries(SeriesAspect.Level, new double[cells], 1), new ScoreSeries(SeriesAspect.Spread, new double[cells], 1));

        Assert.Equal(ofLevel, level.Starts);
        Assert.Equal(ofSpread, spread.Starts);
        Assert.Equal((true, false), (level.HasRamp, spread.HasRamp));
        Assert.Equal((ofLevel.Length + 1, ofSpread.Length), (level.Observed().Length, spread.Observed().Length));
    }

    [Theory]
    [InlineData(SeriesAspect.Level)]
    [InlineData(SeriesAspect.Tail)]
    public void Each_window_has_Student_s_t_with_at_least_the_variance_of_the_two_best_parts(SeriesAspect aspect)
    {
        for (var n = 6; n < 50; n++)
        {
            var scores = Random(n, n);
            var series = new ScoreSeries(aspect, scores, 1);

            AllEqual([.. Naive(series, scores)], series.Observed());
        }
    }

    [Fact]
    public void Six_alike_scores_count_by_the_variance_of_the_whole_series()
    {
        double[] scores = [.. Enumerable.Range(0, 30).Select(k => k % 2 == 0 ? 3.0 : -3.0), 1, 1, 1, 1, 1, 1];
        var series = new ScoreSeries(SeriesAspect.Level, scores, 1);

        // The last six have a mean of 1 and no variance of their own; about the two best parts the whole has nearly 9 * 30 / 34.
        Assert.Equal(Math.Sqrt(6) / Math.Sqrt(9 * 30 / 34.0), series.Observed()[5], 0.02);
    }

    [Fact]
    public void Without_any_fluctuation_a_difference_is_certain_and_none_is_none()
    {
        Assert.Equal(new double[7], new ScoreSeries(SeriesAspect.Level, new double[60], 1).Observed());
        Assert.All(new ScoreSeries(SeriesAspect.Level, Constant(60, 1e-3), 1).Observed(), t => Assert.InRange(t, 1e11, 1e13));
        Assert.All(new ScoreSeries(SeriesAspect.Level, Constant(60, -5), 1).Observed(), t => Assert.InRange(t, -1e13, -1e11));
    }

    [Fact]
    public void The_largest_in_another_order_with_other_signs_is_that_of_the_scores_so_ordered()
    {
        var random = new Random(3);
        foreach (var aspect in new[] { SeriesAspect.Level, SeriesAspect.Spread })
        {
            for (var n = 10; n < 40; n++)
            {
                var series = new ScoreSeries(aspect, Random(n, n), 4);
                int[] order = [.. Enumerable.Range(0, n).OrderBy(_ => random.Next())];
                double[] signs = [.. Enumerable.Range(0, n).Select(_ => random.Next(2) * 2 - 1.0)];

                var largest = series.Largest(order, signs, new double[n]);

                Assert.Equal(Naive(series, [.. order.Select((o, place) => signs[place] * series.Scores[o])]).Max(), largest, 1e-9);
            }
        }
    }

    [Theory]
    [InlineData(SeriesAspect.Level)]
    [InlineData(SeriesAspect.Spread)]
    public void Resemblance_makes_a_statistic_as_certain_as_with_so_many_fewer_cells(SeriesAspect aspect)
    {
        const double inflation = 2.5;
        var scores = Random(40, 8);
        var (plain, deflated) = (new ScoreSeries(aspect, scores, 1), new ScoreSeries(aspect, scores, inflation).Observed());
        var raw = plain.Observed();
        for (var w = 0; w < raw.Length; w++)
        {
            var cells = w < plain.Starts.Length ? 40 - plain.Starts[w] : 40.0;

            Assert.Equal(Normal(raw[w] / Math.Sqrt(inflation), Math.Max(1, cells / inflation - 1)), Normal(deflated[w], cells - 1), 1e-9);
        }
    }

    [Fact]
    public void Less_than_no_resemblance_adds_nothing()
    {
        var scores = Random(30, 2);

        Assert.Equal(new ScoreSeries(SeriesAspect.Level, scores, 1).Observed(), new ScoreSeries(SeriesAspect.Level, scores, 0.5).Observed());
        AllEqual(new ScoreSeries(SeriesAspect.Level, scores, 1).Observed(), new ScoreSeries(SeriesAspect.Level, scores, 1 + 1e-12).Observed());
    }

    [Fact]
    public void However_certain_and_resembling_a_statistic_stays_finite()
    {
        var observed = new ScoreSeries(SeriesAspect.Level, Constant(12, 1), 1.01).Observed();

        Assert.All(observed, t => Assert.True(double.IsFinite(t) && t > 10));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(3.0)]
    public void The_whole_is_the_normal_deviate_of_its_t(double inflation)
    {
        foreach (var sign in new[] { 1, -1 })
        {
            double[] scores = [.. Random(25, 4).Select(s => sign * (s + 0.3))];
            var series = new ScoreSeries(SeriesAspect.Spread, scores, inflation);

            Assert.Equal(Normal(series.Observed()[0], 24), series.Whole(), 1e-12);
            Assert.Equal(sign, Math.Sign(series.Whole()));
        }
    }

    [Fact]
    public void The_normal_deviate_has_nearly_the_chance_of_Student_s_t()
    {
        // t with nine degrees of freedom: 2.262 is its 97.5 % quantile, and 1.960 that of the normal.
        double[] scores = [-1.5, -1.5, -1.5, -1.5, 1, 1, 1, 1, 1, 1];
        var mean = 2.262157 * Math.Sqrt(15.0 / 9) / Math.Sqrt(10);

        Assert.Equal(1.959964, new ScoreSeries(SeriesAspect.Spread, [.. scores.Select(s => s + mean)], 1).Whole(), 0.005);
    }

    [Fact]
    public void A_ramp_shows_most_in_the_ramp()
    {
        double[] scores = [.. Enumerable.Range(0, 60).Select(k => k / 20.0 + (k % 2 == 0 ? 1 : -1))], steady = [.. scores.Select((_, k) => 1.5 + (k % 2 == 0 ? 1 : -1))];
        var (ramp, flat) = (new ScoreSeries(SeriesAspect.Level, scores, 1).Observed(), new ScoreSeries(SeriesAspect.Level, steady, 1).Observed());

        Assert.True(ramp[^1] > ramp[0]);
        Assert.True(flat[^1] < flat[0]);
    }

    // Student's t of each window, and of the weights 1/n, 2/n, ..., 1; the variance is at least that within the two best parts of the scores as they were.
    private static IEnumerable<double> Naive(ScoreSeries series, double[] scores)
    {
        var least = TwoParts.Of(series.Scores).Variance;
        double Deviation(double[] of) => Math.Sqrt(Math.Max(least, of.Sum(s => Math.Pow(s - of.Average(), 2)) / (of.Length - 1)));
        foreach (var start in series.Starts)
        {
            var window = scores[start..];
            yield return Math.Sqrt(window.Length) * window.Average() / Deviation(window);
        }

        if (series.Aspect == SeriesAspect.Level)
        {
            double[] weights = [.. scores.Select((_, k) => (k + 1.0) / scores.Length)];
            yield return scores.Zip(weights, (s, w) => s * w).Sum() / Math.Sqrt(weights.Sum(w => w * w)) / Deviation(scores);
        }
    }

    // Wallace, Ann. Math. Stat. 30 (1959).
    private static double Normal(double t, double freedom) => Math.Sign(t) * (8 * freedom + 1) / (8 * freedom + 3) * Math.Sqrt(freedom * Math.Log(1 + t * t / freedom));

    private static double[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * 2 - 0.7)];
    }

    private static double[] Constant(int count, double value) => [.. Enumerable.Repeat(value, count)];

    private static void AllEqual(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }
}
