using System.Security.Cryptography;

namespace Haldane.Core.Ledger;

/// <summary>The public key with which the ends of a ledger are signed: Ed25519.</summary>
public sealed record LedgerKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Length = 32;

    private const string Label = "PUBLIC KEY";

    private LedgerKey(string hex) => Hex = hex;

    /// <summary>The 32 bytes, hex in lower case.</summary>
    public string Hex { get; }

    /// <summary>SHA-256 of the key in its DER form, hex: what <c>openssl pkey -pubin -outform DER | sha256sum</c> says.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Der()));

    /// <summary>The key as other programs read it, without a line break at the end.</summary>
    public string Pem => PemEncoding.WriteString(Label, Der());

    // RFC 8410, section 4: a SubjectPublicKeyInfo whose algorithm is id-Ed25519; the key follows.
    private static ReadOnlySpan<byte> Prefix => [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00];

    /// <summary>A key of 32 bytes.</summary>
    /// <exception cref="ArgumentException">They are not 32.</exception>
    public static LedgerKey Of(ReadOnlySpan<byte> bytes) => bytes.Length == Length
        ? new(Convert.ToHexStringLower(bytes))
        : throw new ArgumentException($"a key has {Length} bytes, not {bytes.Length}", nameof(bytes));

    /// <summary>Reads a key in hex; null when it is none.</summary>
    public static LedgerKey? OfHex(string hex) => hex.Length == 2 * Length && hex.All(char.IsAsciiHexDigit) ? new(hex.ToLowerInvariant()) : null;

    /// <summary>Reads a key in PEM form, with whatever stands around it; null when there is no Ed25519 key in it.</summary>
    public static LedgerKey? OfPem(string text)
    {
        if (!PemEncoding.TryFind(text, out var fields) || text[fields.Label] != Label)
        {
            return null;
        }

        var der = Convert.FromBase64String(text[fields.Base64Data]);
        return der.Length == Prefix.Length + Length && der.AsSpan().StartsWith(Prefix) ? Of(der.AsSpan(Prefix.Length)) : null;
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToBytes() => Convert.FromHexString(Hex);

    private byte[] Der() => [.. Prefix, .. ToBytes()];
}

/// <summary>A public key on the wire.</summary>
/// <param name="Fingerprint">See <see cref="LedgerKey.Fingerprint"/>.</param>
/// <param name="Pem">See <see cref="LedgerKey.Pem"/>.</param>
public sealed record LedgerKeyView(string Fingerprint, string Pem)
{
    /// <summary>The view of a key.</summary>
    public static LedgerKeyView Of(LedgerKey key) => new(key.Fingerprint, key.Pem);
}

/// <summary>Whether a signature is of a key over a message.</summary>
/// <param name="key">The key.</param>
/// <param name="message">The message.</param>
/// <param name="signature">Any bytes.</param>
/// <exception cref="SigningUnavailableException">This machine cannot say.</exception>
public delegate bool SignatureCheck(LedgerKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

/// <summary>Nothing can be signed or checked here; the message says why.</summary>
public sealed class SigningUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
