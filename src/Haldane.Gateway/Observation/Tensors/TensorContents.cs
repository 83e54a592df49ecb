namespace Haldane.Gateway.Observation.Tensors;

/// <summary>Elements in a message <c>InferTensorContents</c> of the Open Inference Protocol.</summary>
internal static class TensorContents
{
    // Its fields.
    private const int Bool = 1, Int = 2, Int64 = 3, Uint = 4, Uint64 = 5, Fp32 = 6, Fp64 = 7, Text = 8;

    /// <summary>Gives all elements to a fold.</summary>
    /// <returns>False when the message is broken.</returns>
    public static bool Fold(ReadOnlySpan<byte> message, scoped ref TensorFold fold)
    {
        var reader = new ProtoReader(message);
        while (reader.Read())
        {
            if (reader.Field is < Bool or > Text)
            {
                continue;
            }

            if (reader.Field == Text)
            {
                fold.Text(reader.Bytes);
            }
            else if (reader.Wire != Wire.Bytes)
            {
                Give(reader.Field, reader.Number, ref fold);
            }
            else if (!FoldPacked(reader.Field, reader.Bytes, ref fold))
            {
                return false;
            }
        }

        return !reader.IsBroken;
    }

    private static bool FoldPacked(int field, ReadOnlySpan<byte> packed, scoped ref TensorFold fold)
    {
        var reader = new ProtoReader(packed);
        while (!reader.IsAtEnd && !reader.IsBroken)
        {
            var number = field switch
            {
                Fp32 => reader.Fixed(sizeof(float)),
                Fp64 => reader.Fixed(sizeof(double)),
                _ => reader.Varint(),
            };
            if (!reader.IsBroken)
            {
                Give(field, number, ref fold);
            }
        }

        return !reader.IsBroken;
    }

    private static void Give(int field, ulong bits, scoped ref TensorFold fold)
    {
        switch (field)
        {
            case Bool:
                fold.Truth(bits != 0);
                break;
            case Int:
                fold.Number((int)bits);
                break;
            case Int64:
                fold.Number((long)bits);
                break;
            case Fp32:
                fold.Number(BitConverter.UInt32BitsToSingle((uint)bits));
                break;
            case Fp64:
                fold.Number(BitConverter.UInt64BitsToDouble(bits));
                break;
            default:
                fold.Number(bits);
                break;
        }
    }
}
