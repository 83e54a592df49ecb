using Haldane.Control.Courses;
using Haldane.Control.Evidence;
using Haldane.Control.Feedback;
using Haldane.Control.Gauges;
using Haldane.Control.Live;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Judge;

namespace Haldane.Control.Rollouts;

/// <summary>What the controller keeps of one running rollout between ticks; all of it can be rebuilt from the store.</summary>
/// <remarks>Not thread-safe, but for <see cref="Feedback"/> and <see cref="Gauges"/>: belongs to the controller's tick.</remarks>
internal sealed class RunTracker
{
    private readonly SegmentCells _cells;
    private readonly ValueList<StageSpec> _stages;
    private readonly string[] _guards;
    private readonly JudgedRun _judged;
    private readonly FirstOccurrences _firsts = new();
    private readonly TimeProvider _time;
    private long _takenUpTo;
    private long _number;
    private bool _fresh = true;
    private EvidenceSlice? _unsaved;

    /// <summary>A run without evidence.</summary>
    public RunTracker(ModelSpec model, RolloutSpec rollout, int run, TimeProvider time)
    {
        Run = run;
        _cells = new(model.Segments);
        (_stages, _guards) = (rollout.Stages, [.. rollout.Guards.Select(g => g.Name)]);
        _judged = new(model, rollout);
        Course = new(new(model, rollout));
        Feedback = new(_cells, model.Signals);
        Gauges = new(model.Name, rollout);
        _time = time;
        _takenUpTo = time.GetTimestamp();
    }

    public int Run { get; }

    public FeedbackCollector Feedback { get; }

    public GaugeCollector Gauges { get; }

    public LiveSeries Series { get; } = new();

    /// <summary>The whole run as curves. Any thread.</summary>
    public CourseTally Course { get; }

    /// <summary>Digest of the evidence that was judged so far, hex; empty when there is none.</summary>
    public string Digest => _judged.Digest;

    /// <summary>That the router has ejected the canary, as of the last slice; null while it has not.</summary>
    public Ejection? Ejection { get; private set; }

    /// <summary>Rebuilds a run from what was stored.</summary>
    /// <remarks>The model must be the one that the run started with: only it can say what the stored cells and classes mean.</remarks>
    public static async Task<RunTracker> RestoreAsync(
        IRolloutStore store, ModelSpec model, RolloutSpec rollout, int run, TimeProvider time, CancellationToken cancel)
    {
        var tracker = new RunTracker(model, rollout, run, time);
        var feedbackUpTo = 0L;
        await foreach (var stored in store.EvidenceAsync(run, cancel))
        {
            tracker._firsts.Restore(stored.Slice);
            tracker.Take(stored.Slice, stored.Digest);
            if (tracker.Course.IsFull)
            {
                tracker.Course.Judge(tracker._judged.Judge(forecast: false));
            }

            feedbackUpTo = stored.Slice.FeedbackUpTo;
        }

        await foreach (var feedback in store.FeedbackAsync(run, 0, cancel))
        {
            if (feedback.Position <= feedbackUpTo)
            {
                tracker.Feedback.Remember(feedback);
            }
            else
            {
                tracker.Feedback.Add(feedback);
            }
        }

        return tracker;
    }

    /// <summary>What was observed since the last slice that was stored, to be stored next; null when nothing was. The same one until it is <see cref="Stored"/>.</summary>
    public EvidenceSlice? Observe(ITrafficRouter router)
    {
        if (_unsaved is null && router.Collect(Run) is { } observed)
        {
            Ejection = observed.Ejection;
            _unsaved = Slice(observed);
        }

        return _unsaved;
    }

    /// <summary>Counts the slice of <see cref="Observe"/>: it is durable.</summary>
    /// <param name="digest">The run's digest after it, hex.</param>
    public void Stored(string digest)
    {
        var slice = _unsaved!;
        _unsaved = null;
        Take(slice, digest);
    }

    /// <summary>What the judge says to all that was counted.</summary>
    public Judgement Judge()
    {
        var judgement = _judged.Judge();
        Course.Judge(judgement);
        return judgement;
    }

    /// <summary>What is kept of the run once it has ended.</summary>
    public RunSummary Summary() => new(Run, _judged.Judge(forecast: false), Series.Totals, Course.Course(Run, _guards)) { Segments = _judged.Segments() };

    /// <summary>What is seen in each segment, in this stage.</summary>
    public ValueList<SegmentState> Segments() => _judged.Segments();

    // How long a slice lasted decides when a bake is over, so it is measured: a wall clock that somebody sets must not bake.
    private EvidenceSlice Slice(ObservedTraffic observed)
    {
        var until = _time.GetTimestamp();
        var length = _time.GetElapsedTime(_takenUpTo, until);
        var (baseline, canary, events) = _firsts.Count(observed, _cells, paired: _stages[observed.Stage].Kind == StageKind.Shadow);
        var late = Feedback.Take();
        var slice = new EvidenceSlice
        {
            Number = _number + 1,
            Stage = observed.Stage,
            Share = observed.Share,
            From = _time.GetUtcNow() - length,
            Length = length,
            Fresh = _fresh,
            Baseline = baseline,
            Canary = canary,
            Labels = late.Labels,
            Calibration = late.Calibration,
            Values = observed.Values.Concat(late.Values).ToValueList(),
            Events = events.Concat(late.Events).ToValueList(),
            Pairs = observed.Pairs,
            Gauges = Gauges.Take(),
            FeedbackUpTo = late.UpTo,
        };
        _takenUpTo = until;
        _fresh = false;
        return slice;
    }

    private void Take(EvidenceSlice slice, string digest)
    {
        _number = slice.Number;
        Series.Add(slice);
        _judged.Take(slice, digest);
        Course.Add(slice);
    }
}
