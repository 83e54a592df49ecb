using Haldane.Control.Evidence;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;

namespace Haldane.Control.Feedback;

/// <summary>Counts events that came as feedback: each, and beside that each subject's first of a run. Not thread-safe.</summary>
internal sealed class EventSums
{
    private readonly FirstSubjects<string> _known = new();
    private readonly Dictionary<(string Name, int Stage, Arm Arm, int Cell), (long Count, long Subjects)> _sums = [];

    /// <summary>Takes note of a subject that an earlier slice counted.</summary>
    public void Remember(JoinedFeedback feedback)
    {
        foreach (var name in feedback.Events)
        {
            _known.Add(name, feedback.Subject);
        }
    }

    public void Add(JoinedFeedback feedback, ReadOnlySpan<int> cells)
    {
        foreach (var name in feedback.Events)
        {
            var first = _known.Add(name, feedback.Subject) ? 1 : 0;
            foreach (var cell in cells)
            {
                var key = (name, feedback.Stage, feedback.Arm, cell);
                var (count, subjects) = _sums.GetValueOrDefault(key);
                _sums[key] = (count + 1, subjects + first);
            }
        }
    }

    /// <summary>What was added since the last call.</summary>
    public ValueList<EventCounts> Take()
    {
        var counts = _sums
            .OrderBy(s => s.Key.Name, StringComparer.Ordinal).ThenBy(s => (s.Key.Stage, s.Key.Arm, s.Key.Cell))
            .Select(s => new EventCounts(s.Key.Name, s.Key.Stage, s.Key.Arm, s.Key.Cell, s.Value.Count, s.Value.Subjects))
            .ToValueList();
        _sums.Clear();
        return counts;
    }
}
