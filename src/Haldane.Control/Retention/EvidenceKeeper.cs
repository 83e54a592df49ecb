using System.Globalization;
using System.Text.Json;
using Haldane.Control.Settings;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Haldane.Control.Retention;

/// <summary>Moves the evidence of runs that ended long ago into the archive, so that the store does not grow for ever.</summary>
/// <remarks>
/// Written into the archive first, recorded in the ledger second, removed from the store last: a crash anywhere repeats and loses nothing. What the ledger keeps, the digest, tells whether a file is that evidence.
/// </remarks>
/// <param name="store">Records what was moved.</param>
/// <param name="archive">Moves it.</param>
/// <param name="after">How long a run must have been over.</param>
/// <param name="time">The time.</param>
/// <param name="logger">Is told what was moved, and what could not be.</param>
public sealed partial class EvidenceKeeper(IRolloutStore store, IEvidenceArchive archive, TimeSpan after, TimeProvider time, ILogger<EvidenceKeeper> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly ILogger _logger = logger;

    /// <summary>Looks each hour until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            using var timer = new PeriodicTimer(Interval, time);
            do
            {
                try
                {
                    await MoveAsync(stop);
                }
                catch (Exception e) when (e is not OperationCanceledException) // also a fault of ours: nothing is lost, and the next hour may be better
                {
                    NotMoved(e);
                }
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    /// <summary>Moves what is due. A run that cannot be moved does not keep those behind it.</summary>
    /// <exception cref="AggregateException">Runs that were not moved, and why.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task MoveAsync(CancellationToken cancel)
    {
        var moved = (await store.SettingsAsync(Setting.Evidence, cancel)).Select(s => int.Parse(s.Name, CultureInfo.InvariantCulture)).ToHashSet();
        var needed = (await store.RolloutsAsync(cancel)).Where(r => r.IsActive || r.WarmUntil is not null).Select(r => r.Run).ToHashSet();
        var due = time.GetUtcNow() - after;
        var faults = new List<Exception>();
        foreach (var run in (await archive.StoredRunsAsync(cancel)).Where(r => !moved.Contains(r.Run) && r.Until <= due && !needed.Contains(r.Run)))
        {
            try
            {
                await RecordAsync(await archive.ArchiveAsync(run.Run, cancel));
                moved.Add(run.Run);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                faults.Add(e);
            }
        }

        // In parts, so that nobody who writes waits for long; feedback may have come since, or be left from a crash.
        foreach (var run in moved)
        {
            while (await archive.ForgetAsync(run, cancel))
            {
                await Task.Yield();
            }
        }

        if (faults.Count > 0)
        {
            throw new AggregateException(faults);
        }
    }

    private async Task RecordAsync(ArchivedRun kept)
    {
        var name = kept.Run.ToString(CultureInfo.InvariantCulture);
        var setting = new Setting(Setting.Evidence, name, JsonSerializer.SerializeToElement(kept, CoreJson.Default.ArchivedRun));
        await store.RecordAsync(SettingEntries.Of(setting, Person.Specification.Name, $"{kept.Slices} slices of run {name} are in the archive", time.GetUtcNow()), CancellationToken.None);
        Moved(kept.Run, kept.Slices);
    }

    [LoggerMessage(2021, LogLevel.Information, "The evidence of run {Run}, {Slices} slices, was moved into the archive")]
    private partial void Moved(int run, long slices);

    [LoggerMessage(2022, LogLevel.Warning, "Evidence was not moved into the archive; it is tried again in an hour")]
    private partial void NotMoved(Exception exception);
}
