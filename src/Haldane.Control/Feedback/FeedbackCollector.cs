using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Feedback;

/// <summary>What feedback adds to a slice.</summary>
/// <param name="Labels">Labels.</param>
/// <param name="Calibration">The same by confidence.</param>
/// <param name="Values">Named numbers.</param>
/// <param name="Events">What happened.</param>
/// <param name="UpTo">Position of the last feedback that is in this slice or an earlier one.</param>
internal sealed record CollectedFeedback(
    ValueList<LabelCounts> Labels, ValueList<CalibrationCounts> Calibration, ValueList<ValueMoments> Values, ValueList<EventCounts> Events, long UpTo);

/// <summary>Sums stored feedback of one run until the next slice takes it.</summary>
/// <remarks>Feedback must come in order of position. Any thread.</remarks>
internal sealed class FeedbackCollector(SegmentCells cells, SignalsSpec signals)
{
    private readonly Lock _gate = new();
    private readonly int[] _own = new int[1 + cells.Segments.Count]; // the first one stays everyone
    private readonly LabelSums _labels = new();
    private readonly ValueSums _values = new(signals);
    private readonly EventSums _events = new();
    private long _upTo;

    /// <summary>Takes note of feedback that an earlier slice holds already.</summary>
    public void Remember(StoredFeedback stored)
    {
        lock (_gate)
        {
            _upTo = stored.Position;
            _labels.Remember(stored.Feedback);
            _events.Remember(stored.Feedback);
        }
    }

    /// <summary>Adds feedback to the next slice.</summary>
    public void Add(StoredFeedback stored)
    {
        lock (_gate)
        {
            _upTo = stored.Position;
            var own = CellsOf(stored.Feedback.SegmentCode);
            _labels.Add(stored.Feedback, own);
            _values.Add(stored.Feedback, own);
            _events.Add(stored.Feedback, own);
        }
    }

    /// <summary>What came since the last call, and the position that it reaches to.</summary>
    public CollectedFeedback Take()
    {
        lock (_gate)
        {
            var (labels, calibration) = _labels.Take();
            return new(labels, calibration, _values.Take(), _events.Take(), _upTo);
        }
    }

    private ReadOnlySpan<int> CellsOf(int segmentCode)
    {
        if (segmentCode == SegmentCells.UnknownCode)
        {
            return _own.AsSpan(0, 1);
        }

        cells.Decode(segmentCode, _own.AsSpan(1));
        return _own;
    }
}
