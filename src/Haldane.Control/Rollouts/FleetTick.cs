using Haldane.Control.Alerts;
using Haldane.Control.Policies;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Rollouts;

/// <summary>One look at all running rollouts together: collects and stores evidence, judges, records what moves, and publishes once.</summary>
/// <remarks>
/// All slices wait for the store at the same time, and then all records, so that a thousand rollouts share a few flushes of the disk and do not wait for a thousand. Each write stands for itself all the
/// same: a fault of ours holds the rollout that it hit, a store that does not answer holds all, and whatever was recorded is published. For the controller's turn only.
/// </remarks>
internal sealed class FleetTick(RolloutBook book, IRolloutStore store, ITrafficRouter router, FreezeDesk freezes, AlertDesk alerts)
{
    /// <summary>Looks once.</summary>
    /// <returns>What went wrong; null when nothing did.</returns>
    public async Task<Trouble?> RunAsync()
    {
        var faults = new Faults();
        var looks = book.Rollouts.Values
            .Where(r => r.IsActive || r.WarmUntil is not null)
            .Select(r => new Look(r, book.Trackers.GetValueOrDefault(r.Name)))
            .ToList();
        await WriteAsync(looks, StoreAsync, static (look, digest) => look.Stored(digest), faults);
        if (!faults.StoreIsDown)
        {
            var published = true;
            await WriteAsync(looks.Where(faults.Spare).ToList(), RecordAsync, (_, step) =>
            {
                book.Take(step);
                published &= !step.Transition.Routes;
            }, faults);
            if (!published)
            {
                Publish(faults);
            }
        }

        return faults.Worst;
    }

    // Begins every write, in order, before it waits for the first.
    private static async Task WriteAsync<T>(List<Look> looks, Func<Look, Task<T>> write, Action<Look, T> end, Faults faults)
    {
        var begun = looks.ConvertAll(look => (Look: look, Write: write(look)));
        foreach (var (look, writing) in begun)
        {
            try
            {
                end(look, await writing);
            }
            catch (Exception e) // a fault of ours holds this rollout; the others, the loop and the gateway go on
            {
                faults.Add(look, e);
            }
        }
    }

    // Not to be cancelled: a slice that was stored without our knowing could never be stored again, nor be followed.
    private async Task<string?> StoreAsync(Look look) =>
        look.Tracker?.Observe(router) is { } slice ? await store.AppendEvidenceAsync(look.Tracker.Run, slice, CancellationToken.None) : null;

    private async Task<Step> RecordAsync(Look look)
    {
        var step = Decide(look);
        await book.RecordAsync(step);
        return step;
    }

    private Step Decide(Look look)
    {
        var (rollout, tracker) = look;
        var alarm = alerts.Of(rollout.Spec);
        if (tracker is null)
        {
            // What has been promoted may serve no longer, and then there is nothing to take back.
            alarm = alarm is not null && book.CanTakeBack(rollout) ? alarm : null;
            return book.Decide(rollout, new Signal.Elapsed(Alarm: alarm), null, null);
        }

        var judgement = tracker.Judge();
        return book.Decide(
            rollout,
            rollout.Phase == Phase.Running ? new Signal.Judged(judgement, tracker.Ejection, freezes.Now.Frozen(rollout), alarm) : new Signal.Elapsed(tracker.Ejection, alarm),
            judgement,
            tracker);
    }

    private void Publish(Faults faults)
    {
        try
        {
            book.Publish();
        }
        catch (Exception e) // the router is at fault: what is recorded is published at the next tick
        {
            faults.Add(Trouble.OfRouting(e));
        }
    }

    private sealed record Look(Rollout Rollout, RunTracker? Tracker)
    {
        public void Stored(string? digest)
        {
            if (digest is not null)
            {
                Tracker!.Stored(digest);
            }
        }
    }

    /// <summary>What went wrong so far. A store that does not answer is worse than a fault of ours, for it holds all.</summary>
    private sealed class Faults
    {
        private readonly HashSet<Look> _hit = new(ReferenceEqualityComparer.Instance);
        private Trouble? _store;
        private Trouble? _last;

        public bool StoreIsDown => _store is not null;

        public Trouble? Worst => _store ?? _last;

        public bool Spare(Look look) => !_hit.Contains(look);

        public void Add(Trouble trouble) => _last = trouble;

        public void Add(Look look, Exception fault)
        {
            _hit.Add(look);
            if (fault is StoreUnavailableException)
            {
                _store ??= new(fault.Message, fault);
            }
            else
            {
                _last = new($"{look.Rollout.Name} could not be judged: {fault.Message}", fault);
            }
        }
    }
}
