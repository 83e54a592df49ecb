using System.Collections.Concurrent;
using Haldane.Core.Ports;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite;

/// <summary>Connections that read. Each read sees one committed state and never waits for the writer.</summary>
/// <remarks>Safe from any thread. A connection belongs to one read at a time and goes back when the read is over.</remarks>
internal sealed class SqliteReaders(string path, SqliteStoreOptions options) : IDisposable
{
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private readonly SemaphoreSlim _places = new(options.Readers, options.Readers);
    private volatile bool _closed;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Reads on a connection that may have been used before.</summary>
    public Task<T> RunAsync<T>(string doing, Func<SqliteConnection, T> read, CancellationToken cancel) => RunAsync(doing, read, false, cancel);

    /// <summary>Reads on a new connection: what comes back is from the disk, not from memory.</summary>
    public Task<T> RunFreshAsync<T>(string doing, Func<SqliteConnection, T> read, CancellationToken cancel) => RunAsync(doing, read, true, cancel);

    /// <summary>Closes the connections. Reads under way finish and close their own.</summary>
    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }

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
