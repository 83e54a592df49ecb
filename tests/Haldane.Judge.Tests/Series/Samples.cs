using Haldane.Core.Series;
using Haldane.Judge.Series;
using Haldane.Series.Set;

namespace Haldane.Judge.Tests.Series;

/// <summary>Small metrics of each kind that the judge treats in its own way, always the same.</summary>
internal static class Samples
{
    public static readonly string[] Kinds = ["plain", "skewed", "together", "waves", "stepped", "sparse", "sparse together", "constant", "unequal", "negative"];

    /// <summary>A metric of a kind; the canary may be shifted and may fluctuate more.</summary>
    public static MetricSeries Of(string kind, int seed = 1, int count = 60, double shift = 0, double spread = 1)
    {
        var random = new Random(seed * 1_000 + count);
        double Gauss() => Arms.Gauss(random);
        double[] Many(int many, Func<int, double> draw) => [.. Enumerable.Range(0, many).Select(draw)];
        double[] Both(Func<int, double> common, double noise, int many, double by, double times) => Many(many, i => common(i) + noise * times * Gauss() + by);
        var shared = Many(count, _ => random.Next(8) == 0 ? random.Next(1, 4) : 0);
        return kind switch
        {
            "plain" => Metric(Both(_ => 100, 5, count, 0, 1), Both(_ => 100, 5, count, shift, spread)),
            "skewed" => Metric(Many(count, _ => Math.Exp(Gauss())), Many(count, _ => Math.Exp(spread * Gauss()) + shift)),
            "together" => Metric(Both(i => 100 + 20 * Math.Sin(i / 6.0), 3, count, 0, 1), Both(i => 100 + 20 * Math.Sin(i / 6.0), 3, count, shift, spread)),
            "waves" => Metric(Both(i => 10 + 30 * Math.Cos(i / 9.0), 1, count, 0, 1), Both(i => 10 + 30 * Math.Cos(i / 9.0), 1, count, shift, spread)),
            "stepped" => Metric(Both(_ => 50, 1, count, 0, 1), Both(i => i < count / 3 ? 50 : 62, 1, count, shift, spread)),
            "sparse" => Metric(Many(count, _ => random.Next(7) == 0 ? random.Next(1, 4) : 0), Many(count, _ => random.Next(6) == 0 ? spread * random.Next(1, 5) + shift : 0)),
            "sparse together" => Metric(shared, [.. shared.Select(v => v == 0 ? 0 : v + shift)]),
            "constant" => Metric(Many(count, _ => 5), Many(count, _ => 5 + shift)),
            "unequal" => Metric(Both(_ => 7, 2, 3 * count, 0, 1), Both(_ => 7, 2, count, shift, spread)),
            "negative" => Metric(Both(_ => -100, 5, count, 0, 1), Both(_ => -100, 5, count, shift, spread)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
        };
    }

    public static MetricSeries Metric(double[] baseline, double[] canary) => LabelledSet.Metric("m", baseline, canary);

    public static MetricSeries Timed(IEnumerable<double> baseline, IEnumerable<double> canary) => new()
    {
        Name = "m",
        Baseline = [.. baseline.Select((t, i) => new SeriesPoint(t, 100 + i))],
        Canary = [.. canary.Select((t, i) => new SeriesPoint(t, 200 + i))],
    };

    public static Residuals Residuals(MetricSeries metric) => Haldane.Judge.Series.Residuals.Of(TimeCells.Of(metric));

    /// <summary>A pattern again and again.</summary>
    public static double[] Repeat(int count, params double[] pattern) => [.. Enumerable.Range(0, count).Select(i => pattern[i % pattern.Length])];

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    public static void AllEqual(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double within = 1e-9)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= within, $"at {i}: {actual[i]} where {expected[i]} was expected");
        }
    }
}
