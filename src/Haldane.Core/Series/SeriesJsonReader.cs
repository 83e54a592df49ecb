using System.Text.Json;

namespace Haldane.Core.Series;

/// <summary>Reads a request from its JSON form, which files and the API share; docs/series.md shows it.</summary>
public static class SeriesJsonReader
{
    private const string WantedRate = "a chance such as 1% or 0.01";

    private static readonly string[] Fields = ["metrics", "falseRollback", "falsePromotion", "seed", "from", "to", "window", "step"];
    private static readonly string[] MetricFields = ["name", "baseline", "canary", "baselineQuery", "canaryQuery", "direction", "fine", "bad", "weight", "required"];

    /// <summary>What a document asks for besides the metrics that it holds; null for what it leaves out.</summary>
    public sealed record Asked(double? FalseRollback, double? FalsePromotion, long? Seed, QueryWindow Window, IReadOnlyList<SeriesQuery> Queries)
    {
        /// <summary>Nothing asked.</summary>
        public static readonly Asked Nothing = new(null, null, null, new(), []);
    }

    /// <summary>Reads a document's metrics into a builder, with every mistake.</summary>
    /// <param name="root">The document.</param>
    /// <param name="place">What messages begin with, e.g. <c>file.json: </c>; may be empty.</param>
    /// <param name="into">Takes metrics and mistakes.</param>
    public static Asked Read(JsonElement root, string place, SeriesBuilder into)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("metrics", out var metrics) || metrics.ValueKind != JsonValueKind.Array)
        {
            into.Mistake($"{place}wanted is an object with a list \"metrics\", each with name, baseline and canary");
            return Asked.Nothing;
        }

        Unknown(root, place, Fields, into);
        var (index, queries) = (0, new List<SeriesQuery>());
        foreach (var metric in metrics.EnumerateArray())
        {
            ReadMetric(metric, $"{place}metrics[{index++}]", queries, into);
        }

        var fields = place.TrimEnd(' ', ':');
        return new(
            Parsed<double>(root, "falseRollback", fields, WantedRate, SeriesTexts.TryRate, into),
            Parsed<double>(root, "falsePromotion", fields, WantedRate, SeriesTexts.TryRate, into),
            Parsed<long>(root, "seed", fields, "a whole number", SeriesTexts.TrySeed, into),
            new()
            {
                From = Parsed<DateTimeOffset>(root, "from", fields, SeriesTexts.WantedTime, SeriesTexts.TryMoment, into),
                To = Parsed<DateTimeOffset>(root, "to", fields, SeriesTexts.WantedTime, SeriesTexts.TryMoment, into),
                Length = Parsed<TimeSpan>(root, "window", fields, SeriesTexts.WantedDuration, SeriesTexts.TryDuration, into),
                Step = Parsed<TimeSpan>(root, "step", fields, SeriesTexts.WantedDuration, SeriesTexts.TryDuration, into),
            },
            queries);
    }

    private static void ReadMetric(JsonElement metric, string place, List<SeriesQuery> queries, SeriesBuilder into)
    {
        if (metric.ValueKind != JsonValueKind.Object)
        {
            into.Mistake($"{place}: is {metric.ValueKind}; wanted is an object with name, baseline and canary");
            return;
        }

        Unknown(metric, $"{place}.", MetricFields, into);
        var before = into.Mistakes.Count;
        var name = Text(metric, "name", place, into);
        var (baselineQuery, canaryQuery) = (Text(metric, "baselineQuery", place, into), Text(metric, "canaryQuery", place, into));
        var isQuery = baselineQuery is not null && canaryQuery is not null && !metric.TryGetProperty("baseline", out _) && !metric.TryGetProperty("canary", out _);
        var (baseline, canary) = isQuery ? ([], []) : (Points(metric, "baseline", place, into), Points(metric, "canary", place, into));
        var hints = new MetricHints
        {
            Direction = Parsed<HarmDirection>(metric, "direction", place, "increase, decrease or either: which change is harm", SeriesTexts.TryDirection, into),
            Fine = Parsed<SeriesMargin>(metric, "fine", place, SeriesMargin.Wanted, SeriesMargin.TryParse, into),
            Bad = Parsed<SeriesMargin>(metric, "bad", place, SeriesMargin.Wanted, SeriesMargin.TryParse, into),
            Weight = Number(metric, "weight", place, into),
            Required = Flag(metric, "required", place, into),
        };
        if (name is null)
        {
            into.Mistake($"{place}.name: is missing; wanted is a text");
        }
        else if (isQuery && (baselineQuery!.Length > SeriesQueries.LongestQuery || canaryQuery!.Length > SeriesQueries.LongestQuery || queries.Count >= SeriesLimits.Metrics))
        {
            into.Mistake($"{place}: wanted are queries of at most {SeriesQueries.LongestQuery} characters, for at most {SeriesLimits.Metrics} metrics");
        }
        else if (isQuery)
        {
            queries.Add(new(place, name, baselineQuery!, canaryQuery!, hints));
        }
        else if (into.Mistakes.Count == before)
        {
            into.Add(place, name, baseline, canary, hints);
        }
    }

    private static List<SeriesPoint> Points(JsonElement metric, string arm, string place, SeriesBuilder into)
    {
        var points = new List<SeriesPoint>();
        if (!metric.TryGetProperty(arm, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            into.Mistake($"{place}.{arm}: wanted is a list of numbers, or of pairs [time, value], null being a gap; or baselineQuery and canaryQuery");
            return points;
        }

        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            var at = index++;
            if (TryPoint(item, out var point))
            {
                points.Add(point);
            }
            else if (!into.Mistake($"{place}.{arm}[{at}]: is {SeriesTexts.Clip(item.GetRawText())}; wanted is a number, null, or a pair [time, value] whose time is {SeriesTexts.WantedTime}"))
            {
                break;
            }
        }

        return points;
    }

    private static bool TryPoint(JsonElement item, out SeriesPoint point)
    {
        point = default;
        if (item.ValueKind == JsonValueKind.Array)
        {
            if (item.GetArrayLength() != 2 || !TryTime(item[0], out var time) || !TryValue(item[1], out var paired))
            {
                return false;
            }

            point = new(time, paired);
            return true;
        }

        var read = TryValue(item, out var value);
        point = new(null, value);
        return read;
    }

    private static bool TryTime(JsonElement element, out double seconds)
    {
        seconds = 0;
        return element.ValueKind switch
        {
            JsonValueKind.Number => element.TryGetDouble(out seconds) && double.IsFinite(seconds),
            JsonValueKind.String => TryText(element, out var text) && SeriesTexts.TryTime(text, out seconds),
            _ => false,
        };
    }

    // Prometheus writes its values as texts.
    private static bool TryValue(JsonElement element, out double value)
    {
        value = double.NaN;
        return element.ValueKind switch
        {
            JsonValueKind.Number => element.TryGetDouble(out value),
            JsonValueKind.String => TryText(element, out var text) && SeriesTexts.TryValue(text, out value),
            JsonValueKind.Null => true,
            _ => false,
        };
    }

    // Text that is no Unicode shows itself only when it is read.
    private static bool TryText(JsonElement element, out string text)
    {
        try
        {
            text = element.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    private delegate bool Parser<T>(string text, out T value);

    private static T? Parsed<T>(JsonElement metric, string field, string place, string wanted, Parser<T> parse, SeriesBuilder into)
        where T : struct
    {
        if (!metric.TryGetProperty(field, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var text = element.ValueKind == JsonValueKind.Number ? element.GetRawText() : element.ValueKind == JsonValueKind.String && TryText(element, out var given) ? given : null;
        if (text is not null && parse(text, out var value))
        {
            return value;
        }

        into.Mistake($"{Dotted(place)}{field}: is {SeriesTexts.Clip(element.GetRawText())}; wanted is {wanted}");
        return null;
    }

    private static string Dotted(string place) => place.Length == 0 ? "" : place + ".";

    private static string? Text(JsonElement element, string field, string place, SeriesBuilder into)
    {
        if (!element.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && TryText(value, out var text))
        {
            return text;
        }

        into.Mistake($"{place}.{field}: is {SeriesTexts.Clip(value.GetRawText())}; wanted is a text in valid Unicode");
        return null;
    }

    private static double? Number(JsonElement element, string field, string place, SeriesBuilder into)
    {
        if (!element.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number))
        {
            return number;
        }

        into.Mistake($"{place}.{field}: is {SeriesTexts.Clip(value.GetRawText())}; wanted is a number");
        return null;
    }

    private static bool? Flag(JsonElement element, string field, string place, SeriesBuilder into)
    {
        if (!element.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        into.Mistake($"{place}.{field}: is {SeriesTexts.Clip(value.GetRawText())}; wanted is true or false");
        return null;
    }

    private static void Unknown(JsonElement element, string place, string[] fields, SeriesBuilder into)
    {
        foreach (var property in element.EnumerateObject())
        {
            var name = NameOf(property);
            if (!fields.Contains(name, StringComparer.Ordinal))
            {
                into.Mistake($"{place}{SeriesTexts.Clip(name)}: is no field; the fields are {string.Join(", ", fields)}");
            }
        }
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException) // an escaped half of a character
        {
            return "a name that is not valid Unicode";
        }
    }
}
