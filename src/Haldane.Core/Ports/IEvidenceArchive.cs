using Haldane.Core.Ledger;

namespace Haldane.Core.Ports;

/// <summary>A run whose evidence is in the store.</summary>
/// <param name="Run">The run.</param>
/// <param name="Until">When its last slice ended.</param>
public sealed record StoredRun(int Run, DateTimeOffset Until);

/// <summary>Moves evidence out of the store, so that it does not grow for ever. Any thread.</summary>
public interface IEvidenceArchive
{
    /// <summary>The runs whose evidence is in the store, in order.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    Task<IReadOnlyList<StoredRun>> StoredRunsAsync(CancellationToken cancel);

    /// <summary>Writes the evidence of a run into the archive; it is durable there when this returns, and still in the store. Written before, it is only checked.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer, the archive cannot be written, or holds something else under this name.</exception>
    Task<ArchivedRun> ArchiveAsync(int run, CancellationToken cancel);

    /// <summary>Removes a part of a run's evidence and feedback from the store; only after the record of its archive.</summary>
    /// <returns>Whether anything is left.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    Task<bool> ForgetAsync(int run, CancellationToken cancel);
}
