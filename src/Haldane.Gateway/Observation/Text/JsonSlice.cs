using System.Text.Json;

namespace Haldane.Gateway.Observation.Text;

/// <summary>Finds parts of a JSON text without building a document. Of repeated members the first counts.</summary>
/// <remarks>What is not JSON throws <see cref="JsonException"/>, as far as it is read.</remarks>
internal static class JsonSlice
{
    /// <summary>The value of an object's member; empty when it is no object, or has no such member.</summary>
    public static ReadOnlySpan<byte> Member(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        if (json.IsEmpty)
        {
            return default;
        }

        var reader = new Utf8JsonReader(json, JsonLimits.Reading);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return default;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            var value = Value(ref reader, json);
            if (isIt)
            {
                return value;
            }
        }

        return default;
    }

    /// <summary>The element of an array that is an object whose member has a text; empty when there is none.</summary>
    /// <param name="json">The array.</param>
    /// <param name="inner">The member of the element that is looked at; empty: the element itself.</param>
    /// <param name="name">The member that has the text.</param>
    /// <param name="text">The text.</param>
    /// <returns>The element, or its inner member.</returns>
    public static ReadOnlySpan<byte> Element(ReadOnlySpan<byte> json, ReadOnlySpan<byte> inner, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        if (json.IsEmpty)
        {
            return default;
        }

        var reader = new Utf8JsonReader(json, JsonLimits.Reading);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return default;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var element = Value(ref reader, json);
            element = inner.IsEmpty ? element : Member(element, inner);
            if (IsText(Member(element, name), text))
            {
                return element;
            }
        }

        return default;
    }

    /// <summary>Whether a value is a string of that text.</summary>
    public static bool IsText(ReadOnlySpan<byte> json, ReadOnlySpan<byte> text)
    {
        if (json.IsEmpty)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, JsonLimits.Reading);
        return reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(text);
    }

    private static ReadOnlySpan<byte> Value(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }
}
