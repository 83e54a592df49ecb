using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Haldane.Gateway.Observation;

/// <summary>A compiled JSON pointer (RFC 6901) that finds one value in UTF-8 JSON without building a document, or, with a step <c>*</c> that means each element of a list, many.</summary>
/// <remarks>Immutable. Of repeated members the first counts.</remarks>
internal sealed class JsonPointer
{
    /// <summary>There is no such place.</summary>
    public const int Missing = -2;

    private readonly byte[][] _names;
    private readonly int[] _indexes;
    private readonly bool[] _isEach;

    private JsonPointer(byte[][] names, int[] indexes, bool[] isEach)
    {
        _names = names;
        _indexes = indexes;
        _isEach = isEach;
        IsMany = isEach.Contains(true);
    }

    /// <summary>Whether it may find more than one value.</summary>
    public bool IsMany { get; }

    /// <summary>Compiles a pointer that the specification reader has checked.</summary>
    public static JsonPointer Parse(string pointer)
    {
        var steps = pointer.Split('/')[1..].Select(step => step.Replace("~1", "/").Replace("~0", "~")).ToArray();
        return new(
            [.. steps.Select(Encoding.UTF8.GetBytes)],
            [.. steps.Select(step => int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1)],
            [.. steps.Select(step => step == "*")]);
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
            if (!Enter(ref reader, step))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Finds the value, as <see cref="TryFind"/> does, in a fifth of its time.</summary>
    /// <param name="json">The whole text.</param>
    /// <returns>The value's place; <see cref="Missing"/>; or <see cref="JsonWalk.Unsure"/> when <see cref="TryFind"/> has to be asked.</returns>
    public int Find(ReadOnlySpan<byte> json)
    {
        var at = JsonWalk.Blanks(json, 0);
        for (var step = 0; step < _names.Length && at >= 0; step++)
        {
            at = (uint)at >= (uint)json.Length ? JsonWalk.Unsure : json[at] switch
            {
                (byte)'{' => FindMember(json, at, _names[step]),
                (byte)'[' => FindElement(json, at, _indexes[step]),
                _ => JsonWalk.Unsure,
            };
        }

        return at == Missing || StandsWhole(json, at) ? at : JsonWalk.Unsure;
    }

    /// <summary>Opens a reader on the value, if there is one.</summary>
    /// <exception cref="JsonException">The text up to the value is not JSON.</exception>
    public bool TryRead(ReadOnlySpan<byte> json, out Utf8JsonReader reader)
    {
        var at = Find(json);
        if (at == JsonWalk.Unsure)
        {
            reader = new(json, JsonLimits.Reading);
            return TryFind(ref reader);
        }

        reader = at == Missing ? default : new(json[at..], JsonLimits.Reading);
        return at != Missing && reader.Read();
    }

    // A number that the text ends with may have been cut.
    private static bool StandsWhole(ReadOnlySpan<byte> json, int at)
    {
        if ((uint)at >= (uint)json.Length || json[at] is (byte)'{' or (byte)'[')
        {
            return (uint)at < (uint)json.Length;
        }

        var end = JsonWalk.Value(json, at);
        return (uint)end < (uint)json.Length && json[end] is (byte)',' or (byte)']' or (byte)'}' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';
    }

    private static int FindMember(ReadOnlySpan<byte> json, int at, byte[] name)
    {
        at = JsonWalk.Blanks(json, at + 1);
        if ((uint)at < (uint)json.Length && json[at] == '}')
        {
            return Missing;
        }

        while ((uint)at < (uint)json.Length && json[at] == '"')
        {
            var end = JsonWalk.Text(json, at, out var isPlain);
            if (end == JsonWalk.Unsure || !isPlain)
            {
                return JsonWalk.Unsure;
            }

            var found = json[(at + 1)..(end - 1)].SequenceEqual(name);
            at = JsonWalk.Colon(json, end);
            if (at == JsonWalk.Unsure || found)
            {
                return at;
            }

            at = Next(json, at, '}');
            if (at < 0)
            {
                return at;
            }
        }

        return JsonWalk.Unsure;
    }

    private static int FindElement(ReadOnlySpan<byte> json, int at, int index)
    {
        if (index < 0)
        {
            return Missing;
        }

        at = JsonWalk.Blanks(json, at + 1);
        if ((uint)at < (uint)json.Length && json[at] == ']')
        {
            return Missing;
        }

        for (; index > 0 && at >= 0; index--)
        {
            at = Next(json, at, ']');
        }

        return at;
    }

    // Over a value and the comma behind it.
    private static int Next(ReadOnlySpan<byte> json, int at, char closing)
    {
        at = JsonWalk.Value(json, at);
        if (at == JsonWalk.Unsure)
        {
            return JsonWalk.Unsure;
        }

        at = JsonWalk.Blanks(json, at);
        if ((uint)at >= (uint)json.Length)
        {
            return JsonWalk.Unsure;
        }

        return json[at] == ',' ? JsonWalk.Blanks(json, at + 1) : json[at] == closing ? Missing : JsonWalk.Unsure;
    }

    /// <summary>Shows each value that it finds, in order.</summary>
    /// <param name="reader">A reader at its beginning.</param>
    /// <param name="visitor">Sees them.</param>
    /// <returns>Whether there is such a place, be it an empty list.</returns>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public bool Visit<TVisitor>(ref Utf8JsonReader reader, scoped ref TVisitor visitor)
        where TVisitor : IValueVisitor, allows ref struct => reader.Read() && Visit(ref reader, 0, ref visitor);

    private bool Visit<TVisitor>(ref Utf8JsonReader reader, int step, scoped ref TVisitor visitor)
        where TVisitor : IValueVisitor, allows ref struct
    {
        for (; step < _names.Length; step++)
        {
            if (_isEach[step] && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    var element = reader;
                    if (!Visit(ref element, step + 1, ref visitor))
                    {
                        visitor.Miss();
                    }

                    reader.Skip();
                }

                return true;
            }

            if (!Enter(ref reader, step))
            {
                return false;
            }
        }

        visitor.See(ref reader);
        return true;
    }

    private bool Enter(ref Utf8JsonReader reader, int step) => reader.TokenType switch
    {
        JsonTokenType.StartObject => EnterMember(ref reader, _names[step]),
        JsonTokenType.StartArray => EnterElement(ref reader, _indexes[step]),
        _ => false,
    };

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

/// <summary>Sees the values that a pointer finds.</summary>
internal interface IValueVisitor
{
    /// <summary>The reader is on a value; it may be left anywhere within it.</summary>
    void See(ref Utf8JsonReader reader);

    /// <summary>An element has no such place.</summary>
    void Miss();
}
