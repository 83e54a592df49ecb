using System.Buffers.Binary;
using System.Text;

namespace Haldane.Gateway.Tests.Observation;

/// <summary>Messages of gRPC, written by hand.</summary>
internal static class Grpc
{
    /// <summary>A ModelInferResponse of two rows, fraud and legit, as the outputs label (INT64), p (FP32, two columns) and texts (BYTES); behind its prefix.</summary>
    /// <param name="raw">Whether the elements stand in raw_output_contents.</param>
    public static byte[] Answer(bool raw)
    {
        byte[] scores = [.. new[] { 0.25f, 0.75f, 0.75f, 0.25f }.SelectMany(Bytes)];
        byte[] message =
        [
            .. Field(1, "fraud"u8.ToArray()),
            .. Field(3, "id-1"u8.ToArray()),
            .. Field(5, Output("label", "INT64", [2], raw ? [] : Field(3, [1, 0]))),
            .. Field(5, Output("p", "FP32", [2, 2], raw ? [] : Field(6, scores))),
            .. Field(5, Output("texts", "BYTES", [2, 1], raw ? [] : [.. Field(8, "fraud"u8.ToArray()), .. Field(8, "legit"u8.ToArray())])),
            .. raw ? (byte[])
            [
                .. Field(6, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
                .. Field(6, scores),
                .. Field(6, [5, 0, 0, 0, .. "fraud"u8, 5, 0, 0, 0, .. "legit"u8]),
            ]
            : [],
        ];
        var prefix = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(prefix.AsSpan(1), message.Length);
        return [.. prefix, .. message];
    }

    private static byte[] Output(string name, string datatype, byte[] shape, byte[] contents) =>
        [.. Field(1, Encoding.UTF8.GetBytes(name)), .. Field(2, Encoding.UTF8.GetBytes(datatype)), .. Field(3, shape), .. contents.Length > 0 ? Field(5, contents) : []];

    // All that is written here is shorter than two bytes of length can say.
    private static byte[] Field(int number, byte[] value) =>
        value.Length < 128 ? [(byte)((number << 3) | 2), (byte)value.Length, .. value] : [(byte)((number << 3) | 2), (byte)((value.Length & 0x7F) | 0x80), (byte)(value.Length >> 7), .. value];

    private static byte[] Bytes(float number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, number);
        return bytes;
    }
}
