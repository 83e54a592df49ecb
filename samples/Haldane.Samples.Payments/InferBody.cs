using System.Buffers;
using System.Text.Json;

namespace Haldane.Samples.Payments;

/// <summary>Writes the body of an infer call (Open Inference Protocol v2) for one payment.</summary>
public static class InferBody
{
    /// <summary>The JSON, in UTF-8.</summary>
    public static byte[] Of(in Payment payment, string id)
    {
        var buffer = new ArrayBufferWriter<byte>(320);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteStartArray("inputs"u8);
        StartInput(json, "amount"u8, "FP64"u8);
        json.WriteNumberValue(payment.Amount);
        EndInput(json);
        StartInput(json, "country"u8, "BYTES"u8);
        json.WriteStringValue(Wire.Code(payment.Country));
        EndInput(json);
        StartInput(json, "device"u8, "BYTES"u8);
        json.WriteStringValue(Wire.Name(payment.Device));
        EndInput(json);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void StartInput(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> datatype)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteStartArray("shape"u8);
        json.WriteNumberValue(1);
        json.WriteEndArray();
        json.WriteString("datatype"u8, datatype);
        json.WriteStartArray("data"u8);
    }

    private static void EndInput(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
