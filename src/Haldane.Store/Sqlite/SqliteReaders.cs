using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Dapper;
using Haldane.Core;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Store.Archive;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite;

/// <summary>Connections that read. Each read sees one committed state and never waits for the writer.</summary>
/// <remarks>Safe from any thread. A connection belongs to one read at a time and goes back when the read is over.</remarks>
internal sealed class SqliteReaders(string path, SqliteStoreOptions options) : IDisposable
{
    // Rows that one read takes into memory: some megabytes of slices, and no read stays open while its reader thinks.
    private const int Page = 256;

    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private readonly SemaphoreSlim _places = new(options.Readers, options.Readers);
    private volatile bool _closed;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Reads on a connection that may have been used before.</summary>
    public Task<T> RunAsync<T>(string doing, Func<SqliteConnection, T> read, CancellationToken cancel) => RunAsync(doing, read, false, cancel);

    /// <summary>Reads on a new connection: what comes back is from the disk, not from memory.</summary>
    public Task<T> RunFreshAsync<T>(string doing, Func<SqliteConnection, T> read, CancellationToken cancel) => RunAsync(doing, read, true, cancel);

    /// <summary>Readers of a store that another process may have open.</summary>
    /// <exception cref="StoreUnavailableException">The file is not there, not a store, damaged, or newer than this program; the message says what to do.</exception>
    public static async Task<SqliteReaders> OpenAsync(string path, EvidenceArchive? archive, CancellationToken cancel)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (!File.Exists(full))
        {
            throw new StoreUnavailableException($"there is no store '{full}'");
        }

        var readers = new SqliteReaders(full, new() { Archive = archive });
        try
        {
            await readers.RunAsync(
                "be opened",
                connection =>
                {
                    SqliteSchema.Check(connection, full);
                    return true;
                },
                cancel);
            return readers;
        }
        catch
        {
            readers.Dispose();
            throw;
        }
    }

    /// <summary>The last recorded state of every rollout, by name.</summary>
    public Task<IReadOnlyList<Rollout>> RolloutsAsync(CancellationToken cancel) => RunAsync<IReadOnlyList<Rollout>>(
        "read the rollouts",
        connection => [.. connection.Query<string>("SELECT state FROM rollout ORDER BY name").Select(Parse)],
        cancel);

    /// <summary>The evidence of a run in order.</summary>
    public IAsyncEnumerable<StoredSlice> EvidenceAsync(int run, CancellationToken cancel) => PagesAsync(
        "read evidence", (connection, after, limit) => EvidenceTable.Read(connection, run, after, limit), slice => slice.Slice.Number, 0, cancel);

    /// <summary>The archive, or null.</summary>
    public EvidenceArchive? Archive => options.Archive;

    /// <summary>The same, letter by letter as it is stored, or as it is in the archive.</summary>
    public async IAsyncEnumerable<SliceText> SliceTextsAsync(int run, [EnumeratorCancellation] CancellationToken cancel)
    {
        // Not by what is in the folder: only the ledger knows what was moved there.
        var isMoved = Archive is not null && await RunAsync("read the settings", connection => LedgerTable.Settings(connection, Setting.Evidence).Any(s => s.Name == run.ToString(CultureInfo.InvariantCulture)), cancel);
        await foreach (var slice in isMoved ? Archive!.ReadAsync(run, cancel) : StoredTextsAsync(run, cancel))
        {
            yield return slice;
        }
    }

    /// <summary>What of it is in the store.</summary>
    public IAsyncEnumerable<SliceText> StoredTextsAsync(int run, CancellationToken cancel) => PagesAsync(
        "read evidence", (connection, after, limit) => EvidenceTable.ReadTexts(connection, run, after, limit), slice => slice.Number, 0, cancel);

    /// <summary>Reads page after page. Rows are only ever appended, so pages that are read one after another fit together.</summary>
    public async IAsyncEnumerable<T> PagesAsync<T>(
        string doing,
        Func<SqliteConnection, long, int, List<T>> read,
        Func<T, long> place,
        long after,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        List<T> page;
        do
        {
            var last = after;
            page = await RunAsync(doing, connection => read(connection, last, Page), cancel);
            foreach (var row in page)
            {
                yield return row;
                after = place(row);
            }
        }
        while (page.Count == Page);
    }

    /// <summary>Closes the connections. Reads under way finish and close their own.</summary>
    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }

    private static Rollout Parse(string state) => JsonSerializer.Deserialize(state, CoreJson.Default.Rollout)
        ?? throw new InvalidDataException("the state of a rollout is empty");

    private async Task<T> RunAsync<T>(string doing, Func<SqliteConnection, T> read, bool fresh, CancellationToken cancel)
    {
        if (!await _places.WaitAsync(options.Patience, cancel))
        {
            throw new StoreUnavailableException($"the store '{path}' could not {doing}: too many reads are under way");
        }

        try
        {
            // SQLite blocks the thread that calls it.
            return await Task.Run(() => Read(doing, read, fresh), cancel);
        }
        finally
        {
            _places.Release();
        }
    }

    private T Read<T>(string doing, Func<SqliteConnection, T> read, bool fresh)
    {
        if (_closed)
        {
            throw new StoreUnavailableException($"the store '{path}' could not {doing}: it is closed");
        }

        SqliteConnection? connection = null;
        try
        {
            connection = !fresh && _idle.TryTake(out var idle) ? idle : SqliteFile.OpenReader(path);
            var result = read(connection);
            if (!fresh)
            {
                _idle.Add(connection);
                connection = null;
                if (_closed)
                {
                    Dispose(); // closed while we read
                }
            }

            return result;
        }
        catch (Exception e) when (SqliteErrors.IsOfTheStore(e))
        {
            throw SqliteErrors.Translate(e, path, doing);
        }
        finally
        {
            connection?.Dispose();
        }
    }
}
