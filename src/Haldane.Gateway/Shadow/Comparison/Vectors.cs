using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Haldane.Gateway.Shadow.Comparison;

/// <summary>Vectors in answers, such as embeddings: arrays of numbers, or their 32-bit floats in base64 as the OpenAI API gives them. Pure.</summary>
internal static class Vectors
{
    /// <summary>Shorter arrays are lists of values, and compared value by value.</summary>
    public const int Fewest = 16;

    /// <summary>The vector that a value holds; null when it holds none.</summary>
    /// <param name="value">The value.</param>
    /// <param name="name">The name of the member that it is; a text is a vector only as an <c>embedding</c>.</param>
    public static float[]? Of(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.Array => OfNumbers(value),
        JsonValueKind.String when name == "embedding" => OfBytes(value.GetString()!),
        _ => null,
    };

    /// <summary>The cosine of the angle between two vectors of one length; 0 where one has no direction.</summary>
    public static double Cosine(float[] one, float[] other)
    {
        double dot = 0, ofOne = 0, ofOther = 0;
        for (var i = 0; i < one.Length; i++)
        {
            dot += (double)one[i] * other[i];
            ofOne += (double)one[i] * one[i];
            ofOther += (double)other[i] * other[i];
        }

        return ofOne > 0 && ofOther > 0 ? Math.Clamp(dot / Math.Sqrt(ofOne * ofOther), -1, 1) : ofOne == ofOther ? 1 : 0;
    }

    private static float[]? OfNumbers(JsonElement array)
    {
        var length = array.GetArrayLength();
        if (length < Fewest)
        {
            return null;
        }

        var vector = new float[length];
        var i = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetSingle(out vector[i++]))
            {
                return null;
            }
        }

        return vector;
    }

    private static float[]? OfBytes(string text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Convert.TryFromBase64String(text, bytes, out var length) && length % sizeof(float) == 0 && length >= Fewest * sizeof(float)
            ? MemoryMarshal.Cast<byte, float>(bytes.AsSpan(0, length)).ToArray()
            : null;
    }
}
