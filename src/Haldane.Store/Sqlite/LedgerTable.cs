using System.Text.Json;
using Dapper;
using Haldane.Core.Ledger;
using Haldane.Core.Rollouts;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite;

/// <summary>The ledger with what is written in the same transaction: its end, its index by rollout, the state of the rollouts.</summary>
internal static class LedgerTable
{
    private const string Newest = """
        SELECT number, body, previous, hash FROM ledger
        WHERE number < @before ORDER BY number DESC LIMIT @limit
        """;

    private const string NewestOfRollout = """
        SELECT l.number, l.body, l.previous, l.hash FROM ledger_rollout r JOIN ledger l ON l.number = r.number
        WHERE r.rollout = @rollout AND r.number < @before ORDER BY r.number DESC LIMIT @limit
        """;

    private const string Oldest = """
        SELECT number, body, previous, hash FROM ledger
        WHERE number > @after ORDER BY number LIMIT @limit
        """;

    private const string OldestOfRollout = """
        SELECT l.number, l.body, l.previous, l.hash FROM ledger_rollout r JOIN ledger l ON l.number = r.number
        WHERE r.rollout = @rollout AND r.number > @after ORDER BY r.number LIMIT @limit
        """;

    private sealed record Head(long Number, string Hash);

    /// <summary>Appends a record and keeps the rollout's state with it. Call in a transaction.</summary>
    /// <exception cref="ArgumentException">The record would not hold: entry, state and stored evidence disagree.</exception>
    public static LedgerRecord Append(SqliteConnection connection, LedgerEntry entry, Rollout next, string state)
    {
        RequireEvidence(connection, entry);
        var record = Append(connection, entry);
        connection.Execute(
            """
            INSERT INTO rollout (name, run, state, ledger_number) VALUES (@Name, @Run, @state, @Number)
            ON CONFLICT (name) DO UPDATE SET run = excluded.run, state = excluded.state, ledger_number = excluded.ledger_number
            """,
            new { next.Name, next.Run, state, record.Number });
        return record;
    }

    /// <summary>Appends a record and keeps what was set with it, or removes it. Call in a transaction.</summary>
    public static LedgerRecord Append(SqliteConnection connection, LedgerEntry entry, Setting setting)
    {
        var record = Append(connection, entry);
        connection.Execute(
            setting.Body is null
                ? "DELETE FROM setting WHERE kind = @Kind AND name = @Name"
                : """
                  INSERT INTO setting (kind, name, body, ledger_number) VALUES (@Kind, @Name, @body, @Number)
                  ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body, ledger_number = excluded.ledger_number
                  """,
            new { setting.Kind, setting.Name, body = setting.Body?.GetRawText(), record.Number });
        return record;
    }

    /// <summary>Everything of a kind that is set, by name.</summary>
    public static IReadOnlyList<Setting> Settings(SqliteConnection connection, string kind) =>
    [
        .. connection.Query<(string Name, string Body)>("SELECT name, body FROM setting WHERE kind = @kind ORDER BY name", new { kind })
            .Select(row => new Setting(kind, row.Name, JsonElement.Parse(row.Body))),
    ];

    /// <summary>Files what was set for rollouts by a program that did not. Call in a transaction.</summary>
    public static void FileSettings(SqliteConnection connection)
    {
        // Those whose body was altered are verify's to name. The pattern only spares the reading of most bodies.
        foreach (var record in connection.Query<LedgerRecord>("SELECT number, body, previous, hash FROM ledger WHERE typeof(body) = 'text' AND body LIKE '%\"setting\":{%'"))
        {
            if (record.EntryOrNull is { Setting: not null } entry)
            {
                File(connection, entry, record.Number);
            }
        }
    }

    private static LedgerRecord Append(SqliteConnection connection, LedgerEntry entry)
    {
        var head = connection.QuerySingleOrDefault<Head>("SELECT number, hash FROM head")
            ?? throw new InvalidDataException("the recorded end of the ledger is missing");
        var record = LedgerChain.Append(entry, head.Number + 1, head.Hash);
        connection.Execute("INSERT INTO ledger (number, body, previous, hash) VALUES (@Number, @Body, @Previous, @Hash)", record);
        connection.Execute("UPDATE head SET number = @Number, hash = @Hash", new { record.Number, record.Hash });
        File(connection, entry, record.Number);
        return record;
    }

    private static void File(SqliteConnection connection, LedgerEntry entry, long number)
    {
        if (entry.FiledUnder is { } rollout)
        {
            connection.Execute("INSERT INTO ledger_rollout (rollout, number) VALUES (@rollout, @number)", new { rollout, number });
        }
    }

    /// <summary>The newest records first.</summary>
    public static IReadOnlyList<LedgerRecord> Read(SqliteConnection connection, long? before, int limit, string? rollout) => connection
        .Query<LedgerRecord>(rollout is null ? Newest : NewestOfRollout, new { before = before ?? long.MaxValue, limit, rollout })
        .AsList();

    /// <summary>The oldest records first.</summary>
    public static IReadOnlyList<LedgerRecord> ReadOn(SqliteConnection connection, long after, int limit, string? rollout) => connection
        .Query<LedgerRecord>(rollout is null ? Oldest : OldestOfRollout, new { after, limit, rollout })
        .AsList();

    // A ledger cannot be mended, so what verify would object to for ever is refused now.
    private static void RequireEvidence(SqliteConnection connection, LedgerEntry entry)
    {
        if (entry.EvidenceUpTo == 0)
        {
            return;
        }

        var stored = connection.ExecuteScalar<string?>(
            "SELECT digest FROM evidence WHERE run = @Run AND number = @EvidenceUpTo", new { entry.Run, entry.EvidenceUpTo });
        if (stored != entry.EvidenceDigest)
        {
            throw new ArgumentException(
                $"the entry rests on slice {entry.EvidenceUpTo} of run {entry.Run} with digest '{entry.EvidenceDigest}', stored is '{stored}'",
                nameof(entry));
        }
    }
}
