using System.Globalization;
using System.Text;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Reports;

namespace Haldane.Console.Dashboard.Overview;

/// <summary>Draws curves as large as a word.</summary>
public static class Sparks
{
    /// <summary>Of the picture.</summary>
    public const double Width = 96, Height = 24;

    // A row that changed each second would be sent each second.
    private const int Seconds = 10;
    private const double Edge = 2;

    /// <summary>Which point of the curves a moment belongs to.</summary>
    public static long StepOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / Seconds;

    /// <summary>The 99th percentile of both arms; null where neither has one.</summary>
    public static SparkModel? Of(ValueList<LivePoint> series)
    {
        LivePoint[] points = [.. series.GroupBy(p => StepOf(p.At)).SkipLast(1).Select(g => g.Last())];
        double[] values = [.. points.SelectMany(p => new[] { p.Baseline.P99, p.Canary.P99 }).OfType<double>()];
        if (values.Length < 2 || points.Length < 2)
        {
            return null;
        }

        var (low, high) = (values.Min(), values.Max());
        var last = points[^1];
        return new(Path(points, p => p.Baseline.P99, low, high), Path(points, p => p.Canary.P99, low, high), $"p99 latency, last: baseline {Said(last.Baseline)}, canary {Said(last.Canary)}");
    }

    private static string Said(ArmPoint point) => point.P99 is { } p99 ? Figures.Seconds(p99) : "none";

    private static string Path(LivePoint[] points, Func<LivePoint, double?> value, double low, double high)
    {
        var path = new StringBuilder();
        var (from, span) = (points[0].At, Math.Max(1e-9, (points[^1].At - points[0].At).TotalSeconds));
        var joined = false;
        foreach (var point in points)
        {
            if (value(point) is { } v)
            {
                var x = (point.At - from).TotalSeconds / span * Width;
                var y = Edge + (1 - (v - low) / Math.Max(1e-9, high - low)) * (Height - 2 * Edge);
                path.Append(CultureInfo.InvariantCulture, $"{(joined ? 'L' : 'M')}{x:0.#} {y:0.#}");
            }

            joined = value(point) is not null;
        }

        return path.ToString();
    }
}
