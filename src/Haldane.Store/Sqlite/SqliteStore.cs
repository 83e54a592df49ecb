using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Store.Archive;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite;

/// <summary>Everything durable in one SQLite file. One process may have it open; others may read its ledger beside it.</summary>
/// <remarks>
/// Write-ahead log, flushed at each commit: what a completed task wrote outlives a power cut. Writes that wait together share a commit.
/// Reads have connections of their own and do not wait for writes. Safe from any thread.
/// </remarks>
public sealed class SqliteStore : IRolloutStore, IEvidenceReader, IEvidenceArchive
{
    // Some ten milliseconds of the disk.
    private const int ForgottenAtOnce = 500;

    private readonly FileStream _lock;
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly SqliteLedger _ledger;
    private readonly HeadSigner _signer;
    private readonly FeedbackTable.Insert _insert;
    private readonly EvidenceTable.Appender _evidence;
    private readonly EvidenceArchive? _archive;
    private int _disposed;

    private SqliteStore(string path, FileStream held, SqliteConnection connection, SqliteStoreOptions options)
    {
        var fault = HeadTable.FindFault(connection); // before the writer has the connection to itself
        FilePath = path;
        _archive = options.Archive;
        _lock = held;
        _insert = new(connection);
        _evidence = new(connection);
        _writer = new(connection, path, options);
        _readers = new(path, options);
        _ledger = new(_readers);
        Webhooks = new SqliteWebhooks(_writer, _readers);
        _signer = new(_writer, options.Time, fault);
    }

    /// <summary>The version of the native SQLite in use, e.g. <c>3.40.1</c>.</summary>
    public static string SqliteVersion => SqliteLibrary.Version;

    /// <summary>The file, as a full path.</summary>
    public string FilePath { get; }

    /// <summary>Why the ledger's end could not be signed the last time, or could not when the store was opened; null when all is well. Decisions are recorded all the same.</summary>
    public string? SigningFault => _signer.Fault;

    /// <summary>How far webhooks have come with the ledger.</summary>
    public IWebhookStore Webhooks { get; }

    /// <summary>The queue of writes, for tests that break the file under it.</summary>
    internal SqliteWriter Writer => _writer;

    /// <summary>Opens the store for this process alone; makes the file, for its owner only, when it is not there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <param name="archive">Where evidence of old runs is; null: nowhere.</param>
    /// <exception cref="StoreUnavailableException">
    /// It is in use, damaged, newer than this program, or cannot be written; the message says what to do.
    /// </exception>
    public static Task<SqliteStore> OpenAsync(string path, CancellationToken cancel, EvidenceArchive? archive = null) => OpenAsync(path, new() { Archive = archive }, cancel);

    /// <summary>Opens the ledger for reading, also while another process has the store open.</summary>
    /// <exception cref="StoreUnavailableException">It is not there, damaged, or newer than this program; the message says what to do.</exception>
    public static async Task<SqliteLedger> OpenReadOnlyAsync(string path, CancellationToken cancel, EvidenceArchive? archive = null) => new(await SqliteReaders.OpenAsync(path, archive, cancel));

    /// <summary>Opens rollouts and evidence for reading, also while another process has the store open.</summary>
    /// <exception cref="StoreUnavailableException">It is not there, damaged, or newer than this program; the message says what to do.</exception>
    public static async Task<SqliteRecords> OpenRecordsAsync(string path, CancellationToken cancel, EvidenceArchive? archive = null) => new(await SqliteReaders.OpenAsync(path, archive, cancel));

