using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;

namespace Haldane.Control.Evidence;

/// <summary>Counts each subject's first error of a stage, and no other.</summary>
/// <remarks>
/// With sticky assignment a few error-prone subjects would otherwise be taken for a bad version. A subject belongs to one arm
/// within a stage, so one set serves both. Not thread-safe: belongs to the controller's tick.
/// </remarks>
internal sealed class SubjectsWithErrors
{
    // Beyond this the comparison is long decided; new subjects are left out whatever their arm.
    private const int Limit = 1 << 20;

    private readonly HashSet<uint> _known = [];
    private int _stage = -1;

    /// <summary>Takes over what a stored slice counted.</summary>
    public void Restore(EvidenceSlice slice)
    {
        Enter(slice.Stage);
        _known.UnionWith(slice.Baseline.ErrorSubjects);
        _known.UnionWith(slice.Canary.ErrorSubjects);
    }

    /// <summary>The arms' evidence with first errors filled in.</summary>
    public (ArmEvidence Baseline, ArmEvidence Canary) Count(ObservedTraffic observed, SegmentCells cells)
    {
        Enter(observed.Stage);
        var counts = new[] { new long[cells.Count], new long[cells.Count] };
        var subjects = new[] { new List<uint>(), new List<uint>() };
        var own = new int[cells.Segments.Count];
        foreach (var failure in observed.Failures)
        {
            if (_known.Count >= Limit || !_known.Add(failure.Subject))
            {
                continue;
            }

            var arm = (int)failure.Arm;
            subjects[arm].Add(failure.Subject);
            counts[arm][SegmentCells.Everyone]++;
            cells.Decode(failure.SegmentCode, own);
            foreach (var cell in own)
            {
                counts[arm][cell]++;
            }
        }

        return (With(observed.Baseline, counts[0], subjects[0]), With(observed.Canary, counts[1], subjects[1]));
    }

    private static ArmEvidence With(ArmEvidence arm, long[] counts, List<uint> subjects) => arm with
    {
        ErrorSubjects = subjects.ToValueList(),
        Cells = arm.Cells.Select((cell, i) => counts[i] == 0 ? cell : cell with { ErrorSubjects = counts[i] }).ToValueList(),
    };

    private void Enter(int stage)
    {
        if (stage != _stage)
        {
            _known.Clear();
            _stage = stage;
        }
    }
}
