using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;
using Haldane.Core.Specification;

namespace Haldane.Control.Feedback;

/// <summary>Sums the moments of named numbers, each held to its range. Not thread-safe.</summary>
internal sealed class ValueSums(SignalsSpec signals)
{
    private readonly Dictionary<(string Name, int Stage, Arm Arm, int Cell, int Group), (long Count, long NonZero, double Sum, double Squares)> _sums = [];

    public void Add(JoinedFeedback feedback, ReadOnlySpan<int> cells)
    {
        foreach (var (name, value) in feedback.Values)
        {
            // Stores hold values of times when nobody had to declare them.
            if (signals.FindValue(name) is not { } spec)
            {
                continue;
            }

            var held = Math.Clamp(value, spec.Min, spec.Max);
            foreach (var cell in cells)
            {
                var key = (spec.Name, feedback.Stage, feedback.Arm, cell, SubjectGroups.Of(feedback.Subject));
                var (count, nonZero, sum, squares) = _sums.GetValueOrDefault(key);
                _sums[key] = (count + 1, nonZero + (held == 0 ? 0 : 1), sum + held, squares + held * held);
            }
        }
    }

    /// <summary>What was added since the last call.</summary>
    public ValueList<ValueMoments> Take()
    {
        var moments = _sums
            .OrderBy(s => s.Key.Name, StringComparer.Ordinal).ThenBy(s => (s.Key.Stage, s.Key.Arm, s.Key.Cell, s.Key.Group))
            .Select(s => new ValueMoments(
                s.Key.Name, s.Key.Stage, s.Key.Arm, s.Key.Cell, s.Key.Group, s.Value.Count, s.Value.NonZero, s.Value.Sum, s.Value.Squares))
            .ToValueList();
        _sums.Clear();
        return moments;
    }
}
