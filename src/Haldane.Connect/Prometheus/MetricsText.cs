using System.Globalization;
using System.Text;
using Haldane.Core;
using Haldane.Core.Alerts;
using Haldane.Core.Specification;

namespace Haldane.Connect.Prometheus;

/// <summary>Reads the text form of Prometheus, version 0.0.4, and what OpenMetrics shares with it. Pure.</summary>
internal static class MetricsText
{
    /// <summary>What each gauge's metric says; null where no series fits.</summary>
    /// <param name="text">All lines.</param>
    /// <param name="gauges">Each with a metric.</param>
    /// <exception cref="FormatException">A line of one of the metrics cannot be read.</exception>
    public static double?[] Read(string text, IReadOnlyList<GaugeSpec> gauges)
    {
        var found = new Sum[gauges.Count];
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var end = line.IndexOfAny("{ \t");
            if (end <= 0 || line[0] == '#')
            {
                continue;
            }

            for (var i = 0; i < gauges.Count; i++)
            {
                if (line[..end].SequenceEqual(gauges[i].Metric) && Sample(line[end..], gauges[i].Labels) is { } value && double.IsFinite(value))
                {
                    found[i] = found[i].With(value);
                }
            }
        }

        return [.. found.Select((sum, i) => sum.Of(gauges[i].Together))];
    }

    // What stands behind the metric's name; null when a label differs.
    private static double? Sample(ReadOnlySpan<char> rest, ValueList<Label> wanted)
    {
        var labels = new List<(string Name, string Value)>();
        rest = rest.TrimStart();
        if (rest is ['{', ..])
        {
            rest = Labels(rest[1..], labels);
        }

        if (wanted.Any(w => !labels.Contains((w.Name, w.Value))))
        {
            return null;
        }

        // A timestamp may follow, and in OpenMetrics an exemplar.
        rest = rest.Trim();
        var number = rest.IndexOfAny(' ', '\t') is >= 0 and var end ? rest[..end] : rest;
        return number switch
        {
            "+Inf" or "Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException("a sample has no number"),
        };
    }

    private static ReadOnlySpan<char> Labels(ReadOnlySpan<char> rest, List<(string Name, string Value)> labels)
    {
        while (true)
        {
            rest = rest.TrimStart(" \t,");
            if (rest is ['}', ..])
            {
                return rest[1..];
            }

            var equals = rest.IndexOf('=');
            if (equals <= 0 || rest[(equals + 1)..].TrimStart() is not ['"', .. var quoted])
            {
                throw new FormatException("the labels of a sample are not closed");
            }

            var name = rest[..equals].Trim().ToString();
            rest = Quoted(quoted, out var value);
            labels.Add((name, value));
        }
    }

    private static ReadOnlySpan<char> Quoted(ReadOnlySpan<char> rest, out string value)
    {
        var text = new StringBuilder();
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                value = text.ToString();
                return rest[(i + 1)..];
            }

            if (rest[i] == '\\' && i + 1 < rest.Length)
            {
                i++;
                text.Append(rest[i] == 'n' ? '\n' : rest[i]);
            }
            else
            {
                text.Append(rest[i]);
            }
        }

        throw new FormatException("the value of a label is not closed");
    }

    private readonly record struct Sum(int Count, double Total, double Largest)
    {
        public Sum With(double value) => new(Count + 1, Total + value, Count == 0 || value > Largest ? value : Largest);

        public double? Of(Together together) => (Count, together) switch
        {
            (0, _) => null,
            (_, Together.Sum) => Total,
            (_, Together.Max) => Largest,
            _ => Total / Count,
        };
    }
}
