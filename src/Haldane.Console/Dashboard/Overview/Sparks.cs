using System.Globalization;
using System.Text;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Reports;

namespace Haldane.Console.Dashboard.Overview;

/// <summary>Draws curves as large as a word.</summary>
public static class Sparks
{
    /// <summary>Of the picture, in pixels.</summary>
    public const int Width = 96, Height = 24;

    /// <summary>How many steps of the paths a pixel has: whole numbers are short, and these fine enough.</summary>
    public const int Grain = 8;

    // A row that changed each second would be sent each second.
    private const int Seconds = 10;

    // More than a point every three pixels would be sent to hundreds of rows, and seen by nobody.
    private const int Most = 32;
    private const int Edge = 2;

    /// <summary>Which point of a row's curves a moment belongs to; not all rows come to the next at the same moment, or all of a large fleet would be sent at once.</summary>
    /// <param name="row">The row.</param>
    /// <param name="at">The moment.</param>
    public static long StepOf(string row, DateTimeOffset at) => (at.ToUnixTimeSeconds() + row.Sum(c => c)) / Seconds;

    /// <summary>The 99th percentile of both arms; null where neither has one.</summary>
    /// <param name="row">The row that they are of.</param>
    /// <param name="series">The last minutes, second by second.</param>
    public static SparkModel? Of(string row, ValueList<LivePoint> series)
    {
        LivePoint[] points = [.. series.GroupBy(p => StepOf(row, p.At)).SkipLast(1).Select(g => g.Last())];
        if (points.Length > Most)
        {
            points = [.. points[..^1].Where(p => StepOf(row, p.At) % 2 == 0), points[^1]];
        }

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
        (int X, int Y)? before = null;
        foreach (var point in points)
        {
            (int X, int Y)? at = value(point) is { } v
                ? (Steps((point.At - from).TotalSeconds / span * Width), Steps(Edge + (1 - (v - low) / Math.Max(1e-9, high - low)) * (Height - 2 * Edge)))
                : null;
            if (at is { } to)
            {
                _ = before is { } last ? path.Append(CultureInfo.InvariantCulture, $"l{to.X - last.X} {to.Y - last.Y}") : path.Append(CultureInfo.InvariantCulture, $"M{to.X} {to.Y}");
            }

            before = at;
        }

        return path.ToString();
    }

    private static int Steps(double pixels) => (int)Math.Round(pixels * Grain);
}
