using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Rollouts;

/// <summary>What people see of the rollouts: one immutable view each, replaced as a whole.</summary>
/// <remarks>The controller writes, any thread reads and waits.</remarks>
internal sealed class Register
{
    private readonly Lock _gate = new();
    private string[] _order = [];
    private readonly Dictionary<string, RolloutView> _views = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version;

    /// <summary>All views, in order of the specification.</summary>
    public IReadOnlyList<RolloutView> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _order.Where(_views.ContainsKey).Select(n => _views[n])];
            }
        }
    }

    /// <summary>Has the rollouts of a specification and no others, in its order; those that it had keep their views.</summary>
    public void Have(IEnumerable<string> names)
    {
        lock (_gate)
        {
            _order = [.. names];
            foreach (var gone in _views.Keys.Except(_order).ToList())
            {
                _views.Remove(gone);
            }
        }

        Tell();
    }

    /// <summary>Shows where a rollout stands; nothing of one that the specification does not have.</summary>
    public void Show(Rollout rollout, Judgement? judgement, RunTracker? tracker)
    {
        lock (_gate)
        {
            if (!_order.Contains(rollout.Name))
            {
                return;
            }

            // An ended run keeps the curves and verdicts that it ended with.
            var last = _views.GetValueOrDefault(rollout.Name) is { } view && view.Rollout.Run == rollout.Run ? view : null;
            _views[rollout.Name] = new()
            {
                Version = ++_version,
                Rollout = rollout,
                Judgement = judgement ?? last?.Judgement,
                Ejection = rollout.IsActive ? tracker?.Ejection : null,
                Series = tracker?.Series.Points ?? last?.Series ?? [],
                Totals = tracker?.Series.Totals ?? last?.Totals ?? [],
            };
        }

        Tell();
    }

    /// <summary>Waits for a view newer than the given version; null when there is no such rollout.</summary>
    public async Task<RolloutView?> ChangedAsync(string name, long after, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (!_views.TryGetValue(name, out var view))
                {
                    return null;
                }

                if (view.Version > after)
                {
                    return view;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancel);
        }
    }

    private void Tell()
    {
        TaskCompletionSource before;
        lock (_gate)
        {
            before = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.TrySetResult();
    }
}
