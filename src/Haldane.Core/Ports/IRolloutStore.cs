using Haldane.Core.Evidence;
using Haldane.Core.Feedback;
using Haldane.Core.Ledger;
using Haldane.Core.Rollouts;

namespace Haldane.Core.Ports;

/// <summary>The store cannot be reached, is full, or is damaged.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A stored slice with the exact bytes that the evidence digest covers.</summary>
/// <param name="Slice">The slice.</param>
/// <param name="Digest">The run's digest after this slice, hex.</param>
public sealed record StoredSlice(EvidenceSlice Slice, string Digest);

/// <summary>A feedback row and its position in the store.</summary>
/// <param name="Position">Rises with every row.</param>
/// <param name="Feedback">The row.</param>
public sealed record StoredFeedback(long Position, JoinedFeedback Feedback);

/// <summary>What must outlive the process: ledger, rollouts, evidence, feedback, the installation's key.</summary>
/// <remarks>
/// Every method is safe to call from any thread; each write is one transaction and durable when its task completes.
/// All throw <see cref="StoreUnavailableException"/> when the store does not answer.
/// </remarks>
public interface IRolloutStore : ILedgerReader, IAsyncDisposable
{
    /// <summary>32 random bytes, made at the first call and the same ever after: the key of exchange tokens.</summary>
    Task<byte[]> InstallationKeyAsync(CancellationToken cancel);

    /// <summary>The last recorded state of every rollout, whatever its phase, by name.</summary>
    Task<IReadOnlyList<Rollout>> RolloutsAsync(CancellationToken cancel);

    /// <summary>The highest run number ever recorded; 0 when there was none.</summary>
    Task<int> LastRunAsync(CancellationToken cancel);

    /// <summary>Records a decision: the ledger record and the rollout's new state, both or neither.</summary>
    Task<LedgerRecord> RecordAsync(LedgerEntry entry, Rollout next, CancellationToken cancel);

    /// <summary>Records what somebody has set or removed: the ledger records and the settings, all or none.</summary>
    /// <param name="entries">The <see cref="LedgerEntry.Setting"/> of each says what.</param>
    /// <param name="cancel">Gives it up before it has begun.</param>
    Task<IReadOnlyList<LedgerRecord>> RecordAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancel);

    /// <summary>Everything of a kind that is set, by name.</summary>
    Task<IReadOnlyList<Setting>> SettingsAsync(string kind, CancellationToken cancel);

    /// <summary>Appends a slice to a run's evidence; its number must follow the last one.</summary>
    /// <returns>The run's evidence digest after it.</returns>
    Task<string> AppendEvidenceAsync(int run, EvidenceSlice slice, CancellationToken cancel);

    /// <summary>The evidence of a run in order.</summary>
    IAsyncEnumerable<StoredSlice> EvidenceAsync(int run, CancellationToken cancel);

    /// <summary>Keeps the summary of a run that has ended.</summary>
    Task KeepSummaryAsync(RunSummary summary, CancellationToken cancel);

    /// <summary>The summary of a run; null when none is kept.</summary>
    Task<RunSummary?> SummaryAsync(int run, CancellationToken cancel);

    /// <summary>Stores feedback that is not known yet.</summary>
    /// <returns>For each item its position, or null when its key was known already.</returns>
    Task<IReadOnlyList<long?>> AddFeedbackAsync(IReadOnlyList<JoinedFeedback> feedback, CancellationToken cancel);

    /// <summary>The feedback of a run, in order of position, after the given position.</summary>
    IAsyncEnumerable<StoredFeedback> FeedbackAsync(int run, long after, CancellationToken cancel);
}

/// <summary>Reads and checks the ledger.</summary>
public interface ILedgerReader
{
    /// <summary>The newest records first.</summary>
    /// <param name="before">Only records with a lower number; null for the newest.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="rollout">Only of this rollout; null for all.</param>
    /// <param name="cancel">Ends the reading.</param>
    Task<IReadOnlyList<LedgerRecord>> LedgerAsync(long? before, int limit, string? rollout, CancellationToken cancel);

    /// <summary>The oldest records first.</summary>
    /// <param name="after">Only records with a higher number; 0 for all.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="rollout">Only of this rollout; null for all.</param>
    /// <param name="cancel">Ends the reading.</param>
    Task<IReadOnlyList<LedgerRecord>> RecordsAsync(long after, int limit, string? rollout, CancellationToken cancel);

    /// <summary>The ends of the ledger that were signed, the oldest first.</summary>
    /// <param name="after">Only of records with a higher number; 0 for all.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancel">Ends the reading.</param>
    Task<IReadOnlyList<SignedHead>> SignedHeadsAsync(long after, int limit, CancellationToken cancel);

    /// <summary>The public key that they are signed with; null before the first one.</summary>
    Task<LedgerKey?> KeyAsync(CancellationToken cancel);

    /// <summary>Recomputes the whole chain, the evidence digests and the recorded end, and checks the signed heads; names every record that does not fit.</summary>
    /// <param name="key">The public key that somebody kept; null: the one that the ledger has itself.</param>
    /// <param name="cancel">Ends the work.</param>
    Task<LedgerCheck> VerifyAsync(LedgerKey? key, CancellationToken cancel);
}

/// <summary>What is asked of a store most.</summary>
public static class RolloutStoreExtensions
{
    /// <summary>Records one thing that somebody has set or removed.</summary>
    public static async Task<LedgerRecord> RecordAsync(this IRolloutStore store, LedgerEntry entry, CancellationToken cancel) => (await store.RecordAsync([entry], cancel))[0];
}

/// <summary>What is asked of a ledger most.</summary>
public static class LedgerReaderExtensions
{
    private const int Page = 500; // what the API gives at most

    /// <summary>The same, with the key that the ledger has itself.</summary>
    public static Task<LedgerCheck> VerifyAsync(this ILedgerReader ledger, CancellationToken cancel) => ledger.VerifyAsync(null, cancel);

    /// <summary>The records to the ledger's end, page by page, the oldest first. What is added meanwhile may be in it or not.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="after">Only records with a higher number; 0 for all.</param>
    /// <param name="rollout">Only of this rollout; null for all.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static IAsyncEnumerable<IReadOnlyList<LedgerRecord>> PagesAsync(this ILedgerReader ledger, long after, string? rollout, CancellationToken cancel) =>
        PagesAsync((last, limit) => ledger.RecordsAsync(last, limit, rollout, cancel), record => record.Number, after);

    /// <summary>All signed heads, page by page, the oldest first.</summary>
    public static IAsyncEnumerable<IReadOnlyList<SignedHead>> HeadPagesAsync(this ILedgerReader ledger, CancellationToken cancel) =>
        PagesAsync((last, limit) => ledger.SignedHeadsAsync(last, limit, cancel), head => head.Number, 0);

    // A page that does not lead on would be read for ever: whoever answers so, nothing more is asked of him.
    private static async IAsyncEnumerable<IReadOnlyList<T>> PagesAsync<T>(Func<long, int, Task<IReadOnlyList<T>>> read, Func<T, long> number, long after)
    {
        while (await read(after, Page) is { Count: > 0 } page && number(page[^1]) > after)
        {
            yield return page;
            after = number(page[^1]);
        }
    }
}
