using System.Text.Json;

namespace Haldane.Gateway.Observation.Tensors;

/// <summary>Finds an output tensor in a JSON answer of the Open Inference Protocol.</summary>
/// <remarks>With the binary extension the tensors' bytes stand behind the JSON, in the order of the outputs that say so.</remarks>
internal static class InferenceJson
{
    /// <summary>Finds it.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="tensors">What is behind it.</param>
    /// <param name="output">Which.</param>
    /// <param name="tensor">The tensor.</param>
    /// <returns>False when it is not there.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static bool TryFind(ReadOnlySpan<byte> json, ReadOnlySpan<byte> tensors, OutputName output, scoped ref Tensor tensor)
    {
        var reader = new Utf8JsonReader(json, JsonLimits.Reading);
        if (!reader.Read() || !TryEnter(ref reader, "outputs"u8) || reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        var offset = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var candidate = default(Tensor);
            var (isIt, size) = ReadOutput(ref reader, output, ref candidate);
            if (size < 0 || size > tensors.Length - offset)
            {
                return false;
            }

            if (isIt)
            {
                if (size > 0)
                {
                    candidate.Elements = Tensor.Layout.Raw;
                    candidate.Bytes = tensors.Slice((int)offset, (int)size);
                }

                tensor = candidate;
                return true;
            }

            offset += size;
        }

        return false;
    }

    private static bool TryEnter(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    // Whether it is the one, and how many bytes it has behind the JSON.
    private static (bool IsIt, long Size) ReadOutput(ref Utf8JsonReader reader, OutputName output, ref Tensor tensor)
    {
        var (isIt, size, shape) = (output.IsFirst, 0L, TensorShape.Scalar);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                isIt = reader.TokenType == JsonTokenType.String && output.Is(ref reader);
            }
            else if (reader.ValueTextEquals("datatype"u8))
            {
                reader.Read();
                tensor.Type = reader.TokenType == JsonTokenType.String ? Datatypes.Of(reader.ValueSpan) : Datatype.Unknown;
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                reader.Read();
                ReadShape(ref reader, ref shape);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                tensor.Elements = Tensor.Layout.Json;
                tensor.Json = reader;
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                reader.Read();
                var parameters = reader;
                if (TryEnter(ref parameters, "binary_data_size"u8))
                {
                    size = parameters.TokenType == JsonTokenType.Number && parameters.TryGetInt64(out var bytes) ? bytes : -1;
                }
            }
            else
            {
                reader.Read();
            }

            reader.Skip();
        }

        tensor.Shape = shape;
        return (isIt, size);
    }

    private static void ReadShape(ref Utf8JsonReader reader, ref TensorShape shape)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            shape.Add(-1);
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            shape.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var length) ? length : -1);
            reader.Skip();
        }
    }
}
