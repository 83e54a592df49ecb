using System.Buffers.Binary;

namespace Haldane.Gateway.Observation.Tensors;

/// <summary>Finds an output tensor in the answer to a call of gRPC's <c>ModelInfer</c>: one message <c>ModelInferResponse</c>, not compressed.</summary>
internal static class InferenceMessage
{
    private const int Prefix = 5; // a byte that says whether it is compressed, and the length

    // Fields of ModelInferResponse, and of its InferOutputTensor.
    private const int Outputs = 5, RawContents = 6;
    private const int Name = 1, Datatype = 2, Shape = 3, Contents = 5;

    /// <summary>Finds it.</summary>
    /// <param name="body">The body of the answer.</param>
    /// <param name="output">Which.</param>
    /// <param name="tensor">The tensor.</param>
    /// <returns>False when it is not there, or the body is not one whole message.</returns>
    public static bool TryFind(ReadOnlySpan<byte> body, OutputName output, scoped ref Tensor tensor)
    {
        if (body.Length < Prefix || body[0] != 0 || BinaryPrimitives.ReadUInt32BigEndian(body[1..]) != body.Length - Prefix)
        {
            return false;
        }

        var (at, wanted, raw) = (0, -1, 0);
        var reader = new ProtoReader(body[Prefix..]);
        while (reader.Read())
        {
            if (reader.Field == Outputs && reader.Wire == Wire.Bytes)
            {
                var candidate = default(Tensor);
                if (wanted < 0 && ReadOutput(reader.Bytes, output, ref candidate))
                {
                    tensor = candidate;
                    wanted = at;
                }

                at++;
            }
        }

        if (wanted < 0 || reader.IsBroken)
        {
            return false;
        }

        // Either all outputs are raw or none; those that are come in the outputs' order.
        reader = new(body[Prefix..]);
        while (reader.Read())
        {
            if (reader.Field == RawContents && reader.Wire == Wire.Bytes && raw++ == wanted)
            {
                tensor.Elements = Tensor.Layout.Raw;
                tensor.Bytes = reader.Bytes;
            }
        }

        return true;
    }

    // Whether it is the one.
    private static bool ReadOutput(ReadOnlySpan<byte> message, OutputName output, ref Tensor tensor)
    {
        var (isIt, shape) = (output.IsFirst, TensorShape.Scalar);
        var reader = new ProtoReader(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case Name when reader.Wire == Wire.Bytes:
                    isIt = output.Is(reader.Bytes);
                    break;
                case Datatype when reader.Wire == Wire.Bytes:
                    tensor.Type = Datatypes.Of(reader.Bytes);
                    break;
                case Shape when reader.Wire == Wire.Bytes:
                    var lengths = new ProtoReader(reader.Bytes);
                    while (!lengths.IsAtEnd && !lengths.IsBroken)
                    {
                        shape.Add((long)lengths.Varint());
                    }

                    break;
                case Shape:
                    shape.Add((long)reader.Number);
                    break;
                case Contents when reader.Wire == Wire.Bytes:
                    tensor.Elements = Tensor.Layout.Contents;
                    tensor.Bytes = reader.Bytes;
                    break;
            }
        }

        tensor.Shape = shape;
        return isIt && !reader.IsBroken;
    }
}
