using System.Runtime.InteropServices;
using Haldane.Core.Ledger;

namespace Haldane.Store.Signing;

/// <summary>Signatures by Ed25519 (RFC 8032), computed by OpenSSL 3: .NET 10 has none of its own.</summary>
/// <remarks>Stateless; safe from any thread. Needs <c>libcrypto.so.3</c>, which .NET on Linux itself uses for TLS.</remarks>
internal static unsafe partial class Ed25519
{
    /// <summary>Bytes of a private key, the seed of RFC 8032.</summary>
    public const int PrivateLength = 32;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureLength = 64;

    private const string Library = "libcrypto.so.3";
    private const int Kind = 1087; // EVP_PKEY_ED25519, openssl/evp.h

    /// <summary>Why nothing can be signed or checked on this machine; null when it can.</summary>
    public static string? Obstacle { get; } = FindObstacle();

    /// <summary>The public key of a private one.</summary>
    /// <exception cref="SigningUnavailableException">This machine has no OpenSSL 3, or it refuses.</exception>
    public static LedgerKey PublicKeyOf(ReadOnlySpan<byte> seed)
    {
        var key = Open(seed);
        try
        {
            Span<byte> bytes = stackalloc byte[LedgerKey.Length];
            var length = (nuint)bytes.Length;
            fixed (byte* at = bytes)
            {
                Require(EVP_PKEY_get_raw_public_key(key, at, ref length) == 1 && length == LedgerKey.Length);
            }

            return LedgerKey.Of(bytes);
        }
        finally
        {
            EVP_PKEY_free(key);
        }
    }

    /// <summary>Signs a message: 64 bytes.</summary>
    /// <exception cref="SigningUnavailableException">This machine has no OpenSSL 3, or it refuses.</exception>
    public static byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        var key = Open(seed);
        var context = EVP_MD_CTX_new();
        try
        {
            var signature = new byte[SignatureLength];
            var length = (nuint)signature.Length;
            fixed (byte* into = signature)
            fixed (byte* from = message)
            {
                Require(context != 0 && EVP_DigestSignInit(context, 0, 0, 0, key) == 1
                    && EVP_DigestSign(context, into, ref length, from, (nuint)message.Length) == 1 && length == SignatureLength);
            }

            return signature;
        }
        finally
        {
            EVP_MD_CTX_free(context);
            EVP_PKEY_free(key);
        }
    }

    /// <summary>Whether a signature is of a key over a message; of another length it never is.</summary>
    /// <exception cref="SigningUnavailableException">This machine has no OpenSSL 3, or it refuses.</exception>
    public static bool Fits(LedgerKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        RequireLibrary();
        if (signature.Length != SignatureLength)
        {
            return false;
        }

        nint opened;
        fixed (byte* at = key.ToBytes())
        {
            opened = EVP_PKEY_new_raw_public_key(Kind, 0, at, LedgerKey.Length);
        }

        var context = EVP_MD_CTX_new();
        try
        {
            Require(opened != 0 && context != 0 && EVP_DigestVerifyInit(context, 0, 0, 0, opened) == 1);
            fixed (byte* of = signature)
            fixed (byte* over = message)
            {
                // 1 is the only yes: 0 is no, and below 0 a signature that is none.
                return EVP_DigestVerify(context, of, (nuint)signature.Length, over, (nuint)message.Length) == 1;
            }
        }
        finally
        {
            EVP_MD_CTX_free(context);
            EVP_PKEY_free(opened);
            ERR_clear_error(); // a signature that does not fit leaves an error behind, which the next user of this thread must not find
        }
    }

    private static nint Open(ReadOnlySpan<byte> seed)
    {
        RequireLibrary();
        if (seed.Length != PrivateLength)
        {
            throw new ArgumentException($"a private key has {PrivateLength} bytes, not {seed.Length}", nameof(seed));
        }

        fixed (byte* at = seed)
        {
            var key = EVP_PKEY_new_raw_private_key(Kind, 0, at, PrivateLength);
            Require(key != 0);
            return key;
        }
    }

    private static void RequireLibrary()
    {
        if (Obstacle is { } obstacle)
        {
            throw new SigningUnavailableException(obstacle);
        }
    }

    private static void Require(bool done)
    {
        if (!done)
        {
            ERR_clear_error();
            throw new SigningUnavailableException("OpenSSL does not compute Ed25519 here: its configuration may forbid it (openssl.cnf, FIPS)");
        }
    }

    private static string? FindObstacle()
    {
        if (!NativeLibrary.TryLoad(Library, out var library))
        {
            return $"{Library} of OpenSSL 3 is not on this machine; install it (libssl3 on Debian and Ubuntu, openssl-libs on Fedora, libcrypto3 on Alpine)";
        }

        return NativeLibrary.TryGetExport(library, nameof(EVP_DigestVerify), out _) ? null : $"{Library} of this machine cannot sign; OpenSSL 3 is needed";
    }

    [LibraryImport(Library)]
    private static partial nint EVP_PKEY_new_raw_private_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    private static partial nint EVP_PKEY_new_raw_public_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_get_raw_public_key(nint key, byte* into, ref nuint length);

    [LibraryImport(Library)]
    private static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    private static partial nint EVP_MD_CTX_new();

    [LibraryImport(Library)]
    private static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    private static partial int EVP_DigestSignInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestSign(nint context, byte* signature, ref nuint signatureLength, byte* message, nuint messageLength);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerifyInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerify(nint context, byte* signature, nuint signatureLength, byte* message, nuint messageLength);

    [LibraryImport(Library)]
    private static partial void ERR_clear_error();
}
