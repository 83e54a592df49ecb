using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge;

namespace Haldane.Control.Reports;

/// <summary>Adds up what both arms did in a stage, or on the way back. For one thread.</summary>
internal sealed class StageTally
{
    private readonly SubjectCount _subjects = new();

    public ArmTally Baseline { get; } = new();

    public ArmTally Canary { get; } = new();

    public double Seconds { get; private set; }

    /// <summary>Subjects of the canary, estimated.</summary>
    public long Subjects => _subjects.Canary;

    /// <summary>How often each event happened to the baseline's and to the canary's exchanges.</summary>
    public SortedDictionary<string, Counted> Events { get; } = new(StringComparer.Ordinal);

    /// <summary>Labels, and those that disagree.</summary>
    public Counted Labelled { get; } = new();

    public Counted Wrong { get; } = new();

    public void Add(EvidenceSlice slice)
    {
        Seconds += slice.Length.TotalSeconds;
        Baseline.Add(slice.Baseline);
        Canary.Add(slice.Canary);
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

/// <summary>A count for each arm.</summary>
internal sealed class Counted
{
    public long Baseline { get; private set; }

    public long Canary { get; private set; }

    public void Add(Arm arm, long count)
    {
        if (arm == Arm.Canary)
        {
            Canary += count;
        }
        else
        {
            Baseline += count;
        }
    }
}
