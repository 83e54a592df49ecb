using Haldane.Control.Feedback;
using Haldane.Core;
using Haldane.Core.Exchanges;
using Haldane.Core.Feedback;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Microsoft.Extensions.Logging;

namespace Haldane.Control.Rollouts;

/// <summary>The loop: reads evidence, asks the judge, moves the machine, records, publishes.</summary>
/// <remarks>
/// Ticks and commands take turns, so a rollout has one writer. Every transition is in the ledger before it is published: a crash between the two repeats
/// the publication and skips nothing. Above 300 lines would be two ideas; what is pure stands in <see cref="Catalogue"/> and the machine.
/// </remarks>
public sealed partial class RolloutController : IControlRoom, IDisposable
{
    private const string FromSpecification = "specification";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly SpecificationSet _specification;
    private readonly IRolloutStore _store;
    private readonly ITrafficRouter _router;
    private readonly TokenCodec _tokens;
    private readonly TimeProvider _time;
    private readonly ILogger<RolloutController> _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, Rollout> _rollouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RunTracker> _trackers = new(StringComparer.Ordinal);
    private readonly Register _register;
    private readonly FeedbackDesk _feedback;
    private volatile Dictionary<int, KnownRun> _runs = [];
    private volatile Dictionary<int, LabelCollector> _collectors = [];
    private volatile ControlHealth _health = new(false, "recovering", null);
    private volatile IReadOnlyList<ModelView> _models = [];
    private int _lastRun;
    private bool _publicationDue;

    private RolloutController(
        SpecificationSet specification, IRolloutStore store, ITrafficRouter router, TokenCodec tokens, TimeProvider time, ILogger<RolloutController> logger)
    {
        _specification = specification;
        _store = store;
        _router = router;
        _tokens = tokens;
        _time = time;
        _logger = logger;
        _register = new(specification.Rollouts.Select(r => r.Name));
        _feedback = new(store, stored =>
        {
            // A run that has ended keeps its late feedback in the store, but nothing is decided by it any more.
            if (_collectors.TryGetValue(stored.Feedback.Run, out var collector))
            {
                collector.Add(stored);
            }
        });
    }

    /// <inheritdoc/>
    public IReadOnlyList<ModelView> Models => _models;

    /// <inheritdoc/>
    public IReadOnlyList<RolloutView> Rollouts => _register.All;

    /// <inheritdoc/>
    public ControlHealth Health => _health;

