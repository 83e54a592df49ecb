using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Haldane.Core.Ports;

namespace Haldane.Connect.Evaluators;

/// <summary>What an evaluator is asked and what it says, as JSON. Pure.</summary>
/// <remarks>Neither the arm nor the version is told: who knows which one is new scores it otherwise. Nor is the exchange, so that the same answer to the same request is the same message.</remarks>
internal static class EvaluatorMessage
{
    /// <summary>The question.</summary>
    public static byte[] Of(SampledExchange exchange)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("evaluator", exchange.Evaluator.Name);
            json.WriteString("model", exchange.Model);
            json.WriteStartArray("values");
            foreach (var value in exchange.Evaluator.Values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
            json.WriteStartObject("request");
            json.WriteString("path", exchange.Request.Path);
            WriteBody(json, exchange.Request.Body.Span);
            json.WriteEndObject();
            json.WriteStartObject("answer");
            json.WriteNumber("status", exchange.Answer.Status);
            json.WriteString("type", exchange.Answer.Type);
            WriteBody(json, exchange.Answer.Body.Span);
            if (exchange.Answer.Text is { } said)
            {
                json.WriteString("said", said);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads scores.</summary>
    /// <returns>What is wrong with them; null when nothing is.</returns>
    public static string? TryRead(ReadOnlyMemory<byte> body, IReadOnlyCollection<string> values, out Dictionary<string, double> scores)
    {
        scores = new(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("scores", out var given) || given.ValueKind != JsonValueKind.Object)
            {
                return "its answer has no object \"scores\"";
            }

            foreach (var score in given.EnumerateObject())
            {
                if (!values.Contains(score.Name))
                {
                    return $"it gives a score that is none of {string.Join(", ", values)}";
                }

                if (score.Value.ValueKind == JsonValueKind.Null)
                {
                    continue; // it cannot tell
                }

                if (score.Value.ValueKind != JsonValueKind.Number || !score.Value.TryGetDouble(out var number) || !double.IsFinite(number))
                {
                    return $"its score of {score.Name} is no number";
                }

                scores[score.Name] = number;
            }

            return null;
        }
        catch (JsonException)
        {
            return "its answer is no JSON";
        }
    }

    // As JSON where it is some, as text where it is that, else in base64.
    private static void WriteBody(Utf8JsonWriter json, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            json.WriteNull("body");
        }
        else if (IsJson(body))
        {
            json.WritePropertyName("body");
            json.WriteRawValue(body, skipInputValidation: true);
        }
        else if (Utf8.IsValid(body))
        {
            json.WriteString("text", body);
        }
        else
        {
            json.WriteBase64String("base64", body);
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                // Only to the end.
            }

            return Utf8.IsValid(body);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
