using System.Text;
using System.Text.Json;
using Dapper;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite;

/// <summary>The slices of every run, chained by their digests.</summary>
internal static class EvidenceTable
{
    private sealed record Last(long Number, string Digest);

    private sealed record Row(long Number, string Body, string Digest);

    /// <summary>Appends a slice. Call in a transaction.</summary>
    /// <returns>The run's digest after it.</returns>
    /// <exception cref="ArgumentException">The number does not follow the last one.</exception>
    public static string Append(SqliteConnection connection, int run, long number, byte[] body)
    {
        var last = connection.QueryFirstOrDefault<Last>(
            "SELECT number, digest FROM evidence WHERE run = @run ORDER BY number DESC LIMIT 1", new { run }) ?? new(0, "");
        if (number != last.Number + 1)
        {
            throw new ArgumentException($"slice {number} of run {run} does not follow slice {last.Number}", nameof(number));
        }

        var digest = LedgerChain.Extend(last.Digest, body);
        connection.Execute(
            "INSERT INTO evidence (run, number, body, digest) VALUES (@run, @number, @text, @digest)",
            new { run, number, text = Encoding.UTF8.GetString(body), digest });
        return digest;
    }

    /// <summary>The slices after a number, in order.</summary>
    public static List<StoredSlice> Read(SqliteConnection connection, int run, long after, int limit)
    {
        var rows = connection.Query<Row>(
            "SELECT number, body, digest FROM evidence WHERE run = @run AND number > @after ORDER BY number LIMIT @limit",
            new { run, after, limit },
            buffered: false);
        return [.. rows.Select(row => new StoredSlice(Parse(row), row.Digest))];
    }

    /// <summary>The same without reading what is in them.</summary>
    public static List<SliceText> ReadTexts(SqliteConnection connection, int run, long after, int limit) => connection
        .Query<SliceText>("SELECT number, body FROM evidence WHERE run = @run AND number > @after ORDER BY number LIMIT @limit", new { run, after, limit })
        .AsList();

    private static EvidenceSlice Parse(Row row) => JsonSerializer.Deserialize(row.Body, CoreJson.Default.EvidenceSlice)
        ?? throw new InvalidDataException($"slice {row.Number} is empty");
}