    /// <summary>Takes up where the store says that things stand, and publishes it. Starts nothing yet.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public static async Task<RolloutController> RecoverAsync(
        SpecificationSet specification,
        IRolloutStore store,
        ITrafficRouter router,
        TokenCodec tokens,
        TimeProvider time,
        ILogger<RolloutController> logger,
        CancellationToken cancel)
    {
        var controller = new RolloutController(specification, store, router, tokens, time, logger);
        await controller.RecoverAsync(cancel);
        return controller;
    }

    /// <summary>Starts what starts by itself, then judges each second until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var feedback = _feedback.RunAsync(stop);
        try
        {
            var due = new Queue<string>(_specification.Rollouts.Where(r => r.Start == StartMode.Auto && _rollouts[r.Name].Phase == Phase.Draft).Select(r => r.Name));
            await StartDueAsync(due, stop);
            using var timer = new PeriodicTimer(Interval, _time);
            while (await timer.WaitForNextTickAsync(stop))
            {
                await TickAsync(stop);
                await StartDueAsync(due, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }

        await feedback;
    }

    /// <summary>One look at all running rollouts.</summary>
    public async Task TickAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            Tell(await LookAsync(cancel));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public Task<CommandOutcome> StartAsync(string rollout, string by, CancellationToken cancel) => CommandAsync(rollout, async known =>
    {
        var model = _specification.FindModel(known.Spec.Model)!;
        if (Catalogue.WhyNotStart(known, model, _rollouts.Values) is { } why)
        {
            return new(CommandOutcomeKind.Conflict, why);
        }

        var run = _lastRun + 1;
        await ApplyAsync(known, new Signal.Start(run, by), null, new(model, known.Spec, run, _time.GetUtcNow()));
        return new(CommandOutcomeKind.Done, $"{known.Name} runs: {known.Spec.Canary} serves {_rollouts[known.Name].CanaryShare}");
    }, cancel);

    /// <inheritdoc/>
    public Task<CommandOutcome> AbortAsync(string rollout, string by, string why, CancellationToken cancel) => CommandAsync(rollout, async known =>
    {
        if (known.Phase != Phase.Running)
        {
            return new(CommandOutcomeKind.Conflict, $"{known.Name} is not running: it is {known.Phase}");
        }

        await ApplyAsync(known, new Signal.Abort(by, why), null, _trackers[known.Name]);
        return new(CommandOutcomeKind.Done, $"{known.Name} is rolled back: {known.Spec.Baseline} serves everyone");
    }, cancel);

    /// <inheritdoc/>
    public Task<FeedbackReceipt> FeedbackAsync(IReadOnlyList<FeedbackItem> items, CancellationToken cancel) =>
        _feedback.TakeAsync(items, new(_tokens, _runs), cancel);

    /// <inheritdoc/>
    public Task<RolloutView?> ChangedAsync(string rollout, long after, CancellationToken cancel) => _register.ChangedAsync(rollout, after, cancel);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task RecoverAsync(CancellationToken cancel)
    {
        _lastRun = await _store.LastRunAsync(cancel);
        var stored = (await _store.RolloutsAsync(cancel)).ToDictionary(r => r.Name, StringComparer.Ordinal);
        foreach (var old in stored.Values)
        {
            var spec = _specification.Rollouts.FirstOrDefault(r => r.Name == old.Name);
            var model = spec is null ? null : _specification.FindModel(spec.Model);
            if (old.Phase == Phase.Running && (spec is null || !spec.Equals(old.Spec)))
            {
                // Going on under another plan than the one that was judged so far would break the promise: take the canary back.
                var why = spec is null ? "the rollout is no longer in the specification" : "the rollout's specification was changed while it ran";
                await ApplyAsync(old, new Signal.Abort(FromSpecification, why), null, null);
                stored[old.Name] = _rollouts[old.Name];
            }
            else
            {
                _rollouts[old.Name] = old;
                if (old.Phase == Phase.Running)
                {
                    _trackers[old.Name] = await RunTracker.RestoreAsync(_store, model!, old.Spec, old.Run, _time.GetUtcNow(), cancel);
                }
            }
        }

        foreach (var spec in _specification.Rollouts)
        {
            if (!_rollouts.TryGetValue(spec.Name, out var known) || !known.Spec.Equals(spec))
            {
                _rollouts[spec.Name] = new() { Spec = spec };
            }
        }

        foreach (var rollout in _rollouts.Values)
        {
            var tracker = _trackers.GetValueOrDefault(rollout.Name);
            _register.Show(rollout, tracker?.Judge(), tracker);
        }

        Publish();
        _health = new(true, "ok", null);
    }

    // Whatever goes wrong, the gateway goes on with the last snapshot and the next tick tries again: moving traffic without a record would be worse.
    private async Task<Trouble?> LookAsync(CancellationToken cancel)
    {
        Trouble? trouble = null;
        try
        {
            if (_publicationDue)
            {
                Publish();
            }
        }
        catch (Exception e) // the router is at fault; what is routed still can be judged
        {
            trouble = new($"the traffic could not be routed: {e.Message}", e);
        }

        foreach (var rollout in _rollouts.Values.Where(r => r.Phase == Phase.Running).ToList())
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                var tracker = _trackers[rollout.Name];
                await tracker.ObserveAsync(_store, _router, _time.GetUtcNow());
                var judgement = tracker.Judge();
                await ApplyAsync(rollout, new Signal.Judged(judgement), judgement, tracker);
            }
            catch (StoreUnavailableException e)
            {
                return new(e.Message, e);
            }
            catch (Exception e) // a fault of ours holds this rollout; the others, the loop and the gateway go on
            {
                trouble = new($"{rollout.Name} could not be judged: {e.Message}", e);
            }
        }

        return trouble;
    }

    // Once for each kind of trouble: a store that is down for a night must not fill the log.
    private void Tell(Trouble? trouble)
    {
        if (trouble is null)
        {
            _health = new(true, "ok", _time.GetUtcNow());
            return;
        }

        if (_health.Message != trouble.What)
        {
            if (trouble.Why is StoreUnavailableException)
            {
                TickSkipped(trouble.Why);
            }
            else
            {
                Faulted(trouble.What, trouble.Why);
            }
        }

        _health = _health with { Ready = false, Message = trouble.What };
    }

    // Tried again after each tick while the store is down: a bad moment at the start must not keep a rollout waiting for the next restart.
    private async Task StartDueAsync(Queue<string> due, CancellationToken stop)
    {
        while (due.TryPeek(out var name))
        {
            try
            {
                var outcome = await StartAsync(name, FromSpecification, stop);
                if (outcome.Kind != CommandOutcomeKind.Done)
                {
                    NotStarted(name, outcome.Message);
                }
            }
            catch (StoreUnavailableException e)
            {
                Tell(new(e.Message, e));
                return;
            }
            catch (Exception e) when (!stop.IsCancellationRequested) // a fault of ours: the other rollouts go on
            {
                NotStarted(name, e.Message);
            }

            due.Dequeue();
        }
    }

    private async Task<CommandOutcome> CommandAsync(string name, Func<Rollout, Task<CommandOutcome>> act, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            return _rollouts.TryGetValue(name, out var known) && _specification.Rollouts.Any(r => r.Name == name)
                ? await act(known)
                : new(CommandOutcomeKind.NotFound, $"there is no rollout {name}");
        }
        finally
        {
            _turn.Release();
        }
    }

    // Nothing in memory changes before the record is durable: a start that was not recorded leaves no trace. And nobody's leaving ends this half-way: what
    // is recorded is published. The store's own patience bounds the wait.
    private async Task ApplyAsync(Rollout rollout, Signal signal, Judgement? judgement, RunTracker? tracker)
    {
        var now = _time.GetUtcNow();
        var transition = RolloutMachine.Next(rollout, signal, now);
        if (transition.Changes)
        {
            var entry = LedgerEntries.Of(rollout, transition, judgement ?? tracker?.Judge(), tracker?.Digest ?? "", now);
            await _store.RecordAsync(entry, transition.Next, CancellationToken.None);
            Moved(rollout.Name, entry.Kind, entry.To, entry.Why);
        }

        _rollouts[rollout.Name] = transition.Next;
        _register.Show(transition.Next, judgement, tracker);
        if (transition.Next.Ended)
        {
            _trackers.Remove(rollout.Name);
        }
        else if (tracker is not null)
        {
            _trackers[rollout.Name] = tracker;
        }

        if (transition.Changes && transition.Move != Move.Held)
        {
            Publish();
        }
    }

    private void Publish()
    {
        _lastRun = Math.Max(_lastRun, _rollouts.Values.Select(r => r.Run).DefaultIfEmpty(0).Max());
        _collectors = _trackers.Values.ToDictionary(t => t.Run, t => t.Labels);
        _runs = _rollouts.Values
            .Where(r => r.Run > 0 && _specification.FindModel(r.Spec.Model) is not null)
            .ToDictionary(r => r.Run, r => new KnownRun(
                r.Run, r.Name, _specification.FindModel(r.Spec.Model)!, r.Phase == Phase.Running ? r.Stage : null, r.CanaryShare));
        var picture = Catalogue.Picture(_specification.Models, _rollouts.Values);
        _publicationDue = true;
        _router.Publish(picture);
        _publicationDue = false;
        _models =
        [
            .. picture.Models.Select(m => new ModelView(
                m.Spec.Name, m.Spec.Route.Path, m.Serving, m.Spec.Versions.Select(v => v.Name).ToValueList(), m.Split?.Rollout, m.Split?.Share ?? Share.None)),
        ];
    }

    [LoggerMessage(2001, LogLevel.Warning, "Tick skipped: the store is not available")]
    private partial void TickSkipped(Exception exception);

    [LoggerMessage(2002, LogLevel.Information, "{Rollout} {Kind}, canary share {Share}: {Why}")]
    private partial void Moved(string rollout, string kind, Share share, string why);

    private sealed record Trouble(string What, Exception Why);

    [LoggerMessage(2003, LogLevel.Warning, "{Rollout} was not started: {Why}")]
    private partial void NotStarted(string rollout, string why);

    [LoggerMessage(2004, LogLevel.Error, "{Trouble}; it is tried again each second")]
    private partial void Faulted(string trouble, Exception exception);
}
