using Haldane.Core.Evidence;

namespace Haldane.Simulation.Traffic;

/// <summary>Adds up what the answers of one arm were like by group of subjects, and reports it when the gateway would.</summary>
/// <remarks>For one thread.</remarks>
/// <param name="classes">How many classes are told apart, other included.</param>
internal sealed class GroupTally(int classes)
{
    private long _answers;
    private long _reported;

    public long[] Latency { get; } = new long[LatencySteps.Count * SubjectGroups.Count];

    public long[] FirstToken { get; } = new long[LatencySteps.Count * SubjectGroups.Count];

    public long[] Classes { get; } = new long[classes * SubjectGroups.Count];

    public long[] Confidence { get; } = new long[ConfidenceBins.Count * SubjectGroups.Count];

    /// <summary>What came since the last report, when it is time for one; then nothing of it is left here.</summary>
    /// <param name="answers">Answers since the last call.</param>
    public GroupedAnswers? Take(long answers)
    {
        _answers += answers;
        if (!SubjectGroups.IsDue(_answers, _reported))
        {
            return null;
        }

        _reported = _answers;
        var grown = new GroupedAnswers
        {
            Latency = SparseCounts.Of(Latency),
            FirstToken = SparseCounts.Of(FirstToken),
            Classes = SparseCounts.Of(Classes),
            Confidence = SparseCounts.Of(Confidence),
        };
        Empty();
        return grown;
    }

    /// <summary>A new stage begins: what was not reported is gone, as at the gateway.</summary>
    public void Clear()
    {
        (_answers, _reported) = (0, 0);
        Empty();
    }

    private void Empty()
    {
        foreach (var counts in (long[][])[Latency, FirstToken, Classes, Confidence])
        {
            Array.Clear(counts);
        }
    }
}
