using Haldane.Control.Evidence;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;

namespace Haldane.Control.Feedback;

/// <summary>Sums labels, also by confidence: a subject's first of a stage only, by the rule that evidence is counted by the unit that is assigned. Not thread-safe.</summary>
internal sealed class LabelSums
{
    private readonly FirstSubjects<int> _labelled = new();
    private readonly Dictionary<(int Stage, Arm Arm, int Cell), (long Labelled, long Wrong)> _labels = [];
    private readonly Dictionary<(int Stage, Arm Arm, int Cell, int Bin), (long Labelled, long Right, double Confidence)> _bins = [];

    /// <summary>Takes note of a subject that an earlier slice counted.</summary>
    public void Remember(JoinedFeedback feedback) => IsFirst(feedback);

    public void Add(JoinedFeedback feedback, ReadOnlySpan<int> cells)
    {
        if (!IsFirst(feedback))
        {
            return;
        }

        var wrong = feedback.Wrong == true ? 1 : 0;
        foreach (var cell in cells)
        {
            var key = (feedback.Stage, feedback.Arm, cell);
            var sum = _labels.GetValueOrDefault(key);
            _labels[key] = (sum.Labelled + 1, sum.Wrong + wrong);
            if (feedback.Confidence is { } confidence)
            {
                var binKey = (feedback.Stage, feedback.Arm, cell, ConfidenceBins.Of(confidence));
                var bin = _bins.GetValueOrDefault(binKey);
                _bins[binKey] = (bin.Labelled + 1, bin.Right + 1 - wrong, bin.Confidence + confidence);
            }
        }
    }

    /// <summary>What was added since the last call.</summary>
    public (ValueList<LabelCounts> Labels, ValueList<CalibrationCounts> Calibration) Take()
    {
        var labels = _labels.OrderBy(l => l.Key)
            .Select(l => new LabelCounts(l.Key.Stage, l.Key.Arm, l.Key.Cell, l.Value.Labelled, l.Value.Wrong)).ToValueList();
        var calibration = _bins.OrderBy(b => b.Key)
            .Select(b => new CalibrationCounts(b.Key.Stage, b.Key.Arm, b.Key.Cell, b.Key.Bin, b.Value.Labelled, b.Value.Right, b.Value.Confidence)).ToValueList();
        _labels.Clear();
        _bins.Clear();
        return (labels, calibration);
    }

    private bool IsFirst(JoinedFeedback feedback) => feedback.Wrong is not null && _labelled.Add(feedback.Stage, feedback.Subject);
}
