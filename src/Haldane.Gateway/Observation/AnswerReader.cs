using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Gateway.Observation.Tensors;

namespace Haldane.Gateway.Observation;

/// <summary>Reads a model's predictions from the body of an answer, and draws from its attributions. Never throws: what cannot be read is unread.</summary>
/// <remarks>Immutable; any number of threads. A place that holds one prediction is read without a detour, for that is the common case.</remarks>
internal sealed class AnswerReader
{
    private readonly ClassNames _classes;
    private readonly JsonPointer? _prediction;
    private readonly JsonPointer? _confidence;
    private readonly bool _fromScores;
    private readonly RowSource? _rows;
    private readonly AttributionReader? _attribution;

    /// <summary>Reads what a model's specification asks for.</summary>
    public AnswerReader(Protocol protocol, SignalsSpec signals)
    {
        _classes = new(signals.Prediction?.Classes ?? []);
        (ReadsClass, ReadsConfidence) = (signals.Prediction is not null, signals.Confidence is not null);
        _fromScores = signals.Confidence is { IsFromScores: true };
        _prediction = signals.Prediction switch
        {
            { Response: { } prediction } => JsonPointer.Parse(prediction),
            { } when protocol == Protocol.TorchServe => JsonPointer.Parse(""),
            _ => null,
        };
        _confidence = signals.Confidence?.Response is { } confidence ? JsonPointer.Parse(confidence) : null;
        IsInference = protocol == Protocol.OpenInference;
        _rows = ReadsPrediction ? RowsOf(protocol, signals) : null;
        _attribution = signals.Attribution is { } attribution ? new(attribution) : null;
    }

    /// <summary>Whether there is anything to read.</summary>
    public bool Reads => ReadsPrediction || _attribution is not null;

    /// <summary>Whether a class is read.</summary>
    public bool ReadsClass { get; }

    /// <summary>Whether a confidence is read.</summary>
    public bool ReadsConfidence { get; }

    /// <summary>What is said of an answer that cannot be read at all: null where there is no prediction to read.</summary>
    public Prediction? Unreadable => ReadsPrediction ? Prediction.Unread : null;

    /// <summary>Whether an answer may bring many predictions.</summary>
    public bool ReadsRows => _rows is not null;

    /// <summary>Whether binary tensors may stand behind the JSON of an answer.</summary>
    public bool IsInference { get; }

    /// <summary>Reads class and confidence.</summary>
    /// <param name="body">The body of the answer.</param>
    /// <param name="form">What its head says.</param>
    /// <param name="rows">Holds all predictions afterwards, if there are several; else it is empty.</param>
    /// <returns>The prediction; <see cref="Prediction.Unread"/> when it cannot be read, or there are several; null when the answer is to an empty batch, or there is none to read.</returns>
    public Prediction? Read(ReadOnlySpan<byte> body, in AnswerForm form, PredictionRows rows)
    {
        rows.Clear();
        if (!ReadsPrediction)
        {
            return null;
        }

        try
        {
            return _rows is not null ? ReadRows(_rows, body, form, rows) : form.TryPart(body, out var json, out _) ? ReadOne(json) : Prediction.Unread;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Bare NaN, a cut or a binary body, or (the second exception) an escaped half of a surrogate pair: the exchange itself was fine, so it only
            // counts as unread.
            rows.Clear();
            return Prediction.Unread;
        }
    }

    /// <summary>Draws a feature of an answer's attributions, see <see cref="AttributionReader.Draw"/>; <see cref="AttributionReader.Unread"/> where none are read.</summary>
    public int DrawFeature(ReadOnlySpan<byte> body, in AnswerForm form, uint nonce, Arm arm) => _attribution?.Draw(body, form, nonce, arm) ?? AttributionReader.Unread;

    /// <summary>What the value that a reader is on says about confidence: a number from 0 to 1, or scores.</summary>
    public static double? ConfidenceOf(in RowValue value, scoped ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.TryGetDouble(out var number) && number is >= 0 and <= 1 ? number : null,
        JsonTokenType.StartArray or JsonTokenType.StartObject => value.Read(ref reader).Confidence,
        _ => null,
    };

    private bool ReadsPrediction => ReadsClass || ReadsConfidence;

    private static Prediction? ReadRows(RowSource source, ReadOnlySpan<byte> body, in AnswerForm form, PredictionRows rows)
    {
        if (!source.Read(body, form, rows))
        {
            rows.Clear();
            return Prediction.Unread;
        }

        if (rows.Count > 1)
        {
            return Prediction.Unread;
        }

        Prediction? only = rows.Count == 1 ? rows.First : null;
        rows.Clear();
        return only;
    }

    private Prediction ReadOne(ReadOnlySpan<byte> json)
    {
        var value = new RowValue(_classes, default);
        var prediction = Prediction.Unread;
        if (_prediction is not null && _prediction.TryRead(json, out var reader))
        {
            prediction = value.Read(ref reader);
        }

        if (_fromScores)
        {
            return prediction;
        }

        return prediction with { Confidence = _confidence is not null && _confidence.TryRead(json, out reader) ? ConfidenceOf(value, ref reader) : null };
    }

    private RowSource? RowsOf(Protocol protocol, SignalsSpec signals)
    {
        if (_prediction is null && ReadsClass)
        {
            return protocol switch
            {
                Protocol.OpenInference => InferenceRows(signals),
                Protocol.TensorFlowServing => Pointed("/predictions/*", "/outputs/*", "/result/*", "/results/*"),
                Protocol.MLflow => Pointed("/predictions/*"),
                Protocol.Seldon => new SeldonRows(_classes, _confidence, ReadsClass, _fromScores),
                _ => null,
            };
        }

        if (signals.Confidence?.Output is not null)
        {
            return InferenceRows(signals);
        }

        return _prediction is { IsMany: true } || _confidence is { IsMany: true } ? new PointedRows(_classes, _prediction is null ? [] : [_prediction], _confidence, _fromScores) : null;
    }

    private InferenceRows InferenceRows(SignalsSpec signals) => new(
        _classes,
        ReadsClass && _prediction is null ? new(signals.Prediction!.Output) : null,
        signals.Confidence?.Output is { } output ? new(output) : null,
        _prediction is null && _confidence is null ? null : new(_classes, _prediction is null ? [] : [_prediction], _confidence, _fromScores),
        _fromScores);

    private PointedRows Pointed(params ReadOnlySpan<string> places)
    {
        var pointers = new JsonPointer[places.Length];
        for (var i = 0; i < places.Length; i++)
        {
            pointers[i] = JsonPointer.Parse(places[i]);
        }

        return new(_classes, pointers, _confidence, _fromScores);
    }
}
