using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Haldane.Core;
using Haldane.Core.Feedback;
using Haldane.Core.Ports;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Haldane.Store.Sqlite;

/// <summary>The feedback of every run, in order of arrival, each key once.</summary>
internal static class FeedbackTable
{
    /// <summary>A key has 16 bytes.</summary>
    private const int KeyBytes = 16;

    private const string TimeForm = "O"; // keeps the offset and every tick

    /// <summary>A row as the table holds it.</summary>
    internal sealed record Row(
        byte[] Key, long Run, long Stage, long Arm, long SegmentCode, long Subject, long? Wrong, string? Numbers, string? At, string? Events, double? Confidence);

    private sealed record StoredRow(
        long Position, byte[] Key, long Run, long Stage, long Arm, long SegmentCode, long Subject, long? Wrong, string? Numbers, string? At, string? Events, double? Confidence);

    /// <summary>Brings an item into its stored form.</summary>
    /// <exception cref="ArgumentException">The key is not 16 bytes in hex, or a number is not finite.</exception>
    public static Row ToRow(JoinedFeedback item)
    {
        if (item.Key.Length != 2 * KeyBytes || !item.Key.All(char.IsAsciiHexDigit))
        {
            throw new ArgumentException($"a feedback key has {KeyBytes} bytes in hex, not '{item.Key}'", nameof(item));
        }

        return new(
            Convert.FromHexString(item.Key),
            item.Run,
            item.Stage,
            (long)item.Arm,
            item.SegmentCode,
            item.Subject,
            item.Wrong is { } wrong ? (wrong ? 1 : 0) : null,
            item.Values.Count == 0 ? null : JsonSerializer.Serialize(item.Values, StoreJson.Default.IReadOnlyDictionaryStringDouble),
            item.At?.ToString(TimeForm),
            item.Events.Count == 0 ? null : JsonSerializer.Serialize(item.Events, StoreJson.Default.IReadOnlyListString),
            item.Confidence);
    }

    /// <summary>The feedback of a run after a position, in order.</summary>
    public static List<StoredFeedback> Read(SqliteConnection connection, int run, long after, int limit)
    {
        var rows = connection.Query<StoredRow>(
            """
            SELECT position, key, run, stage, arm, segment_code AS segmentCode, subject, wrong, numbers, at, events, confidence FROM feedback
            WHERE run = @run AND position > @after ORDER BY position LIMIT @limit
            """,
            new { run, after, limit },
            buffered: false);
        return [.. rows.Select(row => new StoredFeedback(row.Position, ToItem(row)))];
    }

    private static JoinedFeedback ToItem(StoredRow row) => new(
        Convert.ToHexStringLower(row.Key),
        (int)row.Run,
        (int)row.Stage,
        (Arm)row.Arm,
        (int)row.SegmentCode,
        (uint)row.Subject,
        row.Wrong is { } wrong ? wrong != 0 : null,
        row.Numbers is { } text
            ? JsonSerializer.Deserialize(text, StoreJson.Default.IReadOnlyDictionaryStringDouble)!
            : FrozenDictionary<string, double>.Empty,
        row.At is { } at ? DateTimeOffset.ParseExact(at, TimeForm, CultureInfo.InvariantCulture) : null)
    {
        Events = row.Events is { } names ? JsonSerializer.Deserialize(names, StoreJson.Default.IReadOnlyListString)! : [],
        Confidence = row.Confidence,
    };

    /// <summary>The prepared insert of the writer's connection; preparing it anew for each row would cost more than the row.</summary>
    internal sealed class Insert : IDisposable
    {
        private readonly SqliteCommand _command;
        private readonly SqliteParameter[] _parameters;

        public Insert(SqliteConnection connection)
        {
            _command = connection.CreateCommand();
            _command.CommandText = """
                INSERT INTO feedback (key, run, stage, arm, segment_code, subject, wrong, numbers, at, events, confidence)
                VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (key) DO NOTHING
                """;
            _parameters = [.. Enumerable.Range(0, 11).Select(i => _command.Parameters.Add("$" + i, SqliteType.Integer))];
            _parameters[0].SqliteType = SqliteType.Blob;
            _parameters[7].SqliteType = SqliteType.Text;
            _parameters[8].SqliteType = SqliteType.Text;
            _parameters[9].SqliteType = SqliteType.Text;
            _parameters[10].SqliteType = SqliteType.Real;
        }

        /// <summary>Inserts a row unless its key is there.</summary>
        /// <returns>Its position; null when the key was there.</returns>
        public long? Run(Row row)
        {
            _parameters[0].Value = row.Key;
            _parameters[1].Value = row.Run;
            _parameters[2].Value = row.Stage;
            _parameters[3].Value = row.Arm;
            _parameters[4].Value = row.SegmentCode;
            _parameters[5].Value = row.Subject;
            _parameters[6].Value = (object?)row.Wrong ?? DBNull.Value;
            _parameters[7].Value = (object?)row.Numbers ?? DBNull.Value;
            _parameters[8].Value = (object?)row.At ?? DBNull.Value;
            _parameters[9].Value = (object?)row.Events ?? DBNull.Value;
            _parameters[10].Value = (object?)row.Confidence ?? DBNull.Value;
            return _command.ExecuteNonQuery() == 0 ? null : raw.sqlite3_last_insert_rowid(_command.Connection!.Handle);
        }

        public void Dispose() => _command.Dispose();
    }
}

/// <summary>JSON of what only this store holds.</summary>
[JsonSerializable(typeof(IReadOnlyDictionary<string, double>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class StoreJson : JsonSerializerContext;
