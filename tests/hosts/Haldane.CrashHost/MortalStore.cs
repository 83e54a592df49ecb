using Haldane.Core.Evidence;
using Haldane.Core.Feedback;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.CrashHost;

/// <summary>A store whose process may die just before a write, or when the write is durable and nobody knows it yet.</summary>
internal sealed class MortalStore(IRolloutStore store, Death death) : IRolloutStore
{
    public Task<byte[]> InstallationKeyAsync(CancellationToken cancel) => store.InstallationKeyAsync(cancel);

    public Task<IReadOnlyList<Rollout>> RolloutsAsync(CancellationToken cancel) => store.RolloutsAsync(cancel);

    public Task<int> LastRunAsync(CancellationToken cancel) => store.LastRunAsync(cancel);

    public Task<LedgerRecord> RecordAsync(LedgerEntry entry, Rollout next, CancellationToken cancel) => AroundAsync("record", () => store.RecordAsync(entry, next, cancel));

    public Task<IReadOnlyList<LedgerRecord>> RecordAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancel) => store.RecordAsync(entries, cancel);

    public Task<IReadOnlyList<Setting>> SettingsAsync(string kind, CancellationToken cancel) => store.SettingsAsync(kind, cancel);

    public Task<string> AppendEvidenceAsync(int run, EvidenceSlice slice, CancellationToken cancel) => AroundAsync("evidence", () => store.AppendEvidenceAsync(run, slice, cancel));

    public IAsyncEnumerable<StoredSlice> EvidenceAsync(int run, CancellationToken cancel) => store.EvidenceAsync(run, cancel);

    public Task KeepSummaryAsync(RunSummary summary, CancellationToken cancel) => store.KeepSummaryAsync(summary, cancel);

    public Task<RunSummary?> SummaryAsync(int run, CancellationToken cancel) => store.SummaryAsync(run, cancel);

    public Task<IReadOnlyList<long?>> AddFeedbackAsync(IReadOnlyList<JoinedFeedback> feedback, CancellationToken cancel) => AroundAsync("feedback", () => store.AddFeedbackAsync(feedback, cancel));

    public IAsyncEnumerable<StoredFeedback> FeedbackAsync(int run, long after, CancellationToken cancel) => store.FeedbackAsync(run, after, cancel);

    public Task<IReadOnlyList<LedgerRecord>> LedgerAsync(long? before, int limit, string? rollout, CancellationToken cancel) => store.LedgerAsync(before, limit, rollout, cancel);

    public Task<IReadOnlyList<LedgerRecord>> RecordsAsync(long after, int limit, string? rollout, CancellationToken cancel) => store.RecordsAsync(after, limit, rollout, cancel);

    public Task<IReadOnlyList<SignedHead>> SignedHeadsAsync(long after, int limit, CancellationToken cancel) => store.SignedHeadsAsync(after, limit, cancel);

    public Task<LedgerKey?> KeyAsync(CancellationToken cancel) => store.KeyAsync(cancel);

    public Task<LedgerCheck> VerifyAsync(LedgerKey? key, CancellationToken cancel) => store.VerifyAsync(key, cancel);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private async Task<T> AroundAsync<T>(string write, Func<Task<T>> act)
    {
        death.Reach($"before-{write}");
        var result = await act();
        death.Reach($"after-{write}");
        return result;
    }
}
