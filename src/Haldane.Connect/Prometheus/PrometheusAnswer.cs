using System.Globalization;
using System.Text.Json;
using Haldane.Core.Ports;
using Haldane.Core.Series;

namespace Haldane.Connect.Prometheus;

/// <summary>Reads what Prometheus answers to a range query.</summary>
internal static class PrometheusAnswer
{
    /// <summary>The points of the one series that there is; none when there is no series.</summary>
    /// <exception cref="JsonException">It is no such answer.</exception>
    /// <exception cref="MetricSourceException">There are several series.</exception>
    public static List<SeriesPoint> Points(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        if (document.RootElement is not { ValueKind: JsonValueKind.Object } root
            || !root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object
            || !data.TryGetProperty("result", out var result) || result.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("it has no data.result");
        }

        return result.GetArrayLength() switch
        {
            0 => [],
            1 when result[0].ValueKind == JsonValueKind.Object && result[0].TryGetProperty("values", out var values) && values.ValueKind == JsonValueKind.Array => Read(values),
            1 => throw new JsonException("its series has no values"),
            var count => throw new MetricSourceException($"the query gives {count} series; wanted is one, so aggregate them, e.g. with sum(...) or histogram_quantile over sum by (le)"),
        };
    }

    /// <summary>What Prometheus says is wrong; null when the body is none of its errors.</summary>
    public static string? Error(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String
                ? new string([.. error.GetString()!.Select(c => char.IsControl(c) ? ' ' : c)])
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static List<SeriesPoint> Read(JsonElement values)
    {
        var points = new List<SeriesPoint>(values.GetArrayLength());
        foreach (var pair in values.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2 || pair[0].ValueKind != JsonValueKind.Number || !pair[0].TryGetDouble(out var time) || pair[1].ValueKind != JsonValueKind.String
                || !SeriesTexts.TryValue(pair[1].GetString(), out var value))
            {
                throw new JsonException(string.Create(CultureInfo.InvariantCulture, $"its point {points.Count} is no pair of a time and a value"));
            }

            points.Add(new(time, value));
        }

        return points;
    }
}
