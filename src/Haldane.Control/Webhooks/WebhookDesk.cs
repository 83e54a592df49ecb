using Haldane.Core.Access;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Core.Webhooks;
using Microsoft.Extensions.Logging;

namespace Haldane.Control.Webhooks;

/// <summary>A webhook and the way to its receiver.</summary>
/// <param name="Spec">What was asked.</param>
/// <param name="Shown">What people see of the address.</param>
/// <param name="Sender">Sends to it.</param>
public sealed record WebhookRoute(WebhookSpec Spec, string Shown, IWebhookSender Sender);

/// <summary>Sends what stands in the ledger to those who asked for it. The ledger is the queue: nothing is kept beside it but how far each webhook has come.</summary>
/// <remarks>
/// Any thread. Looks at the ledger's end once a second, and each webhook then works on its own: no decision and no tick ever waits for a receiver, nor one receiver for another.
/// </remarks>
public sealed partial class WebhookDesk : IWebhookDesk
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly LineParts _parts;
    private volatile WebhookCrew _crew;
    private volatile WebhookCrew? _next;
    private readonly ILogger<WebhookDesk> _logger;
    private Uri? _source;
    private string? _trouble;
    private long _end; // of the ledger, as of the last look

    private WebhookDesk(WebhookCrew crew, LineParts parts, ILogger<WebhookDesk> logger) => (_crew, _parts, _logger) = (crew, parts, logger);

    /// <summary>Takes up where the webhooks stood; a new one begins at the ledger's end. Sends nothing yet.</summary>
    /// <param name="routes">All webhooks.</param>
    /// <param name="owner">Ends with the last message to them; null where somebody else sees to that.</param>
    /// <param name="ledger">What they follow.</param>
    /// <param name="store">Where it is kept how far they have come.</param>
    /// <param name="time">The time.</param>
    /// <param name="chance">Numbers in [0, 1) by chance; any thread.</param>
    /// <param name="logger">Where it is told what does not get through.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public static async Task<WebhookDesk> RecoverAsync(
        IReadOnlyList<WebhookRoute> routes, IDisposable? owner, ILedgerReader ledger, IWebhookStore store, TimeProvider time, Func<double> chance, ILogger<WebhookDesk> logger, CancellationToken cancel)
    {
        var parts = new LineParts(ledger, store, time, chance, logger);
        var crew = new WebhookCrew(routes, owner);
        crew.TakeUp(await store.TakeUpAsync(crew.Names, cancel), parts);
        return new(crew, parts, logger);
    }

    /// <summary>Looks each second until told to stop; messages that are under way then are sent again after the next start.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            using var timer = new PeriodicTimer(Interval, _parts.Time);
            while (await timer.WaitForNextTickAsync(stop))
            {
                await LookAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }

        await IdleAsync();
        _crew.Dispose();
        _next?.Dispose();
    }

    /// <summary>Has a place in the ledger for webhooks that are to come: they are told of what is recorded from now on.</summary>
    /// <exception cref="StoreUnavailableException">They have none.</exception>
    public Task ExpectAsync(IEnumerable<string> names, CancellationToken cancel) => _parts.Store.TakeUpAsync([.. _crew.Names.Union(names)], cancel);

    /// <summary>Has other webhooks from the next look on; those of the same name go on where they are.</summary>
    /// <param name="routes">All webhooks.</param>
    /// <param name="owner">Ends with the last message to them.</param>
    public void Replace(IReadOnlyList<WebhookRoute> routes, IDisposable owner) => Interlocked.Exchange(ref _next, new(routes, owner))?.Dispose();

    /// <summary>One look: has every webhook work that has something to do and is not at work. Does not wait for them.</summary>
    internal async Task LookAsync(CancellationToken stop)
    {
        try
        {
            await SwitchAsync(stop);
            if (await _parts.Ledger.LedgerAsync(null, 1, null, stop) is not [var newest])
            {
                return;
            }

            Volatile.Write(ref _end, newest.Number);
            var source = _source ??= SourceOf((await _parts.Ledger.RecordsAsync(0, 1, null, stop))[0]);
            var crew = _crew;
            for (var i = 0; i < crew.Lines.Length; i++)
            {
                if (crew.Work[i].IsCompleted && crew.Lines[i].IsDue(newest.Number, _parts.Time.GetUtcNow()))
                {
                    crew.Work[i] = WorkAsync(crew, crew.Lines[i], source, stop);
                }
            }
        }
        catch (StoreUnavailableException e)
        {
            Tell(e.Message);
        }
    }

    /// <summary>Ends when no webhook is at work.</summary>
    internal Task IdleAsync() => Task.WhenAll(_crew.Work);

    /// <inheritdoc/>
    public IReadOnlyList<WebhookStanding> Standing
    {
        get
        {
            var end = Volatile.Read(ref _end);
            return [.. _crew.Lines.Select(l => new WebhookStanding(l.Route.Spec.Name, StateOf(l.Progress), Math.Max(0, end - l.Progress.Position), l.GivenUp))];
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WebhookView>> ListAsync(Person person, CancellationToken cancel)
    {
        var end = await _parts.Ledger.LedgerAsync(null, 1, null, cancel) is [var newest] ? newest.Number : 0;
        var views = new List<WebhookView>(_crew.Lines.Length);
        foreach (var line in _crew.Lines.Where(l => MaySee(person, l)))
        {
            views.Add(View(line, end, (await _parts.Store.DeadAsync(line.Route.Spec.Name, cancel)).Count));
        }

        return views;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DeadLetterView>?> DeadAsync(string webhook, Person person, CancellationToken cancel)
    {
        if (Find(webhook, person) is null)
        {
            return null;
        }

        var views = new List<DeadLetterView>();
        foreach (var dead in await _parts.Store.DeadAsync(webhook, cancel))
        {
            var entry = await _parts.Ledger.RecordsAsync(dead.Number - 1, 1, null, cancel) is [var record] ? record.EntryOrNull : null;
            views.Add(new(dead.Number, dead.At, dead.Attempts, dead.Fault, entry?.Kind ?? "", entry?.Rollout ?? "", entry?.Model ?? ""));
        }

        return views;
    }

    /// <inheritdoc/>
    public async Task<CommandOutcome> RetryAsync(string webhook, Person by, CancellationToken cancel)
    {
        if (Find(webhook, by) is not { } line)
        {
            return new(CommandOutcomeKind.NotFound, $"there is no webhook {webhook}");
        }

        var dead = await _parts.Store.DeadAsync(webhook, cancel);
        line.Retry();
        Asked(webhook, by.Name);
        return new(CommandOutcomeKind.Done, $"{webhook} is tried again{(dead.Count == 0 ? "" : $", with what was given up: {dead.Count} {(dead.Count == 1 ? "record" : "records")}")}");
    }

    // The first record's hash tells this ledger from all others, and is no secret.
    private static Uri SourceOf(LedgerRecord first) => new($"urn:haldane:ledger:{first.Hash.AsSpan(0, 16)}");

    // Who may see some models only sees what tells of nothing else.
    private static bool MaySee(Person person, WebhookLine line) => person.Models.CoversAll(line.Route.Spec.Models);

    private WebhookLine? Find(string name, Person person) => _crew.Lines.FirstOrDefault(l => l.Route.Spec.Name == name && MaySee(person, l));

    private static WebhookView View(WebhookLine line, long end, int dead)
    {
        var (route, progress) = (line.Route, line.Progress);
        return new(route.Spec.Name, route.Shown, route.Spec.Format == WebhookFormat.Slack ? "slack" : "cloudevents", route.Spec.Secret is not null, route.Spec.Events, route.Spec.Models, StateOf(progress))
        {
            Position = progress.Position,
            Behind = Math.Max(0, end - progress.Position),
            Attempts = progress.Attempts,
            Due = progress.Due,
            Fault = progress.Fault,
            DeliveredAt = progress.DeliveredAt,
            Dead = dead,
        };
    }

    private static WebhookState StateOf(WebhookProgress progress) =>
        progress.StoppedAt is not null ? WebhookState.Stopped : progress.Attempts > 0 ? WebhookState.Retrying : WebhookState.Delivering;

    // The old ones end before the new ones look where they stood: no two send for one webhook. A store that is down is asked again at the next look.
    private async Task SwitchAsync(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _next, null) is not { } next)
        {
            return;
        }

        var before = _crew;
        try
        {
            await before.StopAsync();
            next.TakeUp(await _parts.Store.TakeUpAsync(next.Names, stop), _parts);
        }
        catch
        {
            if (Interlocked.CompareExchange(ref _next, next, null) is not null)
            {
                next.Dispose(); // there are newer ones
            }

            throw;
        }

        _crew = next;
        before.Dispose();
    }

    // A fault of ours, or a store that is down, holds this webhook until the next look; the others, and all that decides, go on.
    private async Task WorkAsync(WebhookCrew crew, WebhookLine line, Uri source, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, crew.Stopping);
        try
        {
            await line.WorkAsync(source, either.Token);
            _trouble = null;
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // It is sent again after the next start, or by the line that comes after this one.
        }
        catch (Exception e)
        {
            Tell($"{line.Route.Spec.Name}: {e.Message}");
        }
    }

    // Once for each kind of trouble: a store that is down for a night must not fill the log.
    private void Tell(string trouble)
    {
        if (Interlocked.Exchange(ref _trouble, trouble) != trouble)
        {
            NotWorking(trouble);
        }
    }

    [LoggerMessage(2105, LogLevel.Warning, "Webhooks stand still: {Trouble}; it is tried again each second")]
    private partial void NotWorking(string trouble);

    [LoggerMessage(2106, LogLevel.Information, "Webhook {Webhook} is tried again, as {By} asked")]
    private partial void Asked(string webhook, string by);
}
