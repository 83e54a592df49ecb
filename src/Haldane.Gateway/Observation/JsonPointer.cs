using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Haldane.Gateway.Observation;

/// <summary>A compiled JSON pointer (RFC 6901) that finds one value in UTF-8 JSON without building a document, or, with a step <c>*</c> that means each element of a list, many.</summary>
/// <remarks>Immutable. Of repeated members the first counts.</remarks>
internal sealed class JsonPointer
{
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
