using System.Text.Json;

namespace Haldane.Gateway.Observation;

/// <summary>Reads the JSON value of one prediction, whichever of the usual forms it has.</summary>
/// <remarks>
/// A class name; an index; a truth value of two classes; scores by class; <c>[label, score]</c>, or a list of such pairs; an object of scores by class name. A list of one is what it holds.
/// </remarks>
/// <param name="classes">The classes.</param>
/// <param name="columns">The class of each column, where the answer names them; empty: a column's number is its class.</param>
internal readonly ref struct RowValue(ClassNames classes, ReadOnlySpan<byte> columns)
{
    private const int Deepest = 8;

    private readonly ReadOnlySpan<byte> _columns = columns;

    /// <summary>Reads the value that a reader is on; it may end anywhere within the value.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public Prediction Read(ref Utf8JsonReader reader) => Read(ref reader, 0, out _);

    /// <summary>The class of a column.</summary>
    public int ClassOf(int column) => _columns.IsEmpty ? classes.Of(column) : column < _columns.Length ? _columns[column] : classes.Other;

    /// <inheritdoc cref="ClassNames.OfNumber"/>
    public Prediction OfNumber(double number) => classes.OfNumber(number);

    /// <inheritdoc cref="ClassNames.OfTruth"/>
    public Prediction OfTruth(bool truth) => classes.OfTruth(truth);

    /// <inheritdoc cref="ClassNames.OfText"/>
    public Scored OfText(scoped ReadOnlySpan<byte> text) => classes.OfText(text);

    private Prediction Read(ref Utf8JsonReader reader, int depth, out Scored? pair)
    {
        pair = null;
        return reader.TokenType switch
        {
            JsonTokenType.String => new(classes.Of(ref reader), null),
            JsonTokenType.Number when reader.TryGetDouble(out var number) => classes.OfNumber(number),
            JsonTokenType.True or JsonTokenType.False => classes.OfTruth(reader.TokenType == JsonTokenType.True),
            JsonTokenType.StartArray when depth < Deepest => ReadList(ref reader, depth, out pair),
            JsonTokenType.StartObject => ReadObject(ref reader),
            _ => Prediction.Unread,
        };
    }

    private Prediction ReadList(ref Utf8JsonReader reader, int depth, out Scored? pair)
    {
        var scores = default(Scores);
        var (count, first, only) = (0, default(int?), Prediction.Unread);
        Scored? best = null;
        pair = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count > 0 && best is null && first is null && scores.Count == 0)
            {
                // Two things side by side that are neither scores nor pairs: several predictions, or none.
                return Prediction.Unread;
            }

            count++;
            switch (reader.TokenType)
            {
                case JsonTokenType.Number when best is null && reader.TryGetDouble(out var number):
                    scores.Add(number);
                    only = classes.OfNumber(number);
                    break;
                case JsonTokenType.String when count == 1:
                    only = new(classes.Of(ref reader), null);
                    first = only.Class;
                    break;
                case JsonTokenType.StartArray or JsonTokenType.StartObject or JsonTokenType.True or JsonTokenType.False when first is null && scores.Count == 0:
                    var inner = reader;
                    only = Read(ref inner, depth + 1, out var scored);
                    reader.Skip();
                    if (count > 1 && (scored is null || best is null))
                    {
                        return Prediction.Unread;
                    }

                    best = scored is { } candidate && !(best?.Score >= candidate.Score) ? candidate : best;
                    break;
                default:
                    return Prediction.Unread;
            }
        }

        if (first is { } label)
        {
            if (count == 1)
            {
                return only;
            }

            // A label and its score.
            pair = count == 2 && scores.Count == 1 ? new(label, scores.Largest) : null;
            return pair?.Prediction ?? Prediction.Unread;
        }

        return best?.Prediction ?? (count == 1 ? only : scores.AreRead ? new(ClassOf(scores.Best), scores.Confidence) : Prediction.Unread);
    }

    private Prediction ReadObject(ref Utf8JsonReader reader)
    {
        Scored? best = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var named = classes.Of(ref reader);
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var score))
            {
                return Prediction.Unread;
            }

            best = best?.Score >= score ? best : new(named, score);
        }

        return best?.Prediction ?? Prediction.Unread;
    }
}
