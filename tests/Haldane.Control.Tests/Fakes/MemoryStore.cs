using System.Runtime.CompilerServices;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Tests.Fakes;

/// <summary>What outlives a controller: the content of a store, in the form in which it is stored.</summary>
internal sealed class Disk
{
    public Dictionary<string, string> Rollouts { get; } = new(StringComparer.Ordinal);

    public List<LedgerRecord> Ledger { get; } = [];

    public Dictionary<(string Kind, string Name), Setting> Settings { get; } = [];

    public Dictionary<int, string> Summaries { get; } = [];

    public Dictionary<int, List<(string Body, string Digest)>> Evidence { get; } = [];

    public List<StoredFeedback> Feedback { get; } = [];

    public IReadOnlyList<LedgerEntry> Entries => [.. Ledger.Select(r => r.Entry)];

    public LedgerEntry? Last => Ledger.Count == 0 ? null : Ledger[^1].Entry;

    public IReadOnlyList<string> Kinds => [.. Entries.Select(e => e.Kind)];

    public IReadOnlyList<EvidenceSlice> Slices(int run) =>
        [.. Evidence.GetValueOrDefault(run, []).Select(e => JsonSerializer.Deserialize(e.Body, CoreJson.Default.EvidenceSlice)!)];
}

/// <summary>The process is thought to have died here.</summary>
internal sealed class CrashException() : Exception("the process died");

/// <summary>A store in memory that keeps the contract of the port and fails when it is told to. Any thread.</summary>
internal sealed class MemoryStore(Disk disk, Journal journal) : IRolloutStore, IEvidenceReader
{
    private readonly Lock _gate = new();
    private int _calls;

    /// <summary>Number of calls so far.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Whether the call of that number and name fails before it does anything.</summary>
    public Func<int, string, bool> IsDown { get; set; } = (_, _) => false;

    /// <summary>After the call of this number nothing more is heard of the process; 0 for never.</summary>
    public int DiesAfter { get; set; }

    /// <summary>Whether it has died.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Told of each call before it does anything and once it is durable; what it throws ends the process there.</summary>
    public Action<string> Reaching { get; set; } = _ => { };

    /// <summary>What the next evidence write throws, once.</summary>
    public Exception? Surprise { get; set; }

    /// <summary>Runs inside a write after it is durable, before it returns.</summary>
    public Action<string>? Written { get; set; }

    /// <summary>What a call waits for before it does anything, by its name; calls that do not wait are done in the order in which they were made.</summary>
    public Func<string, Task> Gate { get; set; } = _ => Task.CompletedTask;

    /// <summary>Writes of feedback wait for this.</summary>
    public Task FeedbackGate { get; set; } = Task.CompletedTask;

    public Task<byte[]> InstallationKeyAsync(CancellationToken cancel) => Task.FromResult(new byte[32]);

    public Task<IReadOnlyList<Rollout>> RolloutsAsync(CancellationToken cancel) => CallAsync<IReadOnlyList<Rollout>>(
        "rollouts", () => [.. disk.Rollouts.Values.Select(r => JsonSerializer.Deserialize(r, CoreJson.Default.Rollout)!)], cancel);

    public Task<int> LastRunAsync(CancellationToken cancel) => CallAsync(
        "last run", () => disk.Ledger.Select(r => r.Entry.Run).DefaultIfEmpty(0).Max(), cancel);

    public Task<LedgerRecord> RecordAsync(LedgerEntry entry, Rollout next, CancellationToken cancel) => CallAsync(
        $"record {entry.Kind} {entry.Rollout} run {entry.Run} stage {entry.Stage} {entry.To}",
        () =>
        {
            if (entry.EvidenceUpTo > 0 && disk.Evidence[entry.Run][(int)entry.EvidenceUpTo - 1].Digest != entry.EvidenceDigest)
            {
                throw new ArgumentException("the entry does not rest on stored evidence", nameof(entry));
            }

            var record = LedgerChain.Append(entry, disk.Ledger.Count + 1, disk.Ledger.Count == 0 ? LedgerChain.Beginning : disk.Ledger[^1].Hash);
            disk.Ledger.Add(record);
            disk.Rollouts[next.Name] = JsonSerializer.Serialize(next, CoreJson.Default.Rollout);
            return record;
        },
        cancel);

