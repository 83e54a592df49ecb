using Haldane.Judge.Series;
using Haldane.Judge.Tests.Statistics;

namespace Haldane.Judge.Tests.Series;

public sealed class SeriesOracleTests(ITestOutputHelper output)
{
    private const double Quantile98 = 2.3263478740408408;

    [Fact]
    public void Mann_Whitney_is_that_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("mann_whitney"))
        {
            var (x, y, expected) = (c.Numbers("x"), c.Numbers("y"), c.GetProperty("expected"));
            foreach (var (name, actual) in new[]
            {
                ("U1", MannWhitney.U(x, y)),
                ("cles", MannWhitney.U(x, y) / (x.Length * (double)y.Length)),
                ("asymptotic_two-sided_cc", MannWhitney.PTwoSided(x, y, true)),
                ("asymptotic_two-sided_nocc", MannWhitney.PTwoSided(x, y, false)),
                ("asymptotic_greater_cc", MannWhitney.PGreater(x, y, true)),
                ("asymptotic_greater_nocc", MannWhitney.PGreater(x, y, false)),
            })
            {
                // Where all values are tied the reference divides 0 by 0; we say that nothing was found.
                Oracle.Agrees(double.IsNaN(expected.Number(name)) ? 1 : expected.Number(name), actual);
                seen++;
            }
        }

        output.WriteLine($"mann_whitney: {seen} values");
    }

    [Fact]
    public void Shifts_and_their_98_percent_intervals_are_those_of_R()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("mann_whitney").Where(c => c.GetProperty("expected").TryGetProperty("hodges_lehmann_98_R", out _)))
        {
            var (x, y, expected) = (c.Numbers("x"), c.Numbers("y"), c.GetProperty("expected").GetProperty("hodges_lehmann_98_R"));

            Assert.Equal(expected.Number("lower"), MannWhitney.Shift(x, y, Quantile98), 1e-8);
            Assert.Equal(expected.Number("upper"), MannWhitney.Shift(x, y, -Quantile98), 1e-8);
            seen += 2;
        }

        output.WriteLine($"mann_whitney, intervals: {seen} values");
    }

    [Fact]
    public void Quantiles_are_those_of_R()
    {
        var seen = 0;
        double[] ps = [0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
        foreach (var c in Oracle.Cases("quantile_types"))
        {
            var x = c.Numbers("x");
            foreach (var (p, expected) in ps.Zip(c.Numbers("type7")))
            {
                Oracle.Agrees(expected, Quantiles.At(Quantiles.Sorted(x), p), 1e-10);
                seen++;
            }

            Oracle.Agrees(c.Number("median"), Quantiles.Median(x), 1e-10);
            Oracle.Agrees(c.Number("mad"), Quantiles.MedianDeviation(x, Quantiles.Median(x)), 1e-10);
            seen += 2;
        }

        output.WriteLine($"descriptive_multiple: {seen} values");
    }

    [Fact]
    public void The_shift_of_long_series_is_the_median_of_all_differences()
    {
        var random = new Random(3);
        foreach (var (n, m) in new[] { (1, 1), (2, 2), (7, 4), (30, 31), (60, 60) })
        {
            double[] x = [.. Enumerable.Range(0, n).Select(_ => Math.Round(random.NextDouble() * 20))];
            double[] y = [.. Enumerable.Range(0, m).Select(_ => Math.Round(random.NextDouble() * 20))];
            var all = x.SelectMany(a => y.Select(b => a - b)).ToArray();

            Assert.Equal(Quantiles.Median(all), MannWhitney.HodgesLehmann(x, y), 1e-12);
        }
    }
}
