using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Core.Webhooks;
using Microsoft.Extensions.Logging;

namespace Haldane.Control.Webhooks;

/// <summary>What lines share.</summary>
/// <param name="Ledger">What they follow.</param>
/// <param name="Store">Where it is kept how far they have come.</param>
/// <param name="Time">The time.</param>
/// <param name="Chance">Numbers in [0, 1) by chance; any thread.</param>
/// <param name="Logger">Where it is told what does not get through.</param>
internal sealed record LineParts(ILedgerReader Ledger, IWebhookStore Store, TimeProvider Time, Func<double> Chance, ILogger Logger);

/// <summary>One webhook on its way through the ledger: each record that it wants is delivered at least once, in order, or given up.</summary>
/// <remarks>
/// One caller at a time may work; <see cref="Progress"/>, <see cref="GivenUp"/>, <see cref="IsDue"/> and <see cref="Retry"/> are for any thread. A delivery is kept after it was made, so a crash between the two repeats it
/// and loses none. What could not be kept is kept before anything further is sent: a store that is down does not have the same record sent each second.
/// </remarks>
internal sealed partial class WebhookLine(WebhookRoute route, WebhookProgress start, LineParts parts)
{
    /// <summary>How many dead letters are kept; the ledger has every record anyway.</summary>
    public const int MostDead = 1_000;

    private const int Page = 64;

    private volatile WebhookProgress _progress = start;
    private volatile bool _isAsked;
    private volatile bool _isUnsaved;
    private DeadLetter? _unburied; // given up, and not kept yet
    private long _givenUp;

    /// <summary>The webhook.</summary>
    public WebhookRoute Route => route;

    /// <summary>How far it has come.</summary>
    public WebhookProgress Progress => _progress;

    /// <summary>How many records were given up since the start.</summary>
    public long GivenUp => Volatile.Read(ref _givenUp);

    private WebhookSpec Spec => route.Spec;

    /// <summary>Whether there is something to do.</summary>
    /// <param name="end">The ledger's last record.</param>
    /// <param name="now">The time.</param>
    public bool IsDue(long end, DateTimeOffset now) =>
        _isAsked || _isUnsaved || (_progress is { StoppedAt: null } progress && progress.Position < end && RetrySchedule.IsDue(progress.Due, now));

    /// <summary>Has all tried again at the next look: dead letters, what waits, and a receiver that had said that it is gone.</summary>
    public void Retry() => _isAsked = true;

    /// <summary>Delivers what is due, until all is delivered or something is not taken.</summary>
    /// <param name="source">The ledger, as a URI.</param>
    /// <param name="cancel">Ends the work; what is under way is sent again later.</param>
    /// <exception cref="StoreUnavailableException">It goes on from there at the next look.</exception>
    public async Task WorkAsync(Uri source, CancellationToken cancel)
    {
        if (_isUnsaved)
        {
            await SaveAsync(cancel);
        }

        if (_isAsked && !await RetryDeadAsync(source, cancel))
        {
            return;
        }

        while (_progress.StoppedAt is null && RetrySchedule.IsDue(_progress.Due, parts.Time.GetUtcNow()))
        {
            var page = await parts.Ledger.RecordsAsync(_progress.Position, Page, null, cancel);
            foreach (var record in page)
            {
                if (!await PassAsync(record, source, cancel))
                {
                    return;
                }
            }

            // Records that nobody asked for are passed over in memory and kept together: not each is worth a write.
            if (_isUnsaved)
            {
                await SaveAsync(cancel);
            }

            if (page.Count < Page)
            {
                return;
            }
        }
    }

    // True when the next record may follow.
    private async Task<bool> PassAsync(LedgerRecord record, Uri source, CancellationToken cancel)
    {
        if (record.EntryOrNull is not { } entry)
        {
            await GiveUpAsync(record.Number, 0, "the record cannot be read", cancel);
            return true;
        }

        if (!Spec.Wants(entry))
        {
            _progress = _progress with { Position = record.Number, Attempts = 0, Due = null };
            _isUnsaved = true;
            return true;
        }

        var outcome = await route.Sender.SendAsync(record, source, cancel);
        var now = parts.Time.GetUtcNow();
        switch (outcome.Kind)
        {
            case SendOutcomeKind.Delivered:
                if (_progress.Fault is not null)
                {
                    Log.GetsThrough(parts.Logger, Spec.Name, record.Number);
                }

                await KeepAsync(new(Spec.Name, record.Number) { DeliveredAt = now }, cancel);
                return true;
            case SendOutcomeKind.Gone:
                await StopAsync(outcome.Fault, now, cancel);
                return false;
            default:
                await WaitOrGiveUpAsync(record.Number, now - entry.At, outcome.Fault, now, cancel);
                return false;
        }
    }

