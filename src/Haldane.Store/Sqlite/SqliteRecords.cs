using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.Store.Sqlite;

/// <summary>The rollouts of a store and their evidence, for reading only; the store may be in use by another process.</summary>
/// <remarks>Safe from any thread.</remarks>
public sealed class SqliteRecords : IEvidenceReader, IAsyncDisposable
{
    private readonly SqliteReaders _readers;

    internal SqliteRecords(SqliteReaders readers) => _readers = readers;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Rollout>> RolloutsAsync(CancellationToken cancel) => _readers.RolloutsAsync(cancel);

    /// <summary>The evidence of a run in order, as far as it is in the store.</summary>
    public IAsyncEnumerable<StoredSlice> EvidenceAsync(int run, CancellationToken cancel) => _readers.EvidenceAsync(run, cancel);

    /// <inheritdoc/>
    public IAsyncEnumerable<SliceText> SliceTextsAsync(int run, CancellationToken cancel) => _readers.SliceTextsAsync(run, cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _readers.Dispose();
        return ValueTask.CompletedTask;
    }
}
