using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;
using Haldane.Core.Ports;

namespace Haldane.Control.Feedback;

/// <summary>Sums stored feedback of one run until the next slice takes it.</summary>
/// <remarks>
/// Feedback must come in order of position. A subject's first label of a stage counts, by the rule that evidence is counted by the unit that is
/// assigned. Any thread.
/// </remarks>
internal sealed class LabelCollector(SegmentCells cells)
{
    // Past this many labelled subjects in a stage further ones are left out, whatever their arm: the comparison is long decided.
    private const int MostSubjects = 1 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, HashSet<uint>> _labelled = [];
    private readonly Dictionary<(int Stage, Arm Arm, int Cell), (long Labelled, long Wrong)> _labels = [];
    private readonly Dictionary<(string Name, int Stage, Arm Arm), (long Count, double Sum, double Squares)> _values = [];
    private long _upTo;

    /// <summary>Takes note of feedback that an earlier slice holds already.</summary>
    public void Remember(StoredFeedback stored)
    {
        lock (_gate)
        {
            _upTo = stored.Position;
            IsFirst(stored.Feedback);
        }
    }

    /// <summary>Adds feedback to the next slice.</summary>
    public void Add(StoredFeedback stored)
    {
        var feedback = stored.Feedback;
        lock (_gate)
        {
            _upTo = stored.Position;
            foreach (var (name, value) in feedback.Values)
            {
                var key = (name, feedback.Stage, feedback.Arm);
                var (count, sum, squares) = _values.GetValueOrDefault(key);
                _values[key] = (count + 1, sum + value, squares + value * value);
            }

            if (IsFirst(feedback))
            {
                Span<int> own = stackalloc int[cells.Segments.Count];
                cells.Decode(feedback.SegmentCode, own);
                AddLabel(feedback, SegmentCells.Everyone);
                foreach (var cell in own)
                {
                    AddLabel(feedback, cell);
                }
            }
        }
    }

    /// <summary>What came since the last call, and the position that it reaches to.</summary>
    public (ValueList<LabelCounts> Labels, ValueList<ValueMoments> Values, long UpTo) Take()
    {
        lock (_gate)
        {
            var labels = _labels.OrderBy(l => l.Key).Select(l => new LabelCounts(l.Key.Stage, l.Key.Arm, l.Key.Cell, l.Value.Labelled, l.Value.Wrong)).ToValueList();
            var values = _values.OrderBy(v => v.Key).Select(v => new ValueMoments(v.Key.Name, v.Key.Stage, v.Key.Arm, v.Value.Count, v.Value.Sum, v.Value.Squares)).ToValueList();
            _labels.Clear();
            _values.Clear();
            return (labels, values, _upTo);
        }
    }

    private bool IsFirst(JoinedFeedback feedback)
    {
        if (feedback.Wrong is null)
        {
            return false;
        }

        if (!_labelled.TryGetValue(feedback.Stage, out var subjects))
        {
            _labelled[feedback.Stage] = subjects = [];
        }

        return subjects.Count < MostSubjects && subjects.Add(feedback.Subject);
    }

    private void AddLabel(JoinedFeedback feedback, int cell)
    {
        var key = (feedback.Stage, feedback.Arm, cell);
        var (labelled, wrong) = _labels.GetValueOrDefault(key);
        _labels[key] = (labelled + 1, wrong + (feedback.Wrong == true ? 1 : 0));
    }
}
