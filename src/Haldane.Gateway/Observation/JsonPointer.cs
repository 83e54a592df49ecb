using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Haldane.Gateway.Observation;

/// <summary>A compiled JSON pointer (RFC 6901) that finds one value in UTF-8 JSON without building a document.</summary>
/// <remarks>Immutable. Of repeated members the first counts.</remarks>
internal sealed class JsonPointer
{
    private readonly byte[][] _names;
    private readonly int[] _indexes;

    private JsonPointer(byte[][] names, int[] indexes)
    {
        _names = names;
        _indexes = indexes;
    }

    /// <summary>Compiles a pointer that the specification reader has checked.</summary>
    public static JsonPointer Parse(string pointer)
    {
        var steps = pointer.Split('/')[1..].Select(step => step.Replace("~1", "/").Replace("~0", "~")).ToArray();
        return new(
            [.. steps.Select(Encoding.UTF8.GetBytes)],
            [.. steps.Select(step => int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1)]);
    }

    /// <summary>Moves the reader onto the value; false when there is none.</summary>
    /// <param name="reader">A reader at its beginning; on the value afterwards.</param>
    /// <exception cref="JsonException">The text up to the value is not JSON.</exception>
    public bool TryFind(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }

        for (var step = 0; step < _names.Length; step++)
        {
            var entered = reader.TokenType switch
            {
                JsonTokenType.StartObject => EnterMember(ref reader, _names[step]),
                JsonTokenType.StartArray => EnterElement(ref reader, _indexes[step]),
                _ => false,
            };
            if (!entered)
            {
                return false;
            }
        }

        return true;
    }

    private static bool EnterMember(ref Utf8JsonReader reader, byte[] name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            if (!reader.Read())
            {
                return false;
            }

            if (found)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static bool EnterElement(ref Utf8JsonReader reader, int index)
    {
        if (index < 0)
        {
            return false;
        }

        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (i == index)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