    private async Task WaitOrGiveUpAsync(long number, TimeSpan age, string fault, DateTimeOffset now, CancellationToken cancel)
    {
        var attempts = _progress.Attempts + 1;
        if (RetrySchedule.GivesUp(attempts, _progress.GivenUp, age))
        {
            await GiveUpAsync(number, attempts, fault, cancel);
            return;
        }

        if (_progress.Fault is null)
        {
            Log.DoesNotGetThrough(parts.Logger, Spec.Name, number, fault);
        }

        await KeepAsync(_progress with { Attempts = attempts, Fault = fault, Due = now + RetrySchedule.Wait(attempts, parts.Chance()) }, cancel);
    }

    private Task GiveUpAsync(long number, int attempts, string fault, CancellationToken cancel)
    {
        var now = parts.Time.GetUtcNow();
        Log.GivenUp(parts.Logger, Spec.Name, number, attempts, fault);
        Interlocked.Increment(ref _givenUp);
        _unburied = new(Spec.Name, number, now, attempts, fault);
        return KeepAsync(
            _progress with { Position = number, Attempts = 0, GivenUp = _progress.GivenUp + 1, Fault = fault, Due = attempts == 0 ? null : now + RetrySchedule.Wait(1, parts.Chance()) }, cancel);
    }

    private Task StopAsync(string fault, DateTimeOffset now, CancellationToken cancel)
    {
        Log.Stopped(parts.Logger, Spec.Name);
        return KeepAsync(_progress with { StoppedAt = now, Fault = fault }, cancel);
    }

    // Dead letters first, for they are older; the first that is not taken ends it, and the rest stays.
    private async Task<bool> RetryDeadAsync(Uri source, CancellationToken cancel)
    {
        var dead = await parts.Store.DeadAsync(Spec.Name, cancel);
        await KeepAsync(_progress with { StoppedAt = null, Due = null, Attempts = 0, GivenUp = 0 }, cancel);
        _isAsked = false;
        foreach (var letter in dead)
        {
            if (await parts.Ledger.RecordsAsync(letter.Number - 1, 1, null, cancel) is not [var record] || record.EntryOrNull is null)
            {
                continue; // nobody can send it; it stays on the list
            }

            var outcome = await route.Sender.SendAsync(record, source, cancel);
            var now = parts.Time.GetUtcNow();
            switch (outcome.Kind)
            {
                case SendOutcomeKind.Delivered:
                    await parts.Store.RemoveDeadAsync(Spec.Name, letter.Number, cancel);
                    await KeepAsync(_progress with { DeliveredAt = now, Fault = null }, cancel);
                    break;
                case SendOutcomeKind.Gone:
                    await StopAsync(outcome.Fault, now, cancel);
                    return false;
                default:
                    await KeepAsync(_progress with { Fault = outcome.Fault, Due = now + RetrySchedule.Wait(1, parts.Chance()) }, cancel);
                    return false;
            }
        }

        return true;
    }

    private Task KeepAsync(WebhookProgress next, CancellationToken cancel)
    {
        _progress = next;
        _isUnsaved = true;
        return SaveAsync(cancel);
    }

    private async Task SaveAsync(CancellationToken cancel)
    {
        await parts.Store.SaveAsync(_progress, _unburied, MostDead, cancel);
        _unburied = null;
        _isUnsaved = false;
    }

    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Warning, "Webhook {Webhook}: record {Number} was not taken: {Fault}; it is sent again")]
        public static partial void DoesNotGetThrough(ILogger logger, string webhook, long number, string fault);

        [LoggerMessage(2102, LogLevel.Information, "Webhook {Webhook}: record {Number} was taken, all is well again")]
        public static partial void GetsThrough(ILogger logger, string webhook, long number);

        [LoggerMessage(2103, LogLevel.Warning, "Webhook {Webhook}: record {Number} was given up after {Attempts} attempts: {Fault}")]
        public static partial void GivenUp(ILogger logger, string webhook, long number, int attempts, string fault);

        [LoggerMessage(2104, LogLevel.Warning, "Webhook {Webhook}: the receiver answered 410, nothing is sent to it any more")]
        public static partial void Stopped(ILogger logger, string webhook);
    }
}
