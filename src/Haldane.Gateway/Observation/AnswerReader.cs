using System.Text;
using System.Text.Json;
using Haldane.Core.Exchanges;
using Haldane.Core.Specification;

namespace Haldane.Gateway.Observation;

/// <summary>What was read from an answer.</summary>
/// <param name="Class">Index of the predicted class, their count for <c>other</c>, or <see cref="ExchangeToken.NoClass"/>.</param>
/// <param name="Confidence">In [0, 1]; null when there is none.</param>
internal readonly record struct Prediction(int Class, double? Confidence)
{
    /// <summary>Nothing could be read.</summary>
    public static readonly Prediction Unread = new(ExchangeToken.NoClass, null);
}

/// <summary>Reads a model's signals from the body of an answer. Never throws: what cannot be read is unread.</summary>
/// <remarks>Immutable; any number of threads.</remarks>
internal sealed class AnswerReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    private readonly JsonPointer? _prediction;
    private readonly JsonPointer? _confidence;
    private readonly byte[][] _classes;

    public AnswerReader(SignalsSpec signals)
    {
        _prediction = signals.Prediction is { } prediction ? JsonPointer.Parse(prediction.Response) : null;
        _confidence = signals.Confidence is { } confidence ? JsonPointer.Parse(confidence.Response) : null;
        _classes = [.. (signals.Prediction?.Classes ?? []).Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>Whether there is anything to read.</summary>
    public bool Reads => _prediction is not null || _confidence is not null;

    /// <summary>Whether a class is read.</summary>
    public bool ReadsClass => _prediction is not null;

    /// <summary>Reads class and confidence.</summary>
    public Prediction Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return new(ReadClass(body), ReadConfidence(body));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Bare NaN, a cut or a binary body, or (the second exception) an escaped half of a surrogate pair: the exchange itself was fine, so it only
            // counts as unread.
            return Prediction.Unread;
        }
    }

    private int ReadClass(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, Options);
        if (_prediction is null || !_prediction.TryFind(ref reader))
        {
            return ExchangeToken.NoClass;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                for (var i = 0; i < _classes.Length; i++)
                {
                    if (reader.ValueTextEquals(_classes[i]))
                    {
                        return i;
                    }
                }

                return _classes.Length;
            case JsonTokenType.Number when reader.TryGetDouble(out var index):
                return index >= 0 && index < _classes.Length && index == Math.Floor(index) ? (int)index : _classes.Length;
            case JsonTokenType.True or JsonTokenType.False when _classes.Length == 2:
                return reader.TokenType == JsonTokenType.True ? 1 : 0;
            default:
                return ExchangeToken.NoClass;
        }
    }

    private double? ReadConfidence(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, Options);
        return _confidence is not null && _confidence.TryFind(ref reader)
            && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) && value is >= 0 and <= 1
                ? value
                : null;
    }
}
