using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Haldane.Samples.Payments;
using Microsoft.Extensions.ObjectPool;

namespace Haldane.Samples.ModelServer;

/// <summary>A buffer for one JSON answer. Whoever took it from the pool owns it until it is given back.</summary>
internal sealed class Reply : IResettable, IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(512);
    private readonly Utf8JsonWriter _json;

    // Relaxed: the answer is never put into a web page, and an error shall be readable.
    public Reply() =>
        _json = new(_buffer, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>What was written; valid until the reply is given back.</summary>
    public ReadOnlyMemory<byte> Body => _buffer.WrittenMemory;

    /// <inheritdoc/>
    public bool TryReset()
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    /// <summary>Writes <c>{"error": text}</c>.</summary>
    public void Error(string text)
    {
        _json.WriteStartObject();
        _json.WriteString("error"u8, text);
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <summary>Writes the answer to an infer call.</summary>
    public void Predictions(InferRequest request, ServedModel model)
    {
        _json.WriteStartObject();
        _json.WriteString("model_name"u8, model.Name);
        _json.WriteString("model_version"u8, model.Version);
        if (request.Id is { } id)
        {
            _json.WriteString("id"u8, id);
        }

        var count = request.Payments.Length;
        Span<Prediction> predictions = stackalloc Prediction[InferRequest.MaximumBatch];
        predictions = predictions[..count];
        for (var i = 0; i < count; i++)
        {
            predictions[i] = model.Answers.Of(request.Payments[i]);
        }

        _json.WriteStartArray("outputs"u8);
        StartOutput("class"u8, "BYTES"u8, count);
        foreach (ref readonly var prediction in predictions)
        {
            _json.WriteStringValue(prediction.IsFraud ? "fraud"u8 : "legit"u8);
        }

        EndOutput();
        StartOutput("confidence"u8, "FP64"u8, count);
        foreach (ref readonly var prediction in predictions)
        {
            _json.WriteNumberValue(prediction.Confidence);
        }

        EndOutput();
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
    }

    private void StartOutput(ReadOnlySpan<byte> name, ReadOnlySpan<byte> datatype, int rows)
    {
        _json.WriteStartObject();
        _json.WriteString("name"u8, name);
        _json.WriteString("datatype"u8, datatype);
        _json.WriteStartArray("shape"u8);
        _json.WriteNumberValue(rows);
        _json.WriteEndArray();
        _json.WriteStartArray("data"u8);
    }

    private void EndOutput()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
    }
}

/// <summary>The one model of this server.</summary>
internal sealed record ServedModel(string Name, string Version, Answers Answers);
