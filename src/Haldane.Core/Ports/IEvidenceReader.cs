using Haldane.Core.Rollouts;

namespace Haldane.Core.Ports;

/// <summary>A slice as it is stored.</summary>
/// <param name="Number">The number under which it stands.</param>
/// <param name="Body">The slice as JSON.</param>
public sealed record SliceText(long Number, string Body);

/// <summary>Reads what records of the ledger rest on.</summary>
/// <remarks>Any thread. All throw <see cref="StoreUnavailableException"/> when the store does not answer.</remarks>
public interface IEvidenceReader
{
    /// <summary>The last recorded state of every rollout, whatever its phase, by name.</summary>
    Task<IReadOnlyList<Rollout>> RolloutsAsync(CancellationToken cancel);

    /// <summary>The evidence of a run in order, letter by letter as it is stored: what its digest covers.</summary>
    IAsyncEnumerable<SliceText> SliceTextsAsync(int run, CancellationToken cancel);
}
