using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Haldane.Core.Ledger;

/// <summary>The hash chain of the ledger.</summary>
/// <remarks>hash = SHA-256(number as 16 hex digits, previous hash as 64 hex digits, body; all UTF-8). Pure.</remarks>
public static class LedgerChain
{
    /// <summary>The hash before the first record.</summary>
    public static readonly string Beginning = new('0', 64);

    /// <summary>Puts an entry at the end of the chain.</summary>
    public static LedgerRecord Append(LedgerEntry entry, long number, string previous)
    {
        var body = JsonSerializer.Serialize(entry, CoreJson.Default.LedgerEntry);
        return new(number, body, previous, HashOf(number, previous, body));
    }

    /// <summary>The hash of a record, hex in lower case.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="previous">Hash of the record before, hex.</param>
    /// <param name="body">Its body.</param>
    public static string HashOf(long number, string previous, string body)
    {
        var text = Encoding.UTF8.GetBytes($"{number:x16}{previous}");
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(text);
        sha.AppendData(Encoding.UTF8.GetBytes(body));
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    /// <summary>The digest of a run's evidence after one more slice.</summary>
    /// <param name="digest">Of the slices before, hex; empty when there was none.</param>
    /// <param name="slice">The slice as it is stored, UTF-8.</param>
    public static string Extend(string digest, ReadOnlySpan<byte> slice)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(Encoding.UTF8.GetBytes(digest));
        sha.AppendData(slice);
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
