using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;

namespace Haldane.Control.Evidence;

/// <summary>Counts each subject's first error of a run, and its first refusal and so on, and no other.</summary>
/// <remarks>
/// With sticky assignment a few error-prone subjects would otherwise be taken for a bad version; and since a growing share keeps whom it has, those whom chance
/// put on the canary would be taken for new proof in every stage. So who is known on either arm counts on neither any more. Only where both arms get the same requests, in a shadow stage, each arm
/// counts for itself: what fails on both speaks for neither. Not thread-safe: belongs to the controller's tick.
/// </remarks>
internal sealed class FirstOccurrences
{
    // Past this many subjects of both arms together further ones are left out, whatever their arm.
    private const int MostSubjects = 1 << 20;

    private readonly FirstSubjects<(int Event, Arm Arm)> _known = new();

    /// <summary>Takes over what a stored slice counted.</summary>
    public void Restore(EvidenceSlice slice)
    {
        foreach (var arm in (ReadOnlySpan<Arm>)[Arm.Baseline, Arm.Canary])
        {
            Restore(Occurrence.Failure, arm, slice.Of(arm).ErrorSubjects);
            foreach (var (name, subjects) in slice.Of(arm).EventSubjects)
            {
                if (GatewayEvents.All.AsSpan().IndexOf(name) is >= 0 and var kind)
                {
                    Restore(kind, arm, subjects);
                }
            }
        }
    }

    /// <summary>The arms' evidence with first occurrences filled in, and the events with their subjects.</summary>
    /// <param name="observed">What was observed.</param>
    /// <param name="cells">The model's cells.</param>
    /// <param name="paired">Whether both arms got the same requests.</param>
    public (ArmEvidence Baseline, ArmEvidence Canary, ValueList<EventCounts> Events) Count(ObservedTraffic observed, SegmentCells cells, bool paired = false)
    {
        var first = observed.Occurrences.Where(o => IsFirst(o, paired)).ToList();
        var counts = new Dictionary<(int Event, Arm Arm, int Cell), long>();
        var own = new int[cells.Segments.Count];
        foreach (var occurrence in first)
        {
            Increment(occurrence, SegmentCells.Everyone);
            cells.Decode(occurrence.SegmentCode, own);
            foreach (var cell in own)
            {
                Increment(occurrence, cell);
            }
        }

        return (With(observed.Baseline, Arm.Baseline), With(observed.Canary, Arm.Canary), Events());

        void Increment(in Occurrence occurrence, int cell)
        {
            var key = (occurrence.Event, occurrence.Arm, cell);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        ArmEvidence With(ArmEvidence evidence, Arm arm) => evidence with
        {
            ErrorSubjects = SubjectsOf(Occurrence.Failure, arm),
            EventSubjects = Enumerable.Range(0, GatewayEvents.All.Count)
                .Select(e => new EventSubjects(GatewayEvents.All[e], SubjectsOf(e, arm))).Where(e => e.Subjects.Count > 0).ToValueList(),
            Cells = evidence.Cells.Select((cell, i) => counts.GetValueOrDefault((Occurrence.Failure, arm, i)) is > 0 and var n ? cell with { ErrorSubjects = n } : cell).ToValueList(),
        };

        ValueList<uint> SubjectsOf(int kind, Arm arm) => first.Where(o => o.Event == kind && o.Arm == arm).Select(o => o.Subject).ToValueList();

        // A subject may come one slice after its exchange, so not every subject has a count beside it.
        ValueList<EventCounts> Events() => observed.Events
            .Concat(counts.Where(c => c.Key.Event != Occurrence.Failure)
                .Select(c => new EventCounts(GatewayEvents.All[c.Key.Event], observed.Stage, c.Key.Arm, c.Key.Cell, 0, c.Value)))
            .GroupBy(e => (e.Name, e.Arm, e.Cell))
            .Select(g => new EventCounts(g.Key.Name, observed.Stage, g.Key.Arm, g.Key.Cell, g.Sum(e => e.Count), g.Sum(e => e.Subjects)))
            .OrderBy(e => e.Name, StringComparer.Ordinal).ThenBy(e => (e.Arm, e.Cell))
            .ToValueList();
    }

    private bool IsFirst(in Occurrence occurrence, bool paired)
    {
        var (own, other) = ((occurrence.Event, occurrence.Arm), (occurrence.Event, occurrence.Arm == Arm.Canary ? Arm.Baseline : Arm.Canary));
        return (paired || !_known.Knows(other, occurrence.Subject))
            && _known.Count(own) + _known.Count(other) < MostSubjects
            && _known.Add(own, occurrence.Subject);
    }

    private void Restore(int kind, Arm arm, ValueList<uint> subjects)
    {
        foreach (var subject in subjects)
        {
            _known.Add((kind, arm), subject);
        }
    }
}
