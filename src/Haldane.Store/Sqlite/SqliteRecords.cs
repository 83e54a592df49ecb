using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.Store.Sqlite;

/// <summary>A slice as it is stored.</summary>
/// <param name="Number">The number under which it stands.</param>
/// <param name="Body">The slice as JSON.</param>
public sealed record SliceText(long Number, string Body);

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

    /// <summary>The evidence of a run in order, letter by letter as it is stored: what its digest covers.</summary>
    public IAsyncEnumerable<SliceText> SliceTextsAsync(int run, CancellationToken cancel) => _readers.PagesAsync(
        "read evidence", (connection, after, limit) => EvidenceTable.ReadTexts(connection, run, after, limit), slice => slice.Number, 0, cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _readers.Dispose();
        return ValueTask.CompletedTask;
    }
}
