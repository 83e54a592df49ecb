using System.Buffers.Binary;
using System.Text.Json;

namespace Haldane.Gateway.Observation.Tensors;

/// <summary>An output tensor, its elements still as they came.</summary>
internal ref struct Tensor
{
    /// <summary>How the elements stand there.</summary>
    public enum Layout
    {
        None,
        Json,

        /// <summary>Little end first, row by row.</summary>
        Raw,

        /// <summary>A message InferTensorContents.</summary>
        Contents,
    }

    public Layout Elements { get; set; }

    public Datatype Type { get; set; }

    public TensorShape Shape { get; set; }

    /// <summary>On the value of <c>data</c>.</summary>
    public Utf8JsonReader Json { get; set; }

    public ReadOnlySpan<byte> Bytes { get; set; }

    /// <summary>Gives all elements to a fold.</summary>
    /// <returns>False when they do not come to their end.</returns>
    public readonly bool Fold(scoped ref TensorFold fold) => Elements switch
    {
        Layout.Json => FoldJson(ref fold),
        Layout.Raw when Type == Datatype.Bytes => FoldTexts(ref fold),
        Layout.Raw => FoldRaw(ref fold),
        Layout.Contents => TensorContents.Fold(Bytes, ref fold),
        _ => false,
    };

    private readonly bool FoldJson(scoped ref TensorFold fold)
    {
        // Nested as the shape is, or flat: the elements come in the same order.
        var reader = Json;
        var depth = reader.CurrentDepth;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.EndArray:
                    break;
                case JsonTokenType.StartObject:
                    fold.Nothing();
                    reader.Skip();
                    break;
                default:
                    fold.Element(ref reader);
                    break;
            }
        }
        while ((reader.CurrentDepth > depth || reader.TokenType == JsonTokenType.StartArray) && reader.Read());

        return true;
    }

    private readonly bool FoldRaw(scoped ref TensorFold fold)
    {
        var size = Datatypes.SizeOf(Type);
        if (size == 0 || Bytes.Length % size != 0)
        {
            return false;
        }

        for (var rest = Bytes; !rest.IsEmpty; rest = rest[size..])
        {
            if (Type == Datatype.Bool)
            {
                fold.Truth(rest[0] != 0);
            }
            else
            {
                fold.Number(Datatypes.NumberOf(Type, rest));
            }
        }

        return true;
    }

    private readonly bool FoldTexts(scoped ref TensorFold fold)
    {
        var rest = Bytes;
        while (!rest.IsEmpty)
        {
            if (!BinaryPrimitives.TryReadUInt32LittleEndian(rest, out var length) || length > rest.Length - sizeof(uint))
            {
                return false;
            }

            fold.Text(rest.Slice(sizeof(uint), (int)length));
            rest = rest[(sizeof(uint) + (int)length)..];
        }

        return true;
    }
}
