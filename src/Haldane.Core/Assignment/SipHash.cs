using System.Buffers.Binary;
using System.Numerics;

namespace Haldane.Core.Assignment;

/// <summary>SipHash-2-4: a keyed hash of 64 bits, the same on every machine and in every process.</summary>
/// <remarks>Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; held by the vectors of its appendix.</remarks>
/// <param name="K0">First half of the key, little-endian.</param>
/// <param name="K1">Second half of the key, little-endian.</param>
public readonly record struct SipHash(ulong K0, ulong K1)
{
    /// <summary>Takes the key from 16 bytes.</summary>
    public static SipHash FromKey(ReadOnlySpan<byte> key) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key[8..]));

    /// <summary>The hash of the bytes.</summary>
    public ulong Of(ReadOnlySpan<byte> data)
    {
        var v0 = 0x736f6d6570736575UL ^ K0;
        var v1 = 0x646f72616e646f6dUL ^ K1;
        var v2 = 0x6c7967656e657261UL ^ K0;
        var v3 = 0x7465646279746573UL ^ K1;

        var rest = data;
        while (rest.Length >= 8)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
            rest = rest[8..];
        }

        var last = (ulong)data.Length << 56;
        for (var i = 0; i < rest.Length; i++)
        {
            last |= (ulong)rest[i] << (8 * i);
        }

        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xff;
        for (var i = 0; i < 4; i++)
        {
            Round(ref v0, ref v1, ref v2, ref v3);
        }

        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
