using System.Threading.Channels;
using Dapper;
using Haldane.Core.Ports;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Haldane.Store.Sqlite;

/// <summary>The one connection that writes. Writes that wait together share a commit, and so its flush to the disk.</summary>
/// <remarks>
/// Any thread may ask; one loop works. Each write is its own savepoint: it happens wholly or not at all, whatever becomes of its neighbours, and
/// its task completes after the commit. A write that is cancelled or waits too long is withdrawn before it begins, so it never happens later.
/// </remarks>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly int _batch;
    private readonly Channel<Work> _queue;
    private readonly Task _loop;

    // Kept, for each write takes two of them.
    private readonly SqliteCommand _savepoint, _release, _undo;

    /// <summary>Takes over the connection.</summary>
    public SqliteWriter(SqliteConnection connection, string path, SqliteStoreOptions options)
    {
        _connection = connection;
        _path = path;
        _patience = options.Patience;
        _time = options.Time;
        _batch = options.QueueCapacity;
        (_savepoint, _release, _undo) = (Command("SAVEPOINT work"), Command("RELEASE work"), Command("ROLLBACK TO work"));
        _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(options.QueueCapacity) { SingleReader = true });
        _loop = Task.Run(DrainAsync);
    }

    /// <summary>Writes in turn; done when committed.</summary>
    /// <param name="doing">What is being done, for messages.</param>
    /// <param name="write">Runs on the loop, inside a transaction. An exception undoes this write only.</param>
    /// <param name="cancel">Withdraws the write if it has not begun.</param>
    public async Task<T> RunAsync<T>(string doing, Func<SqliteConnection, T> write, CancellationToken cancel)
    {
        var work = new Work<T>(doing, write);
        using var patience = new CancellationTokenSource(_patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            await _queue.Writer.WriteAsync(work, either.Token);
            await using var withdraw = either.Token.UnsafeRegister(static state => ((Work)state!).TryWithdraw(), work);
            return await work.Task;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new StoreUnavailableException(
                $"the store '{_path}' could not {doing}: its writes have been waiting for {_patience.TotalSeconds:0.#} s; look at the disk");
        }
        catch (ChannelClosedException)
        {
            throw new StoreUnavailableException($"the store '{_path}' could not {doing}: it is closed");
        }
    }

    /// <summary>Takes no more writes and finishes those that are queued.</summary>
    public async Task StopAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    /// <summary>Stops, moves the log into the file and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var command in (ReadOnlySpan<SqliteCommand>)[_savepoint, _release, _undo])
        {
            command.Dispose();
        }

        try
        {
            _connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // All that was promised is in the log already; the next opening reads it from there.
        }

        await _connection.DisposeAsync();
    }

    private SqliteCommand Command(string text)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    private async Task DrainAsync()
    {
        var batch = new List<Work>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < _batch && _queue.Reader.TryRead(out var work))
            {
                if (work.TryTake())
                {
                    batch.Add(work);
                }
            }

            if (batch.Count > 0)
            {
                Commit(batch);
            }
        }
    }

    private void Commit(List<Work> batch)
    {
        try
        {
            _connection.Execute("BEGIN IMMEDIATE");
            foreach (var work in batch)
            {
                Try(work);
            }

            _connection.Execute("COMMIT");
        }
        catch (Exception e) // the loop must live on; each caller gets the failure
        {
            RollBackIfOpen();
            foreach (var work in batch)
            {
                work.Fail(SqliteErrors.Translate(e, _path, work.Doing));
            }

            return;
        }

        foreach (var work in batch)
        {
            work.Complete();
        }
    }

    private void Try(Work work)
    {
        _savepoint.ExecuteNonQuery();
        try
        {
            work.Run(_connection);
        }
        catch (Exception e) when (IsInTransaction)
        {
            // Its own fault, or a failure that left the neighbours whole: undo it alone. Failures that ended the transaction go to Commit.
            work.Failure = SqliteErrors.Translate(e, _path, work.Doing);
            _undo.ExecuteNonQuery();
        }

        _release.ExecuteNonQuery();
    }

    // SQLite ends the transaction by itself on some failures (full disk, I/O error).
    private bool IsInTransaction => raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    private void RollBackIfOpen()
    {
        try
        {
            if (IsInTransaction)
            {
                _connection.Execute("ROLLBACK");
            }
        }
        catch (SqliteException)
        {
            // The next BEGIN fails then, and says so to its callers.
        }
    }

    /// <summary>A write on its way: waiting, then either taken or withdrawn, once.</summary>
    private abstract class Work(string doing)
    {
        private int _settled;

        public string Doing { get; } = doing;

        public Exception? Failure { get; set; }

        public bool TryTake() => Interlocked.Exchange(ref _settled, 1) == 0;

        public void TryWithdraw()
        {
            if (TryTake())
            {
                Cancel();
            }
        }

        public abstract void Run(SqliteConnection connection);

        public abstract void Complete();

        public abstract void Fail(Exception failure);

        protected abstract void Cancel();
    }

    private sealed class Work<T>(string doing, Func<SqliteConnection, T> write) : Work(doing)
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _done.Task;

        public override void Run(SqliteConnection connection) => _result = write(connection);

        public override void Complete()
        {
            if (Failure is { } failure)
            {
                _done.SetException(failure);
            }
            else
            {
                _done.SetResult(_result!);
            }
        }

        public override void Fail(Exception failure) => _done.SetException(Failure ?? failure);

        protected override void Cancel() => _done.SetCanceled();
    }
}