    /// <inheritdoc/>
    public Task<byte[]> InstallationKeyAsync(CancellationToken cancel) => _writer.RunAsync(
        "keep the installation's key",
        connection =>
        {
            connection.Execute(
                "INSERT INTO installation (only, key) VALUES (1, @key) ON CONFLICT (only) DO NOTHING",
                new { key = RandomNumberGenerator.GetBytes(32) });
            var key = connection.QuerySingle<byte[]>("SELECT key FROM installation");
            return key.Length == 32 ? key : throw new InvalidDataException($"the installation's key has {key.Length} bytes, not 32");
        },
        cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Rollout>> RolloutsAsync(CancellationToken cancel) => _readers.RolloutsAsync(cancel);

    /// <inheritdoc/>
    public IAsyncEnumerable<SliceText> SliceTextsAsync(int run, CancellationToken cancel) => _readers.SliceTextsAsync(run, cancel);

    /// <inheritdoc/>
    public Task<int> LastRunAsync(CancellationToken cancel) => _readers.RunAsync(
        "read the last run", connection => connection.ExecuteScalar<int>("SELECT coalesce(max(run), 0) FROM rollout"), cancel);

    /// <inheritdoc/>
    public Task<LedgerRecord> RecordAsync(LedgerEntry entry, Rollout next, CancellationToken cancel)
    {
        RolloutAgreement.Require(entry, next);
        var state = JsonSerializer.Serialize(next, CoreJson.Default.Rollout);
        return RecordAsync("record a decision", connection => LedgerTable.Append(connection, entry, next, state), cancel);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LedgerRecord>> RecordAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancel)
    {
        var settings = entries.Select(e => e is { Setting: { } set, Rollout: "", EvidenceUpTo: 0 } ? set : throw new ArgumentException("an entry sets or removes nothing", nameof(entries))).ToList();
        return RecordAsync<IReadOnlyList<LedgerRecord>>("record a setting", connection => [.. entries.Zip(settings, (entry, setting) => LedgerTable.Append(connection, entry, setting))], cancel);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Setting>> SettingsAsync(string kind, CancellationToken cancel) =>
        _readers.RunAsync("read the settings", connection => LedgerTable.Settings(connection, kind), cancel);

    /// <inheritdoc/>
    public Task<string> AppendEvidenceAsync(int run, EvidenceSlice slice, CancellationToken cancel)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(slice, CoreJson.Default.EvidenceSlice);
        return _writer.RunAsync("keep evidence", _ => _evidence.Append(run, slice.Number, body), cancel);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredSlice> EvidenceAsync(int run, CancellationToken cancel) => _readers.EvidenceAsync(run, cancel);

    /// <inheritdoc/>
    public Task KeepSummaryAsync(RunSummary summary, CancellationToken cancel)
    {
        var body = JsonSerializer.Serialize(summary, CoreJson.Default.RunSummary);
        return _writer.RunAsync(
            "keep a summary", connection => connection.Execute("INSERT INTO run_summary (run, body) VALUES (@Run, @body) ON CONFLICT (run) DO UPDATE SET body = excluded.body", new { summary.Run, body }), cancel);
    }

    /// <inheritdoc/>
    public Task<RunSummary?> SummaryAsync(int run, CancellationToken cancel) => _readers.RunAsync(
        "read a summary",
        connection => connection.QuerySingleOrDefault<string>("SELECT body FROM run_summary WHERE run = @run", new { run }) is { } body ? JsonSerializer.Deserialize(body, CoreJson.Default.RunSummary) : null,
        cancel);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredRun>> StoredRunsAsync(CancellationToken cancel)
    {
        List<StoredRun> runs = [];
        while (await _readers.RunAsync("read the runs", connection => EvidenceTable.Next(connection, runs is [.., var last] ? last.Run : int.MinValue), cancel) is { } next)
        {
            runs.Add(next);
        }

        return runs;
    }

    /// <inheritdoc/>
    public Task<ArchivedRun> ArchiveAsync(int run, CancellationToken cancel) =>
        _archive is null ? throw new InvalidOperationException("there is no archive") : _archive.KeepAsync(run, _readers.StoredTextsAsync(run, cancel), cancel);

    /// <inheritdoc/>
    public Task<bool> ForgetAsync(int run, CancellationToken cancel) => _writer.RunAsync("forget evidence", connection => EvidenceTable.Forget(connection, run, ForgottenAtOnce), cancel);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long?>> AddFeedbackAsync(IReadOnlyList<JoinedFeedback> feedback, CancellationToken cancel)
    {
        if (feedback.Count == 0)
        {
            return [];
        }

        var rows = feedback.Select(FeedbackTable.ToRow).ToArray();
        return await _writer.RunAsync("keep feedback", _ => Array.ConvertAll(rows, _insert.Run), cancel);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredFeedback> FeedbackAsync(int run, long after, CancellationToken cancel) => _readers.PagesAsync(
        "read feedback", (connection, last, limit) => FeedbackTable.Read(connection, run, last, limit), row => row.Position, after, cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LedgerRecord>> LedgerAsync(long? before, int limit, string? rollout, CancellationToken cancel) =>
        _ledger.LedgerAsync(before, limit, rollout, cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LedgerRecord>> RecordsAsync(long after, int limit, string? rollout, CancellationToken cancel) =>
        _ledger.RecordsAsync(after, limit, rollout, cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SignedHead>> SignedHeadsAsync(long after, int limit, CancellationToken cancel) => _ledger.SignedHeadsAsync(after, limit, cancel);

    /// <inheritdoc/>
    public Task<LedgerKey?> KeyAsync(CancellationToken cancel) => _ledger.KeyAsync(cancel);

    /// <inheritdoc/>
    public Task<LedgerCheck> VerifyAsync(LedgerKey? key, CancellationToken cancel) => _ledger.VerifyAsync(key, cancel);

    /// <summary>Finishes the writes under way, signs the ledger's end, moves the log into the file and gives the file free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _readers.Dispose();
            await _signer.DisposeAsync();
            await _writer.StopAsync();
            _insert.Dispose();
            _evidence.Dispose();
            await _writer.DisposeAsync();
            await _lock.DisposeAsync();
        }
    }

    private Task<T> RecordAsync<T>(string doing, Func<SqliteConnection, T> append, CancellationToken cancel) => _writer.RunAsync(
        doing,
        connection =>
        {
            var record = append(connection);
            _signer.Sign(connection);
            return record;
        },
        cancel);

    /// <summary>As the public one; tests choose how patient it is.</summary>
    internal static Task<SqliteStore> OpenAsync(string path, SqliteStoreOptions options, CancellationToken cancel) =>
        Task.Run(() => Open(Path.GetFullPath(path), options), cancel);

    private static SqliteStore Open(string path, SqliteStoreOptions options)
    {
        FileStream? held = null;
        SqliteConnection? connection = null;
        try
        {
            held = SqliteFile.Lock(path);
            SqliteFile.CreateIfMissing(path);
            connection = SqliteFile.OpenWriter(path);
            SqliteSchema.Prepare(connection, path);
            return new(path, held, connection, options);
        }
        catch (Exception e)
        {
            connection?.Dispose();
            held?.Dispose();
            if (SqliteErrors.IsOfTheStore(e))
            {
                throw SqliteErrors.Translate(e, path, "be opened");
            }

            throw;
        }
    }
}
