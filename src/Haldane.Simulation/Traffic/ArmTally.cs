using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>Adds up what one arm does in a slice, and then begins anew.</summary>
/// <remarks>Rows by cell, so that streams can add to them directly. For one thread.</remarks>
internal sealed class ArmTally
{
    private readonly bool _hasClasses;
    private readonly bool _hasConfidence;

    /// <summary>Nothing yet.</summary>
    /// <param name="cells">How many cells there are.</param>
    /// <param name="classes">How many classes are told apart, other included; 0: none.</param>
    /// <param name="confidence">Whether confidences are read.</param>
    /// <param name="subjects">Those by whose groups it is told what answers were like; null where that is not told.</param>
    public ArmTally(int cells, int classes, bool confidence, ISubjects? subjects)
    {
        ByGroup = subjects is null ? null : new(cells, classes, subjects);
        (_hasClasses, _hasConfidence) = (classes > 0, confidence);
        (Exchanges, Errors, ErrorSubjects, Unread) = (new long[cells], new long[cells], new long[cells], new long[cells]);
        (Latency, FirstToken) = (Rows(cells, LatencyBuckets.Count), Rows(cells, LatencyBuckets.Count));
        (Classes, Confidence) = (Rows(cells, classes), Rows(cells, ConfidenceBins.Count));
    }

    public long[] Exchanges { get; }

    public long[] Errors { get; }

    public long[] ErrorSubjects { get; }

    public long[] Unread { get; }

    public long[][] Latency { get; }

    public long[][] FirstToken { get; }

    public long[][] Classes { get; }

    public long[][] Confidence { get; }

    public long[] Groups { get; } = new long[SubjectGroups.Count];

    /// <summary>What answers were like by group of subjects; null where that is not told.</summary>
    public GroupTally? ByGroup { get; }

    public long NewSubjects { get; set; }

    /// <summary>The evidence, and nothing is left here.</summary>
    public ArmEvidence Take(Dice dice, Arm arm)
    {
        var cells = new CellEvidence[Exchanges.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = new()
            {
                Exchanges = Exchanges[i],
                Errors = Errors[i],
                ErrorSubjects = ErrorSubjects[i],
                Unread = Unread[i],
                Latency = TakeSparse(Latency[i]),
                FirstToken = TakeSparse(FirstToken[i]),
                Classes = _hasClasses ? TakeAll(Classes[i]) : [],
                Confidence = _hasConfidence ? TakeAll(Confidence[i]) : [],
            };
        }

        var evidence = new ArmEvidence
        {
            Cells = ValueList.Create<CellEvidence>(cells),
            NewSubjects = NewSubjects,
            ByGroup = ByGroup?.Report(dice, arm, cells),
            AnswersByGroup = Groups.AsSpan().ContainsAnyExcept(0L) ? TakeAll(Groups) : [],
        };
        Array.Clear(Exchanges);
        Array.Clear(Errors);
        Array.Clear(ErrorSubjects);
        Array.Clear(Unread);
        NewSubjects = 0;
        return evidence;
    }

    private static long[][] Rows(int rows, int columns) => [.. Enumerable.Range(0, rows).Select(_ => new long[columns])];

    private static ValueList<long> TakeAll(long[] row)
    {
        var list = ValueList.Create<long>(row);
        Array.Clear(row);
        return list;
    }

    private static SparseCounts TakeSparse(long[] row)
    {
        var counts = SparseCounts.Of(row);
        foreach (var bucket in counts.Buckets.AsSpan())
        {
            row[bucket] = 0;
        }

        return counts;
    }
}
