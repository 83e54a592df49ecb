using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Haldane.Gateway.Observation;

/// <summary>The classes of a model: what a name or a number in an answer stands for. Immutable.</summary>
internal sealed class ClassNames(IEnumerable<string> names)
{
    private readonly byte[][] _names = [.. names.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The index of what is none of them.</summary>
    public int Other => _names.Length;

    /// <summary>The class of a name.</summary>
    public int Of(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]))
            {
                return i;
            }
        }

        return Other;
    }

    /// <summary>The class of the name that a reader is on, a string or a member's name.</summary>
    public int Of(scoped ref Utf8JsonReader reader)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (reader.ValueTextEquals(_names[i]))
            {
                return i;
            }
        }

        return Other;
    }

    /// <summary>The class of an index.</summary>
    public int Of(int index) => index < Other ? index : Other;

    /// <summary>What a single number says: an index; of two classes a fraction is the probability of the second.</summary>
    public Prediction OfNumber(double number)
    {
        if (Other == 2 && number is > 0 and < 1)
        {
            return new(number >= 0.5 ? 1 : 0, Math.Max(number, 1 - number));
        }

        return double.IsNaN(number) ? Prediction.Unread : new(number >= 0 && number < Other && number == Math.Floor(number) ? (int)number : Other, null);
    }

    /// <summary>What a truth value says of two classes.</summary>
    public Prediction OfTruth(bool value) => Other == 2 ? new(value ? 1 : 0, null) : Prediction.Unread;

    /// <summary>What a text says: a class, or <c>value:index[:label]</c> as Triton's classification extension writes it.</summary>
    public Scored OfText(ReadOnlySpan<byte> text)
    {
        var named = Of(text);
        if (named != Other || !Utf8Parser.TryParse(text, out double value, out var used) || used == text.Length || text[used] != ':')
        {
            return new(named, double.NaN);
        }

        var rest = text[(used + 1)..];
        if (!Utf8Parser.TryParse(rest, out int index, out used) || index < 0 || (used < rest.Length && rest[used] != ':'))
        {
            return new(Other, double.NaN);
        }

        // The label is the server's own word for the index; it counts where it is one of ours.
        var label = used < rest.Length ? Of(rest[(used + 1)..]) : Other;
        return new(label != Other ? label : Of(index), value);
    }
}

/// <summary>A class with its score.</summary>
/// <param name="Class">As in <see cref="Prediction"/>.</param>
/// <param name="Score">Not a number when there is none.</param>
internal readonly record struct Scored(int Class, double Score)
{
    /// <summary>The same, the score taken for a confidence where it can be one.</summary>
    public Prediction Prediction => new(Class, Score is >= 0 and <= 1 ? Score : null);
}
