using System.Text;
using System.Text.Json;

namespace Haldane.Gateway.Observation.Tensors;

/// <summary>Rows of the output tensors of the Open Inference Protocol: JSON, JSON with binary tensors behind it, or a message of gRPC.</summary>
/// <param name="classes">The classes.</param>
/// <param name="prediction">Which output holds the class; null: it is not read.</param>
/// <param name="confidence">Which output holds the confidence; null: none.</param>
/// <param name="pointed">What is found by pointers instead; null: nothing.</param>
/// <param name="fromScores">Whether the confidence is that of the scores that the class was told by.</param>
internal sealed class InferenceRows(ClassNames classes, OutputName? prediction, OutputName? confidence, PointedRows? pointed, bool fromScores) : RowSource
{
    /// <inheritdoc/>
    public override bool Read(ReadOnlySpan<byte> body, in AnswerForm form, PredictionRows rows) =>
        (prediction is null || Read(body, form, prediction, TensorUse.Class, rows))
        && (confidence is null || Read(body, form, confidence, TensorUse.Confidence, rows) || prediction is not null)
        && (pointed is null || (!form.IsGrpc && pointed.Read(body, form, rows)) || prediction is not null);

    private bool Read(ReadOnlySpan<byte> body, in AnswerForm form, OutputName output, TensorUse use, PredictionRows rows)
    {
        scoped var tensor = default(Tensor);
        var found = form.IsGrpc
            ? InferenceMessage.TryFind(body, output, ref tensor)
            : form.TryPart(body, out var json, out var tensors) && InferenceJson.TryFind(json, tensors, output, ref tensor);
        if (!found || !tensor.Shape.IsValid)
        {
            return false;
        }

        scoped var fold = new TensorFold(new(classes, default), rows, tensor.Shape, use, fromScores && use == TensorUse.Class);
        return tensor.Fold(ref fold) && fold.IsWhole;
    }
}

/// <summary>Which output is meant.</summary>
/// <param name="name">Its name; null: the first.</param>
internal sealed class OutputName(string? name)
{
    private readonly byte[]? _name = name is null ? null : Encoding.UTF8.GetBytes(name);

    /// <summary>Whether that is the name of it; the first is it whatever its name.</summary>
    public bool Is(ReadOnlySpan<byte> other) => _name is null || other.SequenceEqual(_name);

    /// <summary>The same of the string that a reader is on.</summary>
    public bool Is(scoped ref Utf8JsonReader reader) => _name is null || reader.ValueTextEquals(_name);

    /// <summary>Whether an output is it whatever its name.</summary>
    public bool IsFirst => _name is null;
}
