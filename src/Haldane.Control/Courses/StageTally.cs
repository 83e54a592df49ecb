using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge;

namespace Haldane.Control.Courses;

/// <summary>Adds up what both arms did in a stage, or on the way back. For one thread.</summary>
internal sealed class StageTally
{
    private readonly SubjectCount _subjects = new();
    private readonly MixCounts _mixes = new();

    public ArmBin Baseline { get; } = new();

    public ArmBin Canary { get; } = new();

    public double Seconds { get; private set; }

    /// <summary>Subjects of the canary, estimated.</summary>
    public long Subjects => _subjects.Canary;

    /// <summary>How often each event happened to the baseline's and to the canary's exchanges.</summary>
    public SortedDictionary<string, Counted> Events { get; } = new(StringComparer.Ordinal);

    /// <summary>Labels, and those that disagree.</summary>
    public Counted Labelled { get; } = new();

    public Counted Wrong { get; } = new();

    /// <summary>How often each kind of a mix was answered by each arm; empty where there was none.</summary>
    public (ValueList<long> Baseline, ValueList<long> Canary) Of(Mix mix) => (_mixes.Of(Arm.Baseline, mix), _mixes.Of(Arm.Canary, mix));

    public void Add(EvidenceSlice slice)
    {
        Seconds += slice.Length.TotalSeconds;
        var (baseline, canary) = (slice.Baseline.Cells[SegmentCells.Everyone], slice.Canary.Cells[SegmentCells.Everyone]);
        Baseline.Add(baseline);
        Canary.Add(canary);
        _mixes.Add(Arm.Baseline, baseline);
        _mixes.Add(Arm.Canary, canary);
        _subjects.Add(slice);
    }

    public void Add(EventCounts counts)
    {
        if (!Events.TryGetValue(counts.Name, out var counted))
        {
            Events[counts.Name] = counted = new();
        }

        counted.Add(counts.Arm, counts.Count);
    }

    public void Add(LabelCounts counts)
    {
        Labelled.Add(counts.Arm, counts.Labelled);
        Wrong.Add(counts.Arm, counts.Wrong);
    }
}
