using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Haldane.Core.Assignment;

namespace Haldane.Core.Exchanges;

/// <summary>Seals tokens so that callers can neither read nor forge them.</summary>
/// <remarks>
/// 24 bytes of content and a 64-bit SipHash-2-4 tag under the installation's key. The tag also starts the key stream that hides the content (the
/// synthetic-IV construction of Rogaway and Shrimpton, 2006), so two tokens share a key stream only when they are equal. Immutable.
/// </remarks>
public sealed class TokenCodec
{
    /// <summary>Length of a sealed token in characters (base64url of 32 bytes, no padding).</summary>
    public const int Length = 43;

    private const int ContentBytes = 24;
    private const int TokenBytes = 32;
    private const byte Format = 1;

    // Forty bits of milliseconds from here reach to the year 2060.
    private static readonly long Epoch = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private readonly SipHash _tag;
    private readonly SipHash _stream;

    /// <summary>A codec under the installation's key.</summary>
    /// <param name="key">32 random bytes.</param>
    public TokenCodec(ReadOnlySpan<byte> key)
    {
        if (key.Length != 32)
        {
            throw new ArgumentException($"an installation key has 32 bytes, not {key.Length}", nameof(key));
        }

        Span<byte> derived = stackalloc byte[32];
        HMACSHA256.HashData(key, "haldane exchange token v1"u8, derived);
        _tag = SipHash.FromKey(derived);
        _stream = SipHash.FromKey(derived[16..]);
    }

    /// <summary>Writes a sealed token.</summary>
    /// <param name="token">What to say.</param>
    /// <param name="destination">At least <see cref="Length"/> characters.</param>
    public void Seal(in ExchangeToken token, Span<char> destination)
    {
        Span<byte> bytes = stackalloc byte[TokenBytes];
        Seal(token, bytes);
        Base64Url.EncodeToChars(bytes, destination);
    }

    /// <summary>Writes a sealed token in ASCII.</summary>
    /// <param name="token">What to say.</param>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    public void SealAscii(in ExchangeToken token, Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[TokenBytes];
        Seal(token, bytes);
        Base64Url.EncodeToUtf8(bytes, destination);
    }

    /// <summary>Reads a sealed token; false when it is not one of this installation's.</summary>
    public bool TryOpen(ReadOnlySpan<char> text, out ExchangeToken token)
    {
        token = default;
        Span<byte> bytes = stackalloc byte[TokenBytes];

        // Not TryDecodeFromChars: it throws on characters that are not base64url, and these come from callers.
        if (text.Length != Length
            || Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done
            || written != TokenBytes)
        {
            return false;
        }

        var tag = BinaryPrimitives.ReadUInt64LittleEndian(bytes[ContentBytes..]);
        Hide(bytes[..ContentBytes], tag);
        Span<byte> expected = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(expected, _tag.Of(bytes[..ContentBytes]));
        if (!CryptographicOperations.FixedTimeEquals(expected, bytes[ContentBytes..]) || bytes[0] != Format)
        {
            return false;
        }

        token = Unpack(bytes);
        return true;
    }

    private void Seal(in ExchangeToken token, Span<byte> bytes)
    {
        Pack(token, bytes);
        var tag = _tag.Of(bytes[..ContentBytes]);
        Hide(bytes[..ContentBytes], tag);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[ContentBytes..], tag);
    }

    private static void Pack(in ExchangeToken token, Span<byte> bytes)
    {
        bytes[0] = Format;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], token.Run);
        bytes[5] = token.Stage;
        bytes[6] = (byte)((int)token.Arm | (token.Counts ? 2 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[7..], (ushort)token.SegmentCode);
        bytes[9] = token.Class == ExchangeToken.NoClass ? (byte)255 : (byte)token.Class;
        bytes[10] = token.Confidence is { } confidence ? (byte)Math.Round(Math.Clamp(confidence, 0, 1) * 254) : (byte)255;
        var milliseconds = token.At.ToUnixTimeMilliseconds() - Epoch;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[11..], (uint)milliseconds);
        bytes[15] = (byte)(milliseconds >> 32);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], token.Subject);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], token.Nonce);
    }

    private static ExchangeToken Unpack(ReadOnlySpan<byte> bytes) => new()
    {
        Run = BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]),
        Stage = bytes[5],
        Arm = (Arm)(bytes[6] & 1),
        Counts = (bytes[6] & 2) != 0,
        SegmentCode = BinaryPrimitives.ReadUInt16LittleEndian(bytes[7..]),
        Class = bytes[9] == 255 ? ExchangeToken.NoClass : bytes[9],
        Confidence = bytes[10] == 255 ? null : bytes[10] / 254.0,
        At = DateTimeOffset.FromUnixTimeMilliseconds(Epoch + BinaryPrimitives.ReadUInt32LittleEndian(bytes[11..]) + ((long)bytes[15] << 32)),
        Subject = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
        Nonce = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]),
    };

    private void Hide(Span<byte> content, ulong tag)
    {
        Span<byte> counter = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(counter, tag);
        for (var block = 0; block < ContentBytes / 8; block++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(counter[8..], block);
            var word = content[(block * 8)..];
            BinaryPrimitives.WriteUInt64LittleEndian(word, BinaryPrimitives.ReadUInt64LittleEndian(word) ^ _stream.Of(counter));
        }
    }
}
