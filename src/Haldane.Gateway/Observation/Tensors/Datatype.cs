using System.Buffers.Binary;

namespace Haldane.Gateway.Observation.Tensors;

/// <summary>Element types of the Open Inference Protocol.</summary>
internal enum Datatype
{
    Unknown,
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Fp16,
    Bf16,
    Fp32,
    Fp64,
    Bytes,
}

/// <summary>What the protocol says of element types.</summary>
internal static class Datatypes
{
    /// <summary>The type of a name.</summary>
    public static Datatype Of(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("BOOL"u8) => Datatype.Bool,
        _ when name.SequenceEqual("INT8"u8) => Datatype.Int8,
        _ when name.SequenceEqual("INT16"u8) => Datatype.Int16,
        _ when name.SequenceEqual("INT32"u8) => Datatype.Int32,
        _ when name.SequenceEqual("INT64"u8) => Datatype.Int64,
        _ when name.SequenceEqual("UINT8"u8) => Datatype.Uint8,
        _ when name.SequenceEqual("UINT16"u8) => Datatype.Uint16,
        _ when name.SequenceEqual("UINT32"u8) => Datatype.Uint32,
        _ when name.SequenceEqual("UINT64"u8) => Datatype.Uint64,
        _ when name.SequenceEqual("FP16"u8) => Datatype.Fp16,
        _ when name.SequenceEqual("BF16"u8) => Datatype.Bf16,
        _ when name.SequenceEqual("FP32"u8) => Datatype.Fp32,
        _ when name.SequenceEqual("FP64"u8) => Datatype.Fp64,

        // Triton's own examples of its classification extension say STRING.
        _ when name.SequenceEqual("BYTES"u8) || name.SequenceEqual("STRING"u8) => Datatype.Bytes,
        _ => Datatype.Unknown,
    };

    /// <summary>How many bytes an element takes; 0: that is not fixed.</summary>
    public static int SizeOf(Datatype type) => type switch
    {
        Datatype.Bool or Datatype.Int8 or Datatype.Uint8 => 1,
        Datatype.Int16 or Datatype.Uint16 or Datatype.Fp16 or Datatype.Bf16 => 2,
        Datatype.Int32 or Datatype.Uint32 or Datatype.Fp32 => 4,
        Datatype.Int64 or Datatype.Uint64 or Datatype.Fp64 => 8,
        _ => 0,
    };

    /// <summary>The number that an element's bytes are, little end first.</summary>
    public static double NumberOf(Datatype type, ReadOnlySpan<byte> element) => type switch
    {
        Datatype.Bool or Datatype.Uint8 => element[0],
        Datatype.Int8 => (sbyte)element[0],
        Datatype.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
        Datatype.Uint16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
        Datatype.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
        Datatype.Uint32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
        Datatype.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element),
        Datatype.Uint64 => BinaryPrimitives.ReadUInt64LittleEndian(element),
        Datatype.Fp16 => (double)BinaryPrimitives.ReadHalfLittleEndian(element),

        // The upper half of a number of single precision.
        Datatype.Bf16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
        Datatype.Fp32 => BinaryPrimitives.ReadSingleLittleEndian(element),
        Datatype.Fp64 => BinaryPrimitives.ReadDoubleLittleEndian(element),
        _ => double.NaN,
    };
}
