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
    private sealed record Row(long Number, string Body, string Digest);

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

    /// <summary>The first run after another one, with its last slice; null when there is none. The key finds it: to group all rows would read them all.</summary>
    public static StoredRun? Next(SqliteConnection connection, int after) =>
        connection.ExecuteScalar<int?>("SELECT min(run) FROM evidence WHERE run > @after", new { after }) is not { } run ? null
        : new(run, EndOf(connection.QueryFirst<Row>("SELECT number, body, digest FROM evidence WHERE run = @run ORDER BY number DESC LIMIT 1", new { run })));

    /// <summary>Removes some slices of a run, and its feedback with the last of them.</summary>
    /// <returns>Whether any is left.</returns>
    public static bool Forget(SqliteConnection connection, int run, int limit)
    {
        connection.Execute("DELETE FROM evidence WHERE run = @run AND number <= (SELECT min(number) + @limit - 1 FROM evidence WHERE run = @run)", new { run, limit });
        if (connection.ExecuteScalar<long>("SELECT EXISTS (SELECT 1 FROM evidence WHERE run = @run)", new { run }) == 1)
        {
            return true;
        }

        connection.Execute("DELETE FROM feedback WHERE position IN (SELECT position FROM feedback WHERE run = @run LIMIT @limit)", new { run, limit });
        return connection.ExecuteScalar<long>("SELECT EXISTS (SELECT 1 FROM feedback WHERE run = @run)", new { run }) == 1;
    }

    // One that cannot be read never ends: verify names it, and nobody moves it.
    private static DateTimeOffset EndOf(Row row)
    {
        try
        {
            var slice = Parse(row);
            return slice.From + slice.Length;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return DateTimeOffset.MaxValue;
        }
    }

    private static EvidenceSlice Parse(Row row) => JsonSerializer.Deserialize(row.Body, CoreJson.Default.EvidenceSlice)
        ?? throw new InvalidDataException($"slice {row.Number} is empty");

    /// <summary>The prepared statements of the writer's connection: a thousand rollouts append a slice each second, and to prepare them anew would cost more than the slice.</summary>
    internal sealed class Appender : IDisposable
    {
        private readonly SqliteCommand _last;
        private readonly SqliteCommand _insert;

        public Appender(SqliteConnection connection)
        {
            _last = Command(connection, "SELECT number, digest FROM evidence WHERE run = $0 ORDER BY number DESC LIMIT 1", SqliteType.Integer);
            _insert = Command(
                connection, "INSERT INTO evidence (run, number, body, digest) VALUES ($0, $1, $2, $3)", SqliteType.Integer, SqliteType.Integer, SqliteType.Text, SqliteType.Text);
        }

        /// <summary>Appends a slice. Call in a transaction.</summary>
        /// <returns>The run's digest after it.</returns>
        /// <exception cref="ArgumentException">The number does not follow the last one.</exception>
        public string Append(int run, long number, byte[] body)
        {
            var (lastNumber, lastDigest) = Last(run);
            if (number != lastNumber + 1)
            {
                throw new ArgumentException($"slice {number} of run {run} does not follow slice {lastNumber}", nameof(number));
            }

            var digest = LedgerChain.Extend(lastDigest, body);
            Set(_insert, run, number, Encoding.UTF8.GetString(body), digest);
            _insert.ExecuteNonQuery();
            return digest;
        }

        public void Dispose()
        {
            _last.Dispose();
            _insert.Dispose();
        }

        private static SqliteCommand Command(SqliteConnection connection, string text, params ReadOnlySpan<SqliteType> types)
        {
            var command = connection.CreateCommand();
            command.CommandText = text;
            foreach (var type in types)
            {
                command.Parameters.Add($"${command.Parameters.Count}", type);
            }

            return command;
        }

        private static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
        {
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i];
            }
        }

        private (long Number, string Digest) Last(int run)
        {
            Set(_last, run);
            using var reader = _last.ExecuteReader();
            return reader.Read() ? (reader.GetInt64(0), reader.GetString(1)) : (0, "");
        }
    }
}
