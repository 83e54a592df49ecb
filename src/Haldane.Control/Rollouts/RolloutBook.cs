using Haldane.Control.Feedback;
using Haldane.Control.Policies;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Microsoft.Extensions.Logging;

namespace Haldane.Control.Rollouts;

/// <summary>Where every rollout stands: recovered from the store, moved by signals, recorded and then published.</summary>
/// <remarks>
/// Every transition is in the ledger before it is published: a crash between the two repeats the publication and skips nothing. One writer at a time, which
/// the controller's turns see to; <see cref="Runs"/>, <see cref="Models"/>, <see cref="Register"/> and <see cref="Collect"/> are for any thread.
/// </remarks>
internal sealed partial class RolloutBook(
    SpecificationSet specification, IRolloutStore store, ITrafficRouter router, FreezeDesk freezes, TimeProvider time, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private readonly Dictionary<string, Rollout> _rollouts = new(StringComparer.Ordinal);
    private readonly List<Rollout> _replaced = []; // ended, and their plan has changed since: what they left still serves
    private readonly Dictionary<string, RunTracker> _trackers = new(StringComparer.Ordinal);
    private volatile Dictionary<int, KnownRun> _runs = [];
    private volatile Dictionary<int, FeedbackCollector> _collectors = [];
    private volatile IReadOnlyList<ModelView> _models = [];
    private int _lastRun;
    private bool _publicationDue;

    /// <summary>All rollouts by name, also those that the specification no longer has.</summary>
    public IReadOnlyDictionary<string, Rollout> Rollouts => _rollouts;

    /// <summary>What is kept of each running rollout.</summary>
    public IReadOnlyDictionary<string, RunTracker> Trackers => _trackers;

    /// <summary>What people see.</summary>
    public Register Register { get; } = new(specification.Rollouts.Select(r => r.Name));

    /// <summary>What feedback is joined to.</summary>
    public IReadOnlyDictionary<int, KnownRun> Runs => _runs;

    /// <summary>Who serves what.</summary>
    public IReadOnlyList<ModelView> Models => _models;

    /// <summary>Takes up where the store says that things stand, and publishes it.</summary>
    public async Task RecoverAsync(CancellationToken cancel)
    {
        _lastRun = await store.LastRunAsync(cancel);
        foreach (var old in await store.RolloutsAsync(cancel))
        {
            var spec = specification.Rollouts.FirstOrDefault(r => r.Name == old.Name);
            _rollouts[old.Name] = old;
            if (!old.IsActive)
            {
                continue;
            }

            var model = spec is null ? null : specification.FindModel(spec.Model);
            if (spec?.Equals(old.Spec) == true && model!.AsRun.Equals(old.Model))
            {
                _trackers[old.Name] = await RunTracker.RestoreAsync(store, model, spec, old.Run, time, cancel);
                continue;
            }

            // Going on under another plan than the one that was judged so far would break the promise: take the canary back.
            var why = spec is null ? "the rollout is no longer in the specification"
                : !spec.Equals(old.Spec) ? "the rollout's specification was changed while it ran"
                : "the model's specification was changed while it ran";
            await MoveAsync(old, new Signal.RollBack(Person.Specification.Name, why, AtOnce: true), null, null);
        }

        foreach (var spec in specification.Rollouts)
        {
            if (!_rollouts.TryGetValue(spec.Name, out var known) || !known.Spec.Equals(spec))
            {
                if (known is not null)
                {
                    _replaced.Add(known);
                }

                _rollouts[spec.Name] = new() { Spec = spec };
            }
        }

        foreach (var rollout in _rollouts.Values)
        {
            var tracker = _trackers.GetValueOrDefault(rollout.Name);
            Register.Show(rollout, tracker?.Judge(), tracker);
        }

        Publish();
    }

    private IEnumerable<Rollout> Known => _rollouts.Values.Concat(_replaced);

    /// <summary>A rollout of the specification; null when there is none of the name.</summary>
    public Rollout? Find(string name) => specification.Rollouts.Any(r => r.Name == name) ? _rollouts.GetValueOrDefault(name) : null;

    /// <summary>Does what somebody asks.</summary>
    /// <returns>What came of it; a refusal where it cannot be done as things stand.</returns>
    /// <exception cref="StoreUnavailableException">Nothing was done.</exception>
    public async Task<Transition> CommandAsync(Rollout known, RolloutCommand command, Person person, string? why)
    {
        var (model, by) = (specification.FindModel(known.Spec.Model)!, person.Name);
        if (Catalogue.WhyNot(command, known, model, [.. Known], person, freezes.Now) is { } obstacle)
        {
            return new(Move.None, known, "") { Refusal = obstacle };
        }

        if (command is RolloutCommand.Start or RolloutCommand.Retry)
        {
            return await StartAsync(known, person, why);
        }

        var tracker = _trackers.GetValueOrDefault(known.Name);
        var judgement = tracker?.Judge();
        var inStage = judgement?.Stage == known.Stage ? judgement.InStage : TimeSpan.Zero; // until its first slice the judge speaks of the stage before
        var reason = why ?? "no reason given";
        return await ApplyAsync(known, command switch
        {
            RolloutCommand.Pause => new Signal.Pause(by, reason, inStage),
            RolloutCommand.Resume => new Signal.Resume(by, why, inStage),
            RolloutCommand.Advance => new Signal.Advance(by, reason, judgement, tracker?.Ejection, freezes.Now.Frozen(known)),
            RolloutCommand.Approve => new Signal.Approve(person, reason, model.IsOfHighRisk),
            _ => new Signal.RollBack(by, reason),
        }, judgement, tracker);
    }

    /// <summary>Why a rollout that is to start by itself has to wait; null when it need not.</summary>
    public string? WhyWait(string rollout) => Catalogue.WhyNotNow(_rollouts[rollout], [.. Known], Person.Specification, freezes.Now);

    /// <summary>Observes a rollout and lets it move.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was done.</exception>
    public async Task TickAsync(Rollout rollout)
    {
        if (_trackers.GetValueOrDefault(rollout.Name) is not { } tracker)
        {
            await ApplyAsync(rollout, new Signal.Elapsed(), null, null);
            return;
        }

        await tracker.ObserveAsync(store, router);
        var judgement = tracker.Judge();
        await ApplyAsync(rollout, rollout.Phase == Phase.Running ? new Signal.Judged(judgement, tracker.Ejection, freezes.Now.Frozen(rollout)) : new Signal.Elapsed(tracker.Ejection), judgement, tracker);
    }

    private async Task<Transition> StartAsync(Rollout known, Person by, string? why)
    {
        var run = _lastRun + 1;
        var model = specification.FindModel(known.Spec.Model)!;
        return await ApplyAsync(known with { Model = model }, new Signal.Start(run, by.Name, why) { IsProven = by.IsProven, FourEyes = model.IsOfHighRisk }, null, new(model, known.Spec, run, time));
    }

    /// <summary>Hands stored feedback to its run.</summary>
    public void Collect(StoredFeedback stored)
    {
        // A run that has ended keeps its late feedback in the store, but nothing is decided by it any more.
        if (_collectors.TryGetValue(stored.Feedback.Run, out var collector))
        {
            collector.Add(stored);
        }
    }

    /// <summary>Repeats a publication that failed.</summary>
    public void PublishIfDue()
    {
        if (_publicationDue)
        {
            Publish();
        }
    }

    /// <summary>Moves a rollout: records, then publishes.</summary>
    /// <remarks>
    /// Nothing in memory changes before the record is durable: a start that was not recorded leaves no trace. And nobody's leaving ends this half-way: what is
    /// recorded is published. The store's own patience bounds the wait.
    /// </remarks>
    /// <exception cref="StoreUnavailableException">Nothing was done.</exception>
    private async Task<Transition> ApplyAsync(Rollout rollout, Signal signal, Judgement? judgement, RunTracker? tracker)
    {
        var transition = await MoveAsync(rollout, signal, judgement, tracker);
        if (transition.Routes)
        {
            Publish();
        }

        return transition;
    }

    private async Task<Transition> MoveAsync(Rollout rollout, Signal signal, Judgement? judgement, RunTracker? tracker)
    {
        var now = time.GetUtcNow();
        var transition = RolloutMachine.Next(rollout, signal, now);
        if (transition.Changes)
        {
            var entry = LedgerEntries.Of(rollout, transition, judgement ?? tracker?.Judge(), tracker?.Digest ?? "", now, specification.FindModel(rollout.Spec.Model)?.About);
            await store.RecordAsync(entry, transition.Next, CancellationToken.None);
            Moved(rollout.Name, entry.Kind, entry.To, entry.Why);
        }

        if (transition.Refusal is not null || (!transition.Changes && tracker is null))
        {
            // Nothing that anybody could see has changed.
            return transition;
        }

        _rollouts[rollout.Name] = transition.Next;
        Register.Show(transition.Next, judgement, tracker);
        if (transition.Next.Ended)
        {
            _trackers.Remove(rollout.Name);
        }
        else if (tracker is not null)
        {
            _trackers[rollout.Name] = tracker;
        }

        return transition;
    }

    private void Publish()
    {
        _lastRun = Math.Max(_lastRun, _rollouts.Values.Select(r => r.Run).DefaultIfEmpty(0).Max());
        _collectors = _trackers.Values.ToDictionary(t => t.Run, t => t.Feedback);
        _runs = Known
            .Where(r => r.Run > 0 && specification.FindModel(r.Spec.Model) is not null)
            .ToDictionary(r => r.Run, r => new KnownRun(
                r.Run, r.Name, specification.FindModel(r.Spec.Model)!, r.IsActive ? r.Stage : null, r.CanaryShare));
        var picture = Catalogue.Picture(specification.Models, [.. Known]);
        _publicationDue = true;
        router.Publish(picture);
        _publicationDue = false;
        _models =
        [
            .. picture.Models.Select(m => new ModelView(
                m.Spec.Name, m.Spec.Route.Path, m.Serving, m.Spec.Versions.Select(v => v.Name).ToValueList(), m.Split?.Rollout, m.Split?.Share ?? Share.None)),
        ];
    }

    [LoggerMessage(2002, LogLevel.Information, "{Rollout} {Kind}, canary share {Share}: {Why}")]
    private partial void Moved(string rollout, string kind, Share share, string why);
}
