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

    /// <summary>Moves what is due.</summary>
    /// <exception cref="StoreUnavailableException">Store or archive cannot be used; what was moved so far is moved.</exception>
    public async Task MoveAsync(CancellationToken cancel)
    {
        var moved = (await store.SettingsAsync(Setting.Evidence, cancel)).Select(s => int.Parse(s.Name, CultureInfo.InvariantCulture)).ToHashSet();
        var needed = (await store.RolloutsAsync(cancel)).Where(r => r.IsActive || r.WarmUntil is not null).Select(r => r.Run).ToHashSet();
        var due = time.GetUtcNow() - after;
        foreach (var run in (await archive.StoredRunsAsync(cancel)).Where(r => moved.Contains(r.Run) || (r.Until <= due && !needed.Contains(r.Run))))
        {
            if (!moved.Contains(run.Run))
            {
                var kept = await archive.ArchiveAsync(run.Run, cancel);
                var name = run.Run.ToString(CultureInfo.InvariantCulture);
                await store.RecordAsync(
                    SettingEntries.Of(new(Setting.Evidence, name, JsonSerializer.SerializeToElement(kept, CoreJson.Default.ArchivedRun)), Person.Specification.Name, $"{kept.Slices} slices of run {name} are in the archive", time.GetUtcNow()), CancellationToken.None);
                Moved(run.Run, kept.Slices);
            }

            // In parts, so that nobody who writes waits for long.
            while (await archive.ForgetAsync(run.Run, cancel))
            {
                await Task.Yield();
            }
        }
    }

    [LoggerMessage(2021, LogLevel.Information, "The evidence of run {Run}, {Slices} slices, was moved into the archive")]
    private partial void Moved(int run, long slices);

    [LoggerMessage(2022, LogLevel.Warning, "Evidence was not moved into the archive; it is tried again in an hour")]
    private partial void NotMoved(Exception exception);
}
