using System.Text.Json;

namespace Haldane.Gateway.Observation.Schemas;

/// <summary>What can be said of a value and a schema.</summary>
internal enum SchemaFit
{
    Fits,
    DoesNotFit,

    /// <summary>The schema is broken, says something that is not known here, or one of the two is too large: nobody is to blame.</summary>
    CannotTell,
}

/// <summary>Whether JSON fits a schema: the part of JSON Schema 2020-12 that tool parameters and structured outputs are written in.</summary>
/// <remarks>
/// Pure, any thread. Never throws. Work is bounded by <see cref="SchemaWork"/>, memory by the two sizes. Formats are annotations, as the standard has it; <c>nullable</c> is OpenAPI's.
/// </remarks>
internal static class JsonSchemaCheck
{
    /// <summary>Larger schemas are not looked at.</summary>
    public const int LargestSchema = 64 * 1024;

    /// <summary>Larger values are not looked at.</summary>
    public const int LargestValue = 256 * 1024;

    private const int DeepestJson = 1_000;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = SchemaWork.DeepestJson };

    /// <summary>Whether a value fits a schema.</summary>
    /// <param name="schema">The schema, JSON in UTF-8.</param>
    /// <param name="value">The value, likewise; what is no JSON fits no schema.</param>
    public static SchemaFit Fits(ReadOnlySpan<byte> schema, ReadOnlySpan<byte> value)
    {
        if (schema.Length > LargestSchema || value.Length > LargestValue)
        {
            return SchemaFit.CannotTell;
        }

        using var rules = Parse(schema);
        if (rules is null)
        {
            return SchemaFit.CannotTell;
        }

        using var instance = Parse(value);
        if (instance is null)
        {
            return IsJson(value) ? SchemaFit.CannotTell : SchemaFit.DoesNotFit;
        }

        try
        {
            return new SchemaEvaluation(rules.RootElement).Fits(rules.RootElement, instance.RootElement);
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair: JSON, but no text that lengths and patterns could be said of.
            return SchemaFit.CannotTell;
        }
    }

    /// <summary>Whether a text is one JSON value, white space around it aside.</summary>
    public static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = DeepestJson });
        try
        {
            var some = false;
            while (reader.Read())
            {
                some = true;
            }

            return some;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonDocument? Parse(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, Options);
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.ParseValue(ref reader);
            if (!reader.Read())
            {
                return document;
            }
        }
        catch (JsonException)
        {
            // Told by what is returned.
        }

        document?.Dispose();
        return null;
    }
}
