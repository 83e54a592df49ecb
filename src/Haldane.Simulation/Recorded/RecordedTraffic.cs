using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Recorded;

/// <summary>Estimates traffic from the evidence of a run: its rate from both arms, all else from the baseline's.</summary>
/// <remarks>Each request is taken as of a subject of its own: evidence does not say who came how often. For one thread.</remarks>
public sealed class RecordedTraffic
{
    // Fewer exchanges than this show nothing of a tail.
    private const long Fewest = 1_000;

    private readonly ModelSpec _model;
    private readonly CellTotals _everyone;
    private readonly SegmentCells _layout;
    private readonly long[] _byCell;
    private readonly Dictionary<string, long> _events = [];
    private readonly Dictionary<string, (long Count, long NonZero, double Sum, double Squares, Delay Delay)> _values = [];
    private readonly Dictionary<string, Delay> _eventDelays = [];
    private readonly Delay _labelDelay = new();
    private readonly Dictionary<int, TimeSpan> _stages = [];
    private long _all, _labelled, _wrong;
    private TimeSpan _length;

    /// <summary>Nothing read yet.</summary>
    public RecordedTraffic(ModelSpec model)
    {
        _model = model;
        _everyone = new(model.Signals.Prediction is { } prediction ? prediction.Classes.Count + 1 : 0);
        _layout = new(model.Segments);
        _byCell = new long[_layout.Count];
    }

    /// <summary>Takes the next slice of the run into account.</summary>
    public void Add(EvidenceSlice slice)
    {
        _length += slice.Length;
        _all += slice.Baseline.Cells[SegmentCells.Everyone].Exchanges + slice.Canary.Cells[SegmentCells.Everyone].Exchanges;
        _everyone.Add(slice.Baseline.Cells[SegmentCells.Everyone]);
        for (var cell = 0; cell < _byCell.Length; cell++)
        {
            _byCell[cell] += slice.Baseline.Cells[cell].Exchanges;
        }

        _stages.TryAdd(slice.Stage, _length);
        foreach (var labels in slice.Labels.Where(l => l is { Arm: Arm.Baseline, Cell: SegmentCells.Everyone }))
        {
            _labelled += labels.Labelled;
            _wrong += labels.Wrong;
            _labelDelay.Note(labels.Stage, Since(labels.Stage));
        }

        foreach (var counts in slice.Events.Where(e => e is { Arm: Arm.Baseline, Cell: SegmentCells.Everyone }))
        {
            _events[counts.Name] = _events.GetValueOrDefault(counts.Name) + counts.Count;
            DelayOf(_eventDelays, counts.Name).Note(counts.Stage, Since(counts.Stage));
        }

        foreach (var moments in slice.Values.Where(v => v is { Arm: Arm.Baseline, Cell: SegmentCells.Everyone }))
        {
            var sum = _values.GetValueOrDefault(moments.Name, (0, 0, 0, 0, new Delay()));
            _values[moments.Name] = (sum.Count + moments.Count, sum.NonZero + moments.NonZero, sum.Sum + moments.Sum, sum.Squares + moments.SumOfSquares, sum.Delay);
            sum.Delay.Note(moments.Stage, Since(moments.Stage));
        }
    }

    /// <summary>The traffic.</summary>
    /// <param name="problem">Why nothing can be said; null when something can.</param>
    public TrafficModel? Estimate(out string? problem)
    {
        problem = null;
        if (_everyone.Exchanges < Fewest || _everyone.Answers == 0)
        {
            problem = $"the recorded run has {_everyone.Exchanges:N0} exchanges of the baseline, {Fewest:N0} are the least that shows what its traffic is like";
            return null;
        }

        double answers = _everyone.Answers;
        return new()
        {
            Model = _model,
            RatePerSecond = _all / _length.TotalSeconds,
            CellParts = Parts(),
            LabelCoverage = Math.Min(1, _labelled / Math.Max(1, answers * Seen(_labelDelay))),
            LabelDelay = _labelDelay.Estimate,
            Values = _values.Select(v => new Feedback(v.Key, Math.Min(1, v.Value.Count / Math.Max(1, answers * Seen(v.Value.Delay))), v.Value.Delay.Estimate)).ToValueList(),
            Events = _model.Signals.Events.Select(name => new Feedback(name, 1, DelayOf(_eventDelays, name).Estimate)).ToValueList(),
            Baseline = new()
            {
                Errors = _everyone.Errors / (double)_everyone.Exchanges,
                Latency = _everyone.Latency()!,
                FirstToken = _everyone.FirstToken(),
                Classes = _everyone.Classes(),
                Confidence = _model.Signals.Confidence is null ? [] : _everyone.Confidence(),
                Accuracy = _labelled > 0 ? 1 - _wrong / (double)_labelled : 1,
                Events = _events.Select(e => new EventChance(
                    e.Key, e.Value / (GatewayEvents.All.Contains(e.Key) ? _everyone.Exchanges : Math.Max(1, answers * Seen(DelayOf(_eventDelays, e.Key)))))).ToValueList(),
                Values = _model.Signals.Values.Where(v => _values.ContainsKey(v.Name)).Select(Shape).ToValueList(),
            },
        };
    }

    private ValueShape Shape(ValueSpec value)
    {
        var (count, nonZero, sum, squares, _) = _values[value.Name];
        var mean = sum / count;
        return new(value.Name, mean, Math.Sqrt(Math.Max(0, squares / count - mean * mean)), Math.Max(nonZero, 1) / (double)count, value.Min, value.Max);
    }

    private ValueList<double> Parts()
    {
        List<double> parts = [1];
        for (var s = 0; s < _model.Segments.Count; s++)
        {
            parts.AddRange(CellTotals.Parts(_byCell[_layout.CellsOf(s)]));
        }

        return parts.ToValueList();
    }

    // Since the end of the stage's first slice: what came at once is in that slice.
    private TimeSpan Since(int stage) => _length - _stages.GetValueOrDefault(stage);

    // The part of the exchanges whose feedback had time to come.
    private double Seen(Delay delay) => Math.Clamp(1 - delay.Estimate / _length, 0.01, 1);

    private static Delay DelayOf(Dictionary<string, Delay> delays, string name)
    {
        if (!delays.TryGetValue(name, out var delay))
        {
            delays[name] = delay = new();
        }

        return delay;
    }

    /// <summary>How long after its exchange feedback comes: of each stage the first of it, after the stage began.</summary>
    private sealed class Delay
    {
        private readonly Dictionary<int, TimeSpan> _first = [];

        public TimeSpan Estimate => _first.Count == 0 ? TimeSpan.Zero : _first.Min(f => f.Value);

        public void Note(int stage, TimeSpan since) => _first.TryAdd(stage, since);
    }
}
