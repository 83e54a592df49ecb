using System.Diagnostics;
using Dapper;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Store.Sqlite;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Tests.Sqlite;

/// <summary>Makes store files and lays hands on them the way an intruder or a bad disk would.</summary>
internal static class StoreFile
{
    /// <summary>A closed store with so many records of two rollouts, evidence behind every record, and a little feedback.</summary>
    public static async Task CreateAsync(string path, int records)
    {
        await using var store = await SqliteStore.OpenAsync(path, CancellationToken.None);
        await store.InstallationKeyAsync(CancellationToken.None);
        await store.AddFeedbackAsync([Make.Feedback(1), Make.BareFeedback(2)], CancellationToken.None);
        for (var i = 1; i <= records; i++)
        {
            var digest = await store.AppendEvidenceAsync(1, Make.Slice(i), CancellationToken.None);
            var next = Make.Running(i % 2 == 0 ? "even" : "odd", 1, i % 3);

            // Some bodies are longer than a page, so that overflow pages are part of what is damaged.
            var why = i % 7 == 0 ? new string((char)('a' + (i % 26)), 6_000) : $"reason {i}";
            await store.RecordAsync(Make.Entry(next, why: why) with { EvidenceUpTo = i, EvidenceDigest = digest }, next, CancellationToken.None);
        }
    }

    public static async Task<LedgerCheck> VerifyAsync(string path)
    {
        await using var ledger = await SqliteStore.OpenReadOnlyAsync(path, CancellationToken.None);
        return await ledger.VerifyAsync(CancellationToken.None);
    }

    /// <summary>Runs SQL on the file as any SQLite tool could.</summary>
    public static void Execute(string path, string sql, object? parameters = null)
    {
        using var connection = Open(path);
        connection.Execute("PRAGMA foreign_keys = OFF");
        connection.Execute(sql, parameters);
        connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    public static T Query<T>(string path, string sql)
    {
        using var connection = Open(path);
        return connection.QuerySingle<T>(sql);
    }

    /// <summary>Copies with another process: closing a file here would drop SQLite's locks on it (POSIX).</summary>
    public static async Task CopyAsync(string from, string to)
    {
        using var copy = Process.Start(new ProcessStartInfo("cp", [from, to]) { UseShellExecute = false, RedirectStandardError = true })!;
        await copy.WaitForExitAsync();
    }

    private static SqliteConnection Open(string path)
    {
        _ = SqliteStore.SqliteVersion;
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }
}
