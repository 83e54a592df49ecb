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

        return new(
            Field(root, "falseRollback", place, WantedRate, OfText<double>(SeriesTexts.TryRate), into),
            Field(root, "falsePromotion", place, WantedRate, OfText<double>(SeriesTexts.TryRate), into),
            Field(root, "seed", place, "a whole number", OfText<long>(SeriesTexts.TrySeed), into),
            new()
            {
                From = Field(root, "from", place, SeriesTexts.WantedTime, OfText<DateTimeOffset>(SeriesTexts.TryMoment), into),
                To = Field(root, "to", place, SeriesTexts.WantedTime, OfText<DateTimeOffset>(SeriesTexts.TryMoment), into),
                Length = Field(root, "window", place, SeriesTexts.WantedDuration, OfText<TimeSpan>(SeriesTexts.TryDuration), into),
                Step = Field(root, "step", place, SeriesTexts.WantedDuration, OfText<TimeSpan>(SeriesTexts.TryDuration), into),
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

        var own = place + ".";
        Unknown(metric, own, MetricFields, into);
        var before = into.Mistakes.Count;
        var name = Text(metric, "name", own, into);
        var (baselineQuery, canaryQuery) = (Text(metric, "baselineQuery", own, into), Text(metric, "canaryQuery", own, into));
        var isQuery = baselineQuery is not null && canaryQuery is not null && !metric.TryGetProperty("baseline", out _) && !metric.TryGetProperty("canary", out _);
        var (baseline, canary) = isQuery ? ([], []) : (Points(metric, "baseline", place, into), Points(metric, "canary", place, into));
        var hints = new MetricHints
        {
            Direction = Field(metric, "direction", own, "increase, decrease or either: which change is harm", OfText<HarmDirection>(SeriesTexts.TryDirection), into),
            Fine = Field(metric, "fine", own, SeriesMargin.Wanted, OfText<SeriesMargin>(SeriesMargin.TryParse), into),
            Bad = Field(metric, "bad", own, SeriesMargin.Wanted, OfText<SeriesMargin>(SeriesMargin.TryParse), into),
            Weight = Field<double>(metric, "weight", own, "a number", TryNumber, into),
            Required = Field<bool>(metric, "required", own, "true or false", TryFlag, into),
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
            text = element.ValueKind == JsonValueKind.String ? element.GetString()! : "";
            return element.ValueKind == JsonValueKind.String;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    private delegate bool Reader<T>(JsonElement element, out T value);

    private static Reader<T> OfText<T>(SeriesTexts.Parser<T> parse) => (JsonElement element, out T value) =>
    {
        value = default!;
        return element.ValueKind switch
        {
            JsonValueKind.Number => parse(element.GetRawText(), out value),
            JsonValueKind.String => TryText(element, out var text) && parse(text, out value),
            _ => false,
        };
    };

    // A field that is left out or null is not asked for; one that cannot be read is a mistake. The place is what stands before a field's name.
    private static T? Field<T>(JsonElement owner, string field, string place, string wanted, Reader<T> read, SeriesBuilder into)
        where T : struct => TryField(owner, field, place, wanted, read, into, out var value) ? value : null;

    private static string? Text(JsonElement owner, string field, string place, SeriesBuilder into) =>
        TryField<string>(owner, field, place, "a text in valid Unicode", TryText, into, out var text) ? text : null;

    private static bool TryField<T>(JsonElement owner, string field, string place, string wanted, Reader<T> read, SeriesBuilder into, out T value)
    {
        value = default!;
        if (!owner.TryGetProperty(field, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return false;
        }

        if (read(element, out value))
        {
            return true;
        }

        into.Mistake($"{place}{field}: is {SeriesTexts.Clip(element.GetRawText())}; wanted is {wanted}");
        return false;
    }

    private static bool TryNumber(JsonElement element, out double value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out value);
    }

    private static bool TryFlag(JsonElement element, out bool value)
    {
        value = element.ValueKind == JsonValueKind.True;
        return value || element.ValueKind == JsonValueKind.False;
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
