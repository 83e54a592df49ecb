using Haldane.Judge.Series;

namespace Haldane.Judge.Tests.Series;

/// <summary>By how much resemblance of neighbours makes sums vary more, against a restatement by the book and where the answer is known.</summary>
public sealed class InflationTests
{
    [Fact]
    public void Independent_scores_inflate_next_to_nothing()
    {
        var runs = Enumerable.Range(1, 200).Select(seed => Inflation.Of(Chain(60, 0, seed), Chain(60, 0, -seed))).ToArray();

        Assert.All(runs, r => Assert.InRange(r, 1, 30));
        Assert.InRange(runs.Average(), 1, 1.2);
    }

    [Theory]
    [InlineData(0.3, 1.3 / 0.7)]
    [InlineData(0.5, 3)]
    [InlineData(0.8, 9)]
    public void A_long_autoregression_inflates_by_its_known_factor(double correlation, double factor)
    {
        var runs = Enumerable.Range(1, 40).Select(seed => Inflation.Of(Chain(2_000, correlation, seed), Chain(2_000, correlation, -seed))).ToArray();

        Assert.Equal(factor, runs.Average(), factor * 0.15);
    }

    [Fact]
    public void What_is_in_one_of_both_only_does_not_count_in_full()
    {
        var (alike, wild) = (Chain(500, 0.8, 1), Chain(500, 0, 2));

        Assert.True(Inflation.Of(alike, wild) < Inflation.Of(alike, alike));
        Assert.Equal(1, Inflation.Of(wild, wild), 0.2);
        Assert.True(Inflation.Of(wild, alike) < Inflation.Of(alike, alike));
    }

    [Fact]
    public void A_step_is_no_resemblance()
    {
        double[] stepped = [.. Chain(60, 0, 3).Select((v, k) => v + (k < 30 ? 0 : 10))];

        Assert.Equal(1, Inflation.Of(stepped, Chain(60, 0, 5)), 0.5);
        Assert.InRange(Inflation.Of(stepped, Chain(60, 0, 4)), 1, 1.3);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(3)]
    public void A_series_of_fewer_than_eight_says_nothing(int count)
    {
        double[] ramp = [.. Enumerable.Range(0, count).Select(k => (double)k)];

        Assert.Equal(1, Inflation.Of(ramp, ramp));
    }

    [Fact]
    public void A_constant_does_not_inflate_whatever_its_rounding()
    {
        Assert.Equal(1, Inflation.Of(new double[60], new double[60]));
        Assert.Equal(1, Inflation.Of([.. Enumerable.Repeat(0.1, 60)], [.. Enumerable.Repeat(1e9 / 3, 60)]));
    }

    [Fact]
    public void Nothing_inflates_by_more_than_half_the_cells()
    {
        foreach (var n in new[] { 8, 20, 60, 400 })
        {
            double[] wave = [.. Enumerable.Range(0, n).Select(k => Math.Sin(Math.PI * (k + 0.5) / n))];

            Assert.InRange(Inflation.Of(wave, wave), 1, n / 2.0);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    [InlineData(0.4)]
    [InlineData(0.7)]
    [InlineData(0.95)]
    public void It_is_that_of_the_book(double correlation)
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var n = 8 + 3 * (seed % 20);
            var (contrast, baseline) = (Chain(n, correlation, seed), Chain(n, correlation, 1_000 + seed));
            double[] stepped = [.. contrast.Select((v, k) => v + (k < n / 3 ? 0 : seed % 5))];

            Assert.Equal(Book(contrast, baseline), Inflation.Of(contrast, baseline), 1e-9);
            Assert.Equal(Book(stepped, baseline), Inflation.Of(stepped, baseline), 1e-9);
            Assert.Equal(Book(stepped, stepped), Inflation.Of(stepped, stepped), 1e-9);
        }
    }

    // The contrast without its largest step where that is more than 3.5 deviations; the geometric mean of both series, at most what both agree on.
    private static double Book(double[] contrast, double[] baseline)
    {
        var cut = TwoParts.Of(contrast);
        var stepless = One([.. contrast.Select((v, k) => v - (k < cut.At ? cut.Early : cut.Late))], 3);
        var ofContrast = cut.Contrast(contrast.Length) > 3.5 * 3.5 * stepless ? stepless : One(contrast, 1);
        var ofBaseline = One(baseline, 1);
        return new[] { Math.Sqrt(ofContrast * ofBaseline), Math.Max(stepless, Math.Min(ofContrast, ofBaseline)) }.Min();
    }

    // Bartlett's factor of a geometric decay from lag 1 on, or Geyer's initial monotone sequence where that is more; correlations are lifted by Kendall's bias.
    private static double One(double[] series, double lift)
    {
        var (n, mean) = (series.Length, series.Average());
        double Sum(int lag) => Enumerable.Range(lag, n - lag).Sum(i => (series[i] - mean) * (series[i - lag] - mean));
        double Lifted(int lag) => Sum(lag) / Sum(0) is var r && r + (1 + 3 * r) * lift / n is var lifted ? Math.Min(0.97, lifted) : 0;
        var first = Lifted(1);
        if (first < 1 / Math.Sqrt(n))
        {
            return 1;
        }

        var decay = first < 2 / Math.Sqrt(n) ? first : Math.Clamp(Lifted(2) / first, first, 0.97);
        var factor = 1 + 2 * first / (1 - decay);
        if (first >= 2 / Math.Sqrt(n))
        {
            var pairs = new List<double>();
            for (var lag = 0; lag + 1 < n / 3; lag += 2)
            {
                pairs.Add((lag == 0 ? 1 : Lifted(lag)) + Lifted(lag + 1));
            }

            var positive = pairs.TakeWhile(p => p > 0).ToList();
            factor = Math.Max(factor, -1 + 2 * positive.Select((_, i) => positive.Take(i + 1).Min()).Sum());
        }

        return Math.Clamp(factor, 1, n / 2.0);
    }

    private static double[] Chain(int count, double correlation, int seed)
    {
        var random = new Random(seed);
        double Gauss() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var (values, state) = (new double[count], Gauss());
        for (var k = 0; k < count; k++)
        {
            values[k] = state;
            state = correlation * state + Math.Sqrt(1 - correlation * correlation) * Gauss();
        }

        return values;
    }
}
