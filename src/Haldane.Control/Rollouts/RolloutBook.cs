using Haldane.Control.Alerts;
using Haldane.Control.Courses;
using Haldane.Control.Feedback;
using Haldane.Control.Gauges;
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
/// the controller's turns see to; <see cref="Runs"/>, <see cref="Models"/>, <see cref="Register"/>, <see cref="Gauges"/> and <see cref="Collect"/> are for any thread.
/// </remarks>
internal sealed partial class RolloutBook(
    SpecificationSet first, IRolloutStore store, ITrafficRouter router, FreezeDesk freezes, AlertDesk alerts, TimeProvider time, ILogger logger)
{
    private readonly ILogger _logger = logger;
    private readonly RolloutStates _states = new();
    private readonly Dictionary<string, RunTracker> _trackers = new(StringComparer.Ordinal);
    private volatile Dictionary<int, KnownRun> _runs = [];
    private volatile Dictionary<int, FeedbackCollector> _collectors = [];
    private volatile IReadOnlyList<GaugeCollector> _gauges = [];
    private volatile IReadOnlyList<ModelView> _models = [];
    private volatile SpecificationSet _specification = first;
    private Replacement? _replacement; // a specification that is to be in force and is not yet
    private int _lastRun;
    private bool _publicationDue;

    private sealed record Replacement(SpecificationSet Next, string By, string? Why);

    /// <summary>What is in force.</summary>
    public SpecificationSet Specification => _specification;

    /// <summary>All rollouts by name, also those that the specification no longer has.</summary>
    public IReadOnlyDictionary<string, Rollout> Rollouts => _states.ByName;

    /// <summary>All that has a say in who serves what.</summary>
    public IReadOnlyCollection<Rollout> Known => [.. _states.Known];

    /// <summary>What is kept of each running rollout.</summary>
    public IReadOnlyDictionary<string, RunTracker> Trackers => _trackers;

    /// <summary>What is kept of runs that have ended.</summary>
    public SummaryKeeper Summaries { get; } = new(store);

    /// <summary>What people see.</summary>
    public Register Register { get; } = new();

    /// <summary>What feedback is joined to.</summary>
    public IReadOnlyDictionary<int, KnownRun> Runs => _runs;

    /// <summary>What readings of gauges are added to.</summary>
    public IReadOnlyList<GaugeCollector> Gauges => _gauges;

    /// <summary>Who serves what.</summary>
    public IReadOnlyList<ModelView> Models => _models;

    /// <summary>Takes up where the store says that things stand, and publishes it.</summary>
    public async Task RecoverAsync(CancellationToken cancel)
    {
        _lastRun = await store.LastRunAsync(cancel);
        _states.Load(await store.RolloutsAsync(cancel));
        foreach (var running in Rollouts.Values.Where(r => r.IsActive && SpecificationChanges.WhyTakenBack(r, _specification) is null).ToList())
        {
            _trackers[running.Name] = await RunTracker.RestoreAsync(store, _specification.FindModel(running.Spec.Model)!, running.Spec, running.Run, time, cancel);
        }

        await ReplaceAsync(_specification, Person.Specification.Name, null);
        foreach (var rollout in Rollouts.Values)
        {
            var tracker = _trackers.GetValueOrDefault(rollout.Name);
            Register.Show(rollout, tracker?.Judge(), tracker, rollout.Ended ? await store.SummaryAsync(rollout.Run, cancel) : null);
        }
    }

    /// <summary>Puts another specification in force: what runs under a plan that has changed is taken back, what is new stands at its beginning.</summary>
    /// <remarks>Where the store fails in the midst of it, <see cref="CatchUpAsync"/> goes on with it; until then the one before is in force.</remarks>
    /// <exception cref="StoreUnavailableException">It is not in force yet.</exception>
    public Task ReplaceAsync(SpecificationSet next, string by, string? why)
    {
        _replacement = new(next, by, why);
        return CatchUpAsync();
    }

    /// <summary>Does what a fault of the store or the router has left undone.</summary>
    /// <exception cref="StoreUnavailableException">It is still undone.</exception>
    public async Task CatchUpAsync()
    {
        if (_replacement is { } due)
        {
            foreach (var running in Rollouts.Values.Where(r => r.IsActive).ToList())
            {
                // Going on under another plan than the one that was judged so far would break the promise: take the canary back.
                if (SpecificationChanges.WhyTakenBack(running, due.Next) is { } change)
                {
                    var tracker = _trackers.GetValueOrDefault(running.Name);
                    await MoveAsync(running, new Signal.RollBack(due.By, due.Why is null ? change : $"{change}: {due.Why}", AtOnce: true), tracker?.Judge(), tracker);
                }
            }

            TakeUp(due.Next);
            _replacement = null;
        }

        if (_publicationDue)
        {
            Publish();
        }
    }

    private void TakeUp(SpecificationSet next)
    {
        _specification = next;
        freezes.Take(next);
        alerts.Take(next);
        var moved = _states.Fit(next.Rollouts);
        Register.Have(next.Rollouts.Select(r => r.Name));
        foreach (var rollout in moved)
        {
            Register.Show(rollout, null, null);
        }

        _publicationDue = true;
    }

    /// <summary>A rollout of the specification; null when there is none of the name.</summary>
    public Rollout? Find(string name) => _specification.Rollouts.Any(r => r.Name == name) ? Rollouts.GetValueOrDefault(name) : null;

    /// <summary>Whether what serves is still what a promoted rollout has left, so that it can be taken back.</summary>
    public bool CanTakeBack(Rollout promoted) => ReferenceEquals(Find(promoted.Name), promoted) && _specification.FindModel(promoted.Spec.Model) is { } model
        && Catalogue.WhyNot(RolloutCommand.RollBack, promoted, model, Known, Person.Specification, freezes.Now) is null;

    /// <summary>Does what somebody asks.</summary>
    /// <returns>What came of it; a refusal where it cannot be done as things stand.</returns>
    /// <exception cref="StoreUnavailableException">Nothing was done.</exception>
    public async Task<Transition> CommandAsync(Rollout known, RolloutCommand command, Person person, string? why)
    {
        var (model, by) = (_specification.FindModel(known.Spec.Model)!, person.Name);
        if (Catalogue.WhyNot(command, known, model, Known, person, freezes.Now, alerts.Of(known.Spec)) is { } obstacle)
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
            RolloutCommand.Advance => new Signal.Advance(by, reason, judgement, tracker?.Ejection, freezes.Now.Frozen(known), alerts.Of(known.Spec)),
            RolloutCommand.Approve => new Signal.Approve(person, reason, model.IsOfHighRisk),
            _ => new Signal.RollBack(by, reason),
        }, judgement, tracker);
    }

    /// <summary>Why a rollout that is to start by itself has to wait; null when it need not.</summary>
    public string? WhyWait(string rollout) => Catalogue.WhyNotNow(Rollouts[rollout], Known, Person.Specification, freezes.Now, alerts.Of(Rollouts[rollout].Spec));

    private async Task<Transition> StartAsync(Rollout known, Person by, string? why)
    {
        var run = _lastRun + 1;
        var model = _specification.FindModel(known.Spec.Model)!;
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
        var step = Decide(rollout, signal, judgement, tracker);
        await RecordAsync(step);
        Take(step);
        return step.Transition;
    }

    /// <summary>What a signal comes to; nothing has changed yet.</summary>
    public Step Decide(Rollout rollout, Signal signal, Judgement? judgement, RunTracker? tracker)
    {
        var now = time.GetUtcNow();
        var transition = RolloutMachine.Next(rollout, signal, now);
        return new(transition, judgement, tracker)
        {
            Entry = transition.Changes ? LedgerEntries.Of(rollout, transition, judgement ?? tracker?.Judge(), tracker?.Digest ?? "", now, _specification.FindModel(rollout.Spec.Model)?.About) : null,
        };
    }

    /// <summary>Makes a step durable, where there is anything to record.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was done.</exception>
    public Task RecordAsync(Step step) => step.Entry is { } entry ? store.RecordAsync(entry, step.Transition.Next, CancellationToken.None) : Task.CompletedTask;

    /// <summary>Takes a recorded step over into memory, for everyone to see; routes nothing yet.</summary>
    public void Take(Step step)
    {
        var (transition, judgement, tracker) = step;
        if (step.Entry is { } entry)
        {
            Moved(entry.Rollout, entry.Kind, entry.To, entry.Why);
        }

        if (transition.Refusal is not null || (!transition.Changes && tracker is null))
        {
            // Nothing that anybody could see has changed.
            return;
        }

        var next = transition.Next;
        _states.Put(next, isRecorded: next.Run > 0);
        var summary = next.Ended ? tracker?.Summary() : null;
        Register.Show(next, judgement, tracker, summary);
        if (next.Ended)
        {
            _trackers.Remove(next.Name);
        }
        else if (tracker is not null)
        {
            _trackers[next.Name] = tracker;
        }

        if (summary is not null)
        {
            Summaries.Add(summary);
        }
    }

    /// <summary>Routes by where everything stands now.</summary>
    public void Publish()
    {
        var (models, known) = (_specification.Models.ToDictionary(m => m.Name, StringComparer.Ordinal), Known);
        _lastRun = Math.Max(_lastRun, known.Select(r => r.Run).DefaultIfEmpty(0).Max());
        _collectors = _trackers.Values.ToDictionary(t => t.Run, t => t.Feedback);
        _gauges = [.. _trackers.Values.Select(t => t.Gauges)];
        _runs = known
            .Where(r => r.Run > 0 && models.ContainsKey(r.Spec.Model))
            .ToDictionary(r => r.Run, r => new KnownRun(r.Run, r.Name, models[r.Spec.Model], r.IsActive ? r.Stage : null, r.CanaryShare));
        var picture = Catalogue.Picture(_specification.Models, known);
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
