using System.Buffers;
using System.Text.Json;

namespace Haldane.Gateway.Observation;

/// <summary>Walks over the parts of a JSON text that nobody asked for, without taking them apart.</summary>
/// <remarks>
/// Each method is given the place of a first byte, and gives the place behind the last, or <see cref="Unsure"/>: there may be no JSON there, or JSON that is nested too deeply. Then <see cref="Utf8JsonReader"/>, which is
/// five times as slow, has to say what it is. What is walked over is JSON by its every rule.
/// </remarks>
internal static class JsonWalk
{
    /// <summary>Not JSON, as far as can be told here.</summary>
    public const int Unsure = -1;

    private const int Deepest = 64;

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>Over blanks, if there are any.</summary>
    public static int Blanks(ReadOnlySpan<byte> json, int at)
    {
        while ((uint)at < (uint)json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    /// <summary>Over a string.</summary>
    /// <param name="json">The text.</param>
    /// <param name="at">Of its quote.</param>
    /// <param name="isPlain">Whether it means what it says, with no escape in it.</param>
    public static int Text(ReadOnlySpan<byte> json, int at, out bool isPlain)
    {
        isPlain = true;
        for (at++; (uint)at < (uint)json.Length; at++)
        {
            switch (json[at])
            {
                case (byte)'"':
                    return at + 1;
                case (byte)'\\':
                    isPlain = false;
                    at = Escape(json, at);
                    if (at == Unsure)
                    {
                        return Unsure;
                    }

                    break;
                case < 0x20:
                    return Unsure;
            }
        }

        return Unsure;
    }

    /// <summary>Over any value.</summary>
    public static int Value(ReadOnlySpan<byte> json, int at)
    {
        var (depth, objects) = (0, 0UL);
        while (true)
        {
            if ((uint)at >= (uint)json.Length)
            {
                return Unsure;
            }

            if (json[at] is (byte)'{' or (byte)'[')
            {
                if (++depth > Deepest)
                {
                    return Unsure;
                }

                var isObject = json[at] == '{';
                objects = (objects << 1) | (isObject ? 1UL : 0);
                at = Blanks(json, at + 1);
                if (!Closes(json, at, isObject))
                {
                    at = isObject ? Name(json, at) : at;
                    continue;
                }
            }
            else
            {
                at = Scalar(json, at);
            }

            at = AfterValue(json, at, ref depth, ref objects);
            if (depth == 0 || at == Unsure)
            {
                return at;
            }
        }
    }

    // From behind a value, or from the end of an empty container, to the next value; or behind the end of the outermost container.
    private static int AfterValue(ReadOnlySpan<byte> json, int at, ref int depth, ref ulong objects)
    {
        while (depth > 0)
        {
            at = Blanks(json, at);
            var isObject = (objects & 1) != 0;
            if (Closes(json, at, isObject))
            {
                (at, depth, objects) = (at + 1, depth - 1, objects >> 1);
                continue;
            }

            if ((uint)at >= (uint)json.Length || json[at] != ',')
            {
                return Unsure;
            }

            at = Blanks(json, at + 1);
            return isObject ? Name(json, at) : at;
        }

        return at;
    }

    // Over a member's name and its colon, to its value.
    private static int Name(ReadOnlySpan<byte> json, int at)
    {
        if ((uint)at >= (uint)json.Length || json[at] != '"')
        {
            return Unsure;
        }

        at = Text(json, at, out _);
        return at == Unsure ? Unsure : Colon(json, at);
    }

    /// <summary>Over the colon behind a name, to the value.</summary>
    public static int Colon(ReadOnlySpan<byte> json, int at)
    {
        at = Blanks(json, at);
        return (uint)at < (uint)json.Length && json[at] == ':' ? Blanks(json, at + 1) : Unsure;
    }

    private static bool Closes(ReadOnlySpan<byte> json, int at, bool isObject) => (uint)at < (uint)json.Length && json[at] == (isObject ? '}' : ']');

    private static int Scalar(ReadOnlySpan<byte> json, int at) => json[at] switch
    {
        (byte)'"' => Text(json, at, out _),
        (byte)'-' or (>= (byte)'0' and <= (byte)'9') => Number(json, at),
        (byte)'t' => Word(json, at, "true"u8),
        (byte)'f' => Word(json, at, "false"u8),
        (byte)'n' => Word(json, at, "null"u8),
        _ => Unsure,
    };

    private static int Word(ReadOnlySpan<byte> json, int at, ReadOnlySpan<byte> word) => json[at..].StartsWith(word) ? at + word.Length : Unsure;

    private static int Number(ReadOnlySpan<byte> json, int at)
    {
        at += json[at] == '-' ? 1 : 0;
        var whole = Digits(json, at);
        if (whole == at || (json[at] == '0' && whole > at + 1))
        {
            return Unsure;
        }

        at = whole;
        if ((uint)at < (uint)json.Length && json[at] == '.')
        {
            var fraction = Digits(json, at + 1);
            if (fraction == at + 1)
            {
                return Unsure;
            }

            at = fraction;
        }

        if ((uint)at >= (uint)json.Length || json[at] is not ((byte)'e' or (byte)'E'))
        {
            return at;
        }

        at++;
        at += (uint)at < (uint)json.Length && json[at] is (byte)'+' or (byte)'-' ? 1 : 0;
        var exponent = Digits(json, at);
        return exponent == at ? Unsure : exponent;
    }

    private static int Digits(ReadOnlySpan<byte> json, int at)
    {
        while ((uint)at < (uint)json.Length && json[at] is >= (byte)'0' and <= (byte)'9')
        {
            at++;
        }

        return at;
    }

    // From a backslash to the last byte of what it begins.
    private static int Escape(ReadOnlySpan<byte> json, int at)
    {
        if ((uint)(at + 1) >= (uint)json.Length)
        {
            return Unsure;
        }

        if (json[at + 1] != 'u')
        {
            return "\"\\/bfnrt"u8.Contains(json[at + 1]) ? at + 1 : Unsure;
        }

        return at + 5 < json.Length && !json.Slice(at + 2, 4).ContainsAnyExcept(HexDigits) ? at + 5 : Unsure;
    }
}
