using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Totals;

/// <summary>How uneven the subjects of each cell are: what carries the design effect of everyone over to a segment.</summary>
/// <remarks>
/// <para>Where answers of one subject have the correlation c, the design effect is 1 + c (K - 1), K as in <see cref="GroupedMean.Repeats"/>. A segment has the correlation of everyone and a K of its own.</para>
/// <para>For one thread.</para>
/// </remarks>
internal sealed class SubjectActivity(int cells)
{
    // A subject has an answer or hardly more: then K - 1 is mostly chance.
    private const double LeastRepeats = 0.1;

    private readonly long[] _counts = new long[cells * SubjectGroups.Count];
    private readonly double[] _repeats = new double[cells];
    private readonly double[] _groups = new double[cells];
    private bool _reported;

    /// <summary>Whether anything was reported.</summary>
    public bool IsReported => _reported;

    /// <summary>Adds what a slice reports.</summary>
    /// <param name="answers">By <see cref="SubjectGroups.Key"/> of cell and group.</param>
    public void Add(SparseCounts? answers)
    {
        if (answers is null || answers.Buckets.Count == 0)
        {
            return;
        }

        for (var i = 0; i < answers.Buckets.Count; i++)
        {
            _counts[answers.Buckets[i]] += answers.Counts[i];
        }

        _reported = true;
        for (var cell = 0; cell < cells; cell++)
        {
            Refresh(cell, _counts.AsSpan(SubjectGroups.Key(cell, 0), SubjectGroups.Count));
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        _reported = false;
    }

    /// <summary>The design effect of a cell; infinite while there are too few groups in it to tell.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="ofEveryone">That of everyone.</param>
    public double EffectIn(int cell, double ofEveryone) => cell == SegmentCells.Everyone || !_reported || ofEveryone == 1 ? ofEveryone
        : _groups[cell] < DesignEffect.FewestClusters ? double.PositiveInfinity
        : 1 + (ofEveryone - 1) * Math.Max(0, _repeats[cell]) / Math.Max(LeastRepeats, _repeats[SegmentCells.Everyone]);

    /// <summary>How many more the subject of one has on average in a cell, see <see cref="GroupedMean.Repeats"/>.</summary>
    public double RepeatsIn(int cell) => _repeats[cell];

    private void Refresh(int cell, ReadOnlySpan<long> groups)
    {
        _groups[cell] = GroupedMean.GroupsInEffect(groups);
        _repeats[cell] = GroupedMean.Repeats(groups);
    }
}

/// <summary>How far the answers to one subject resemble each other in a cell.</summary>
/// <param name="Everyone">Among the answers of everyone.</param>
/// <param name="Activity">How uneven subjects are.</param>
/// <param name="Cell">The cell.</param>
internal sealed record CellSpread(SubjectSpread Everyone, SubjectActivity Activity, int Cell)
{
    /// <summary>How uneven they are where an answer brings many predictions, as far as that is reported: then it is predictions that are spread.</summary>
    public SubjectActivity? Batches { get; init; }

    /// <summary>See <see cref="SubjectSpread.Above"/>.</summary>
    public double Above(int kind) => Uneven.EffectIn(Cell, Everyone.Above(kind));

    /// <summary>See <see cref="SubjectSpread.Mix"/>.</summary>
    public double Mix => Uneven.EffectIn(Cell, Everyone.Mix);

    /// <summary>How many predictions of one answer count as one: at most as many as it brings, weighted by themselves, and fewer where they differ; 1 where each answer brings one.</summary>
    public double OfAnswer => Batches is { IsReported: true }
        ? Math.Max(1, Math.Min(Mix, (1 + Batches.RepeatsIn(Cell)) / (1 + Math.Max(0, Activity.RepeatsIn(Cell)))))
        : 1;

    private SubjectActivity Uneven => Batches is { IsReported: true } ? Batches : Activity;
}
