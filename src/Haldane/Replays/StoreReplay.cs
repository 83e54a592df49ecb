using System.Text.Json;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Judge.Replay;
using Haldane.Store.Archive;
using Haldane.Store.Sqlite;

namespace Haldane.Replays;

/// <summary>Replays the runs of a rollout from a store, which may be in use.</summary>
internal sealed class StoreReplay : IAsyncDisposable
{
    private readonly SqliteLedger _ledger;
    private readonly SqliteRecords _evidence;
    private readonly string _rollout;
    private readonly IReadOnlyList<IGrouping<int, (long Number, LedgerEntry Entry)>> _runs;

    private StoreReplay(SqliteLedger ledger, SqliteRecords evidence, string rollout, IReadOnlyList<IGrouping<int, (long, LedgerEntry)>> runs)
    {
        _ledger = ledger;
        _evidence = evidence;
        _rollout = rollout;
        _runs = runs;
    }

    /// <summary>How many slices there are to read.</summary>
    public long Slices => _runs.Sum(run => run.Max(record => record.Entry.EvidenceUpTo));

    /// <summary>Reads the records of a rollout.</summary>
    /// <param name="store">The file.</param>
    /// <param name="archive">Where evidence of old runs is; null: nowhere.</param>
    /// <param name="rollout">The rollout.</param>
    /// <param name="run">Only this run; null: all.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="StoreUnavailableException">There is no store, it is damaged, or holds nothing to replay; the message says what to do.</exception>
    public static async Task<StoreReplay> OpenAsync(string store, EvidenceArchive? archive, string rollout, int? run, CancellationToken cancel)
    {
        var ledger = await SqliteStore.OpenReadOnlyAsync(store, cancel);
        SqliteRecords? evidence = null;
        try
        {
            evidence = await SqliteStore.OpenRecordsAsync(store, cancel, archive);
            var records = await RecordsAsync(ledger, rollout, cancel);
            if (records.Count == 0)
            {
                var known = (await evidence.RolloutsAsync(cancel)).Select(r => r.Name).ToList();
                throw new StoreUnavailableException($"the store '{store}' holds no record of a rollout {rollout}{(known.Count > 0 ? $", only of {string.Join(", ", known)}" : "")}");
            }

            var runs = records.GroupBy(r => r.Entry.Run).Where(group => run is null || group.Key == run).ToList();
            if (runs.Count == 0)
            {
                throw new StoreUnavailableException($"{rollout} has no run {run}, only {string.Join(", ", records.Select(r => r.Entry.Run).Distinct())}");
            }

            return runs.Exists(group => group.Any(r => r.Entry.Verdicts.Count > 0 || r.Entry.EvidenceUpTo > 0))
                ? new(ledger, evidence, rollout, runs)
                : throw new StoreUnavailableException($"no record of {rollout}{(run is null ? "" : $", run {run},")} rests on a verdict yet: there is nothing to replay");
        }
        catch
        {
            await ledger.DisposeAsync();
            await (evidence?.DisposeAsync() ?? default);
            throw;
        }
    }

    /// <summary>Replays every run.</summary>
    /// <param name="passed">Is told now and then how many slices were read.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <exception cref="StoreUnavailableException">A run's plan is not in the ledger, or the store does not answer.</exception>
    public async Task<ReplayReport> RunAsync(Action<long> passed, CancellationToken cancel)
    {
        List<RunReport> runs = [];
        foreach (var run in _runs)
        {
            var before = runs.Sum(r => r.Slices);
            runs.Add(await RunAsync(run.Key, [.. run], slices => passed(before + slices), cancel));
        }

        return new(_rollout, runs.TrueForAll(r => r.Equal), runs);
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        await _evidence.DisposeAsync();
    }

    private async Task<RunReport> RunAsync(int run, IReadOnlyList<(long Number, LedgerEntry Entry)> records, Action<long> passed, CancellationToken cancel)
    {
        var replay = Begin(run, records);
        List<RecordReport> replayed = [];
        await using var slices = _evidence.SliceTextsAsync(run, cancel).GetAsyncEnumerator(cancel);
        foreach (var (number, entry) in records)
        {
            while (replay.UpTo < entry.EvidenceUpTo && await slices.MoveNextAsync())
            {
                replay.Take(slices.Current.Number, slices.Current.Body);
                passed(replay.UpTo);
            }

            if (entry.EvidenceUpTo > 0 && replay.UpTo == 0)
            {
                throw new StoreUnavailableException($"the store has no evidence of run {run} of {_rollout}: where it was moved into the archive, name its folder with --archive");
            }

            replayed.Add(RecordReport.Of(replay.Compare(number, entry)));
        }

        return new(run, replayed.TrueForAll(r => r.Equal), replay.UpTo, replayed);
    }

    private RunReplay Begin(int run, IReadOnlyList<(long Number, LedgerEntry Entry)> records)
    {
        try
        {
            var plan = RecordedPlan.Of(records.Select(r => r.Entry));
            return new(plan.Model, plan.Rollout);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new StoreUnavailableException($"run {run} of {_rollout} cannot be replayed: {e.Message}", e);
        }
    }

    private static async Task<List<(long Number, LedgerEntry Entry)>> RecordsAsync(SqliteLedger ledger, string rollout, CancellationToken cancel)
    {
        List<(long Number, LedgerEntry Entry)> records = [];
        await foreach (var page in ledger.PagesAsync(0, rollout, cancel))
        {
            records.AddRange(page.Select(record => (record.Number, Entry: Read(record))).Where(r => r.Entry.Setting is null));
        }

        return records;
    }

    private static LedgerEntry Read(LedgerRecord record)
    {
        try
        {
            return record.Entry;
        }
        catch (JsonException e)
        {
            throw new StoreUnavailableException($"record {record.Number} cannot be read; run `haldane ledger verify` ({e.Message})", e);
        }
    }
}