    public Task<IReadOnlyList<LedgerRecord>> RecordAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancel) => CallAsync<IReadOnlyList<LedgerRecord>>(
        string.Join(", ", entries.Select(e => $"record {e.Kind} {e.Setting!.Kind} {e.Setting.Name}")),
        () =>
        [
            .. entries.Select(entry =>
            {
                var record = LedgerChain.Append(entry, disk.Ledger.Count + 1, disk.Ledger.Count == 0 ? LedgerChain.Beginning : disk.Ledger[^1].Hash);
                disk.Ledger.Add(record);
                disk.Settings[(entry.Setting!.Kind, entry.Setting.Name)] = record.Entry.Setting!;
                return record;
            }),
        ],
        cancel);

    public Task<IReadOnlyList<Setting>> SettingsAsync(string kind, CancellationToken cancel) => CallAsync<IReadOnlyList<Setting>>(
        $"read settings {kind}", () => [.. disk.Settings.Values.Where(s => s.Kind == kind && s.Body is not null).OrderBy(s => s.Name, StringComparer.Ordinal)], cancel);

    public Task<string> AppendEvidenceAsync(int run, EvidenceSlice slice, CancellationToken cancel) => CallAsync(
        $"evidence {run}/{slice.Number}",
        () =>
        {
            if (Surprise is { } surprise)
            {
                Surprise = null;
                throw surprise;
            }

            if (!disk.Evidence.TryGetValue(run, out var slices))
            {
                disk.Evidence[run] = slices = [];
            }

            if (slice.Number != slices.Count + 1)
            {
                throw new ArgumentException($"slice {slice.Number} does not follow {slices.Count}", nameof(slice));
            }

            var body = JsonSerializer.SerializeToUtf8Bytes(slice, CoreJson.Default.EvidenceSlice);
            var digest = LedgerChain.Extend(slices.Count == 0 ? "" : slices[^1].Digest, body);
            slices.Add((System.Text.Encoding.UTF8.GetString(body), digest));
            return digest;
        },
        cancel);

    public async IAsyncEnumerable<StoredSlice> EvidenceAsync(int run, [EnumeratorCancellation] CancellationToken cancel)
    {
        var slices = await CallAsync("read evidence", () => disk.Slices(run).Zip(disk.Evidence.GetValueOrDefault(run, [])).ToList(), cancel);
        foreach (var (slice, stored) in slices)
        {
            yield return new(slice, stored.Digest);
        }
    }

    public async IAsyncEnumerable<SliceText> SliceTextsAsync(int run, [EnumeratorCancellation] CancellationToken cancel)
    {
        var texts = await CallAsync("read evidence", () => disk.Evidence.GetValueOrDefault(run, []).Select((e, i) => new SliceText(i + 1, e.Body)).ToList(), cancel);
        foreach (var text in texts)
        {
            yield return text;
        }
    }

    // Not in the journal: nothing is decided by it.
    public Task KeepSummaryAsync(RunSummary summary, CancellationToken cancel)
    {
        if (IsDead || IsDown(-1, "summary"))
        {
            return Task.FromException(new StoreUnavailableException("the store is down"));
        }

        disk.Summaries[summary.Run] = JsonSerializer.Serialize(summary, CoreJson.Default.RunSummary);
        return Task.CompletedTask;
    }

    public Task<RunSummary?> SummaryAsync(int run, CancellationToken cancel) =>
        Task.FromResult(disk.Summaries.TryGetValue(run, out var body) ? JsonSerializer.Deserialize(body, CoreJson.Default.RunSummary) : null);

    public async Task<IReadOnlyList<long?>> AddFeedbackAsync(IReadOnlyList<JoinedFeedback> feedback, CancellationToken cancel)
    {
        await FeedbackGate.WaitAsync(cancel);
        return await CallAsync<IReadOnlyList<long?>>("feedback", () => [.. feedback.Select(Add)], cancel);
    }

    public async IAsyncEnumerable<StoredFeedback> FeedbackAsync(int run, long after, [EnumeratorCancellation] CancellationToken cancel)
    {
        var rows = await CallAsync("read feedback", () => disk.Feedback.Where(f => f.Feedback.Run == run && f.Position > after).ToList(), cancel);
        foreach (var row in rows)
        {
            yield return row;
        }
    }

    public Task<IReadOnlyList<LedgerRecord>> LedgerAsync(long? before, int limit, string? rollout, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<LedgerRecord>>([.. disk.Ledger.Where(r => r.Number < (before ?? long.MaxValue) && (rollout is null || r.Entry.FiledUnder == rollout)).OrderByDescending(r => r.Number).Take(limit)]);

    public Task<IReadOnlyList<LedgerRecord>> RecordsAsync(long after, int limit, string? rollout, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<LedgerRecord>>([.. disk.Ledger.Where(r => r.Number > after && (rollout is null || r.Entry.FiledUnder == rollout)).Take(limit)]);

    // A memory has no use for signatures.
    public Task<IReadOnlyList<SignedHead>> SignedHeadsAsync(long after, int limit, CancellationToken cancel) => Task.FromResult<IReadOnlyList<SignedHead>>([]);

    public Task<LedgerKey?> KeyAsync(CancellationToken cancel) => Task.FromResult<LedgerKey?>(null);

    public Task<LedgerCheck> VerifyAsync(LedgerKey? key, CancellationToken cancel) => Task.FromResult(new LedgerCheck(disk.Ledger.Count, []));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Positions have holes, as those of a store with several runs have.
    private long? Add(JoinedFeedback item)
    {
        if (disk.Feedback.Any(f => f.Feedback.Key == item.Key))
        {
            return null;
        }

        disk.Feedback.Add(new((disk.Feedback.Count + 1) * 3, item));
        return disk.Feedback[^1].Position;
    }

    private async Task<T> CallAsync<T>(string name, Func<T> act, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await Gate(name);
        T result;
        lock (_gate)
        {
            var call = ++_calls;
            if (IsDead)
            {
                throw new CrashException();
            }

            if (IsDown(call, name))
            {
                journal.Write($"store down: {name}");
                throw new StoreUnavailableException("the disk is gone");
            }

            Reach($"before {name}");
            journal.Write(name);
            result = act();
            Reach($"after {name}");
            IsDead = call == DiesAfter;
        }

        await Task.Yield();
        Written?.Invoke(name);

        // The strictest engine: what is durable by now is not told to a caller that has gone meanwhile.
        cancel.ThrowIfCancellationRequested();
        return IsDead ? throw new CrashException() : result;
    }

    /// <summary>Tells of a point that the process comes to, and ends there if it is told to.</summary>
    public void Reach(string point)
    {
        try
        {
            Reaching(point);
        }
        catch (CrashException)
        {
            IsDead = true;
            throw;
        }
    }
}
