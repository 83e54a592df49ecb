using System.Text.Json;
using Haldane.Core.Judging;
using Haldane.Core.Series;

namespace Haldane.Console.Api;

/// <summary>Reads what Flagger posts to a webhook: <c>{name, namespace, phase, checksum, metadata}</c>, metadata being texts only.</summary>
/// <remarks>
/// <c>metadata.request</c> holds a whole request as JSON; or <c>baselineQuery</c> and <c>canaryQuery</c> with <c>direction</c>, <c>fine</c>, <c>bad</c>, <c>window</c>,
/// <c>step</c> one metric. <c>metadata.need</c> is <c>not-fail</c> (default: only proven harm stops) or <c>pass</c> (only proof of harmlessness goes on).
/// </remarks>
internal static class FlaggerHook
{
    private static readonly string[] Known =
        ["request", "need", "metric", "baselineQuery", "canaryQuery", "direction", "fine", "bad", "from", "to", "window", "step", "falseRollback", "falsePromotion", "seed"];

    private static readonly string[] OfMetric = ["baselineQuery", "canaryQuery", "direction", "fine", "bad"];

    private static readonly string[] OfRequest = ["from", "to", "window", "step", "falseRollback", "falsePromotion", "seed"];

    public static SeriesJsonReader.Asked Read(JsonElement root, SeriesBuilder into)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object)
        {
            into.Mistake("wanted is what Flagger posts: an object with metadata, which holds request, or baselineQuery and canaryQuery");
            return SeriesJsonReader.Asked.Nothing;
        }

        if (Texts(metadata, into) is not { } texts)
        {
            return SeriesJsonReader.Asked.Nothing;
        }

        if (texts.TryGetValue("need", out var need) && need is not ("pass" or "not-fail"))
        {
            into.Mistake($"metadata.need: is {SeriesTexts.Clip(need)}; wanted is pass or not-fail");
        }

        try
        {
            using var document = JsonDocument.Parse(texts.GetValueOrDefault("request") ?? Single(texts));
            return SeriesJsonReader.Read(document.RootElement, "metadata.", into);
        }
        catch (JsonException e)
        {
            into.Mistake($"metadata.request: is not JSON: {e.Message}");
            return SeriesJsonReader.Asked.Nothing;
        }
    }

    /// <summary>Whether the answer lets the rollout go on.</summary>
    public static bool MayGoOn(JsonElement root, VerdictKind kind) =>
        root.GetProperty("metadata").TryGetProperty("need", out var need) && need.GetString() == "pass" ? kind == VerdictKind.Pass : kind != VerdictKind.Fail;

    private static Dictionary<string, string>? Texts(JsonElement metadata, SeriesBuilder into)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (var property in metadata.EnumerateObject())
            {
                if (!Known.Contains(property.Name, StringComparer.Ordinal))
                {
                    into.Mistake($"metadata.{SeriesTexts.Clip(property.Name)}: is no field; the fields are {string.Join(", ", Known)}");
                }
                else if (property.Value.ValueKind != JsonValueKind.String)
                {
                    into.Mistake($"metadata.{property.Name}: is {property.Value.ValueKind}; wanted is a text, as all of Flagger's metadata");
                }
                else
                {
                    texts[property.Name] = property.Value.GetString()!;
                }
            }
        }
        catch (InvalidOperationException)
        {
            into.Mistake("metadata: holds a text that is not valid Unicode");
            return null;
        }

        return into.Mistakes.Count == 0 ? texts : null;
    }

    // The reader that everyone uses also checks these: texts are put into the form that it reads.
    private static string Single(Dictionary<string, string> texts)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var field in OfRequest.Where(texts.ContainsKey))
            {
                writer.WriteString(field, texts[field]);
            }

            writer.WriteStartArray("metrics");
            writer.WriteStartObject();
            writer.WriteString("name", texts.GetValueOrDefault("metric", "query"));
            foreach (var field in OfMetric.Where(texts.ContainsKey))
            {
                writer.WriteString(field, texts[field]);
            }

            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
