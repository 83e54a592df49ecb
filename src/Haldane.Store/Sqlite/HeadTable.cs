using System.Security.Cryptography;
using Dapper;
using Haldane.Core.Ledger;
using Haldane.Store.Signing;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite;

/// <summary>The signed ends of the ledger, and the key that signs them.</summary>
internal static class HeadTable
{
    private const string Columns = "number, hash, at, key, signature";

    private const string Damaged = "the store's signing key is damaged; restore the file from a backup";

    private sealed record End(long Number, string Hash);

    /// <summary>Signs the ledger's end if that is due. Call in a transaction: the signature is then durable together with what it covers, never before.</summary>
    /// <param name="connection">The writer's.</param>
    /// <param name="now">The time.</param>
    /// <param name="anyway">Signs also before it is due, but never what is signed already.</param>
    /// <exception cref="SigningUnavailableException">Nothing was signed and nothing changed.</exception>
    public static void Sign(SqliteConnection connection, DateTimeOffset now, bool anyway)
    {
        var end = connection.QuerySingleOrDefault<End>("SELECT number, hash FROM head");
        var last = connection.QueryFirstOrDefault<SignedHead>($"SELECT {Columns} FROM signed_head ORDER BY number DESC LIMIT 1");
        if (end is null || end.Number <= (last?.Number ?? 0) || !(anyway || HeadSchedule.IsDue(end.Number, last, now)))
        {
            return;
        }

        var seed = PrivateKey(connection);
        try
        {
            var head = new SignedHead(end.Number, end.Hash, SignedHead.TimeOf(now), Ed25519.PublicKeyOf(seed).Fingerprint, "");
            connection.Execute(
                $"INSERT INTO signed_head ({Columns}) VALUES (@Number, @Hash, @At, @Key, @Signature)",
                head with { Signature = Convert.ToHexStringLower(Ed25519.Sign(seed, head.Message())) });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Why nothing could be signed if it were due now; null when it could.</summary>
    public static string? FindFault(SqliteConnection connection)
    {
        if (Ed25519.Obstacle is { } obstacle)
        {
            return obstacle;
        }

        var seed = connection.QuerySingleOrDefault<byte[]>("SELECT CAST(private AS BLOB) FROM signing_key");
        try
        {
            var isSound = seed is null || (seed.Length == Ed25519.PrivateLength && Ed25519.PublicKeyOf(seed).ToBytes().SequenceEqual(connection.QuerySingle<byte[]>("SELECT CAST(public AS BLOB) FROM signing_key")));
            return isSound ? null : Damaged;
        }
        catch (SigningUnavailableException e) // a libcrypto that is there and may not do it, as where only certified algorithms are allowed
        {
            return e.Message;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Heads after a number, in order; none in a file that is older than signatures.</summary>
    public static List<SignedHead> Read(SqliteConnection connection, long after, int limit) => SqliteSchema.HasSignatures(connection)
        ? connection.Query<SignedHead>($"SELECT {Columns} FROM signed_head WHERE number > @after ORDER BY number LIMIT @limit", new { after, limit }).AsList()
        : [];

    /// <summary>The public key; null before the first signature.</summary>
    /// <exception cref="InvalidDataException">It is not as it was written.</exception>
    public static LedgerKey? PublicKey(SqliteConnection connection)
    {
        if (!SqliteSchema.HasSignatures(connection) || connection.QuerySingleOrDefault<byte[]>("SELECT CAST(public AS BLOB) FROM signing_key") is not { } key)
        {
            return null;
        }

        return key.Length == LedgerKey.Length ? LedgerKey.Of(key) : throw new InvalidDataException($"the public key of the ledger has {key.Length} bytes, not {LedgerKey.Length}");
    }

    // Both halves stand in one row: a reader never needs the private one.
    private static byte[] PrivateKey(SqliteConnection connection)
    {
        if (connection.QuerySingleOrDefault<byte[]>("SELECT CAST(private AS BLOB) FROM signing_key") is { } known)
        {
            return known.Length == Ed25519.PrivateLength
                ? known
                : throw new SigningUnavailableException(Damaged);
        }

        var seed = RandomNumberGenerator.GetBytes(Ed25519.PrivateLength);
        connection.Execute(
            "INSERT INTO signing_key (only, private, public) VALUES (1, @seed, @key)", new { seed, key = Ed25519.PublicKeyOf(seed).ToBytes() });
        return seed;
    }
}
