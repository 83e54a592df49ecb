using Haldane.Control.Courses;
using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Rollouts;

/// <summary>What people see of the rollouts: one immutable view each, replaced as a whole.</summary>
/// <remarks>The controller writes, any thread reads and waits.</remarks>
internal sealed class Register
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Shown> _shown = new(StringComparer.Ordinal);
    private string[] _order = [];
    private long _version;

    /// <summary>All views, in order of the specification.</summary>
    public IReadOnlyList<RolloutView> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _order.Select(n => _shown[n].View).OfType<RolloutView>()];
            }
        }
    }

    /// <summary>Has the rollouts of a specification and no others, in its order; those that it had keep their views.</summary>
    public void Have(IEnumerable<string> names)
    {
        var gone = new List<Shown>();
        lock (_gate)
        {
            _order = [.. names];
            foreach (var name in _shown.Keys.Except(_order).ToList())
            {
                _shown.Remove(name, out var shown);
                gone.Add(shown!);
            }

            foreach (var name in _order)
            {
                _shown.TryAdd(name, new());
            }
        }

        gone.ForEach(shown => shown.Changed.TrySetResult());
    }

    /// <summary>Shows where a rollout stands; nothing of one that the specification does not have.</summary>
    /// <param name="rollout">Where it stands.</param>
    /// <param name="judgement">What the judge says; null when nobody asked it.</param>
    /// <param name="tracker">What is kept of it while it runs; null when it does not.</param>
    /// <param name="summary">What is kept of its last run, which has ended; null when nothing is, or it is known.</param>
    public void Show(Rollout rollout, Judgement? judgement, RunTracker? tracker, RunSummary? summary = null)
    {
        TaskCompletionSource before;
        lock (_gate)
        {
            if (!_shown.TryGetValue(rollout.Name, out var shown))
            {
                return;
            }

            // An ended run keeps the curves and verdicts that it ended with.
            var last = shown.View is { } view && view.Rollout.Run == rollout.Run ? view : null;
            shown.View = new()
            {
                Version = ++_version,
                Rollout = rollout,
                Judgement = judgement ?? last?.Judgement ?? summary?.Judgement,
                Ejection = rollout.IsActive ? tracker?.Ejection : null,
                Series = tracker?.Series.Points ?? last?.Series ?? [],
                Totals = tracker?.Series.Totals ?? last?.Totals ?? summary?.Totals ?? [],
            };
            shown.Course = tracker is null ? (last is null ? null : shown.Course) : new(tracker.Run, tracker.Course, rollout.Spec.Guards);
            shown.Summary = summary ?? (last is null ? null : shown.Summary);
            before = shown.Changed;
            shown.Changed = Signal();
        }

        before.TrySetResult();
    }

    /// <summary>Waits for a view newer than the given version; null when there is no such rollout.</summary>
    public async Task<RolloutView?> ChangedAsync(string name, long after, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_shown.GetValueOrDefault(name) is not { View: { } view } shown)
                {
                    return null;
                }

                if (view.Version > after)
                {
                    return view;
                }

                changed = shown.Changed.Task;
            }

            await changed.WaitAsync(cancel);
        }
    }

    /// <summary>How the last run of a rollout went; null when there is no such rollout, or nothing is kept of its last run.</summary>
    public RunCourse? Course(string name)
    {
        Shown? shown;
        lock (_gate)
        {
            shown = _shown.GetValueOrDefault(name);
        }

        return shown?.Course?.Read() ?? shown?.Summary?.Course;
    }

    /// <summary>What was seen in each segment of a run that has ended; empty when nothing is kept.</summary>
    public ValueList<SegmentState> Segments(string name)
    {
        lock (_gate)
        {
            return _shown.GetValueOrDefault(name)?.Summary?.Segments ?? [];
        }
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Followed(int Run, CourseTally Tally, ValueList<GuardSpec> Guards)
    {
        public RunCourse Read() => Tally.Course(Run, Guards.Select(g => g.Name));
    }

    /// <summary>A rollout's view, and who waits for the next one: of this rollout only, or each of a thousand would wake a thousand.</summary>
    private sealed class Shown
    {
        public RolloutView? View { get; set; }

        public TaskCompletionSource Changed { get; set; } = Signal();

        public Followed? Course { get; set; }

        public RunSummary? Summary { get; set; }
    }
}
