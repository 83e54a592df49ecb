using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Store.Sqlite.Verification;

namespace Haldane.Store.Sqlite;

/// <summary>The ledger of a store, for reading only; the store may be in use by another process.</summary>
/// <remarks>Safe from any thread.</remarks>
public sealed class SqliteLedger : ILedgerReader, IAsyncDisposable
{
    private readonly SqliteReaders _readers;

    internal SqliteLedger(SqliteReaders readers) => _readers = readers;

    /// <inheritdoc/>
    public Task<IReadOnlyList<LedgerRecord>> LedgerAsync(long? before, int limit, string? rollout, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return _readers.RunAsync("read the ledger", connection => LedgerTable.Read(connection, before, limit, rollout), cancel);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LedgerRecord>> RecordsAsync(long after, int limit, string? rollout, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return _readers.RunAsync("read the ledger", connection => LedgerTable.ReadOn(connection, after, limit, rollout), cancel);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SignedHead>> SignedHeadsAsync(long after, int limit, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return _readers.RunAsync<IReadOnlyList<SignedHead>>("read the signed heads", connection => HeadTable.Read(connection, after, limit), cancel);
    }

    /// <inheritdoc/>
    public Task<LedgerKey?> KeyAsync(CancellationToken cancel) => _readers.RunAsync("read the ledger's key", HeadTable.PublicKey, cancel);

    /// <inheritdoc/>
    /// <remarks>Reads one committed state from the disk; writes go on beside it and are not part of it.</remarks>
    public Task<LedgerCheck> VerifyAsync(LedgerKey? key, CancellationToken cancel) =>
        _readers.RunFreshAsync("verify the ledger", connection => StoreVerification.Run(connection, key, _readers.Archive, cancel), cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _readers.Dispose();
        return ValueTask.CompletedTask;
    }
}
