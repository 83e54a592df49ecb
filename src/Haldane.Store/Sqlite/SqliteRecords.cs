using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.Store.Sqlite;

/// <summary>The rollouts of a store and their evidence, for reading only; the store may be in use by another process.</summary>
/// <remarks>Safe from any thread.</remarks>
public sealed class SqliteRecords : IAsyncDisposable
{
    private readonly SqliteReaders _readers;

    internal SqliteRecords(SqliteReaders readers) => _readers = readers;

    /// <summary>The last recorded state of every rollout, by name.</summary>
    public Task<IReadOnlyList<Rollout>> RolloutsAsync(CancellationToken cancel) => _readers.RolloutsAsync(cancel);

    /// <summary>The evidence of a run in order.</summary>
    public IAsyncEnumerable<StoredSlice> EvidenceAsync(int run, CancellationToken cancel) => _readers.EvidenceAsync(run, cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _readers.Dispose();
        return ValueTask.CompletedTask;
    }
}
