using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Totals;

/// <summary>How far the answers to one subject resemble each other: what an arm's answers were like, by group of subjects.</summary>
/// <remarks>
/// <para>The design effect of Kish, "Survey Sampling" (1965), section 8.2, with groups of subjects as clusters: with x_g answers of a kind out of N_g in group g and r their part of all N,
/// D = sum (x_g - r N_g)^2 / (1 - 1 / G) / (N r (1 - r)), G = N^2 / sum N_g^2 the groups that there are in effect. Independent answers have 1, give or take sqrt((2 + G / (N r (1 - r))) / (G - 1)). Where subjects keep a
/// latency or a class of their own it grows with the number of answers: more answers of the same users say nothing new. So between reports it is continued in proportion.</para>
/// <para>D - 1 is c (K - 1), c the correlation of a subject's answers and K how often the subject of an answer came on average, see <see cref="GroupedMean.Repeats"/>. The counts of a stage start anew, but c is the users' own:
/// it is fitted to D - 1 = c (K - 1) by least squares over this stage and those before. Without, the first answers of a stage would seem independent where its few heaviest users happen to agree.</para>
/// <para>For one thread.</para>
/// </remarks>
/// <param name="kinds">How many kinds of answers are told apart.</param>
internal sealed class SubjectSpread(int kinds)
{
    // By kind, then by group; null where no answer was of the kind.
    private readonly long[]?[] _counts = new long[]?[kinds];
    private readonly long[] _ofGroup = new long[SubjectGroups.Count];
    private readonly double[] _above = new double[kinds];
    private readonly double[] _aboveBefore = new double[kinds];
    private long _reported;
    private long _answers;
    private double _groups;
    private double _widening = 1;
    private double _repeats, _squaresBefore;
    private double _mix, _mixBefore;

    /// <summary>Whether a report is of so many kinds of answers.</summary>
    public static bool Fits(SparseCounts counts, int kinds)
    {
        ReadOnlySpan<int> buckets = counts.Buckets.AsSpan();
        return buckets.Length == counts.Counts.Count
            && !buckets.ContainsAnyExceptInRange(0, kinds * SubjectGroups.Count - 1)
            && !counts.Counts.AsSpan().ContainsAnyExceptInRange(1, long.MaxValue);
    }

    /// <summary>Adds what a slice reports, and how many answers it has.</summary>
    /// <param name="answers">All answers of the slice, reported or not.</param>
    /// <param name="counts">By <see cref="SubjectGroups.Key"/>; null when nothing is reported.</param>
    public void Add(long answers, SparseCounts? counts)
    {
        _answers += answers;
        if (counts is null || counts.Buckets.Count == 0)
        {
            return;
        }

        ReadOnlySpan<int> buckets = counts.Buckets.AsSpan();
        ReadOnlySpan<long> many = counts.Counts.AsSpan();
        for (var i = 0; i < buckets.Length; i++)
        {
            var (kind, group) = SubjectGroups.Parts(buckets[i]);
            (_counts[kind] ??= new long[SubjectGroups.Count])[group] += many[i];
            _ofGroup[group] += many[i];
            _reported += many[i];
        }

        Refresh();
    }

    /// <summary>Forgets the stage that is over, but for how much alike a subject's answers were.</summary>
    public void Clear()
    {
        if (_groups >= DesignEffect.FewestClusters)
        {
            for (var kind = 0; kind < kinds; kind++)
            {
                _aboveBefore[kind] += _repeats * (_above[kind] - 1);
            }

            _mixBefore += _repeats * (_mix - 1);
            _squaresBefore += _repeats * _repeats;
        }

        Array.Clear(_counts);
        Array.Clear(_ofGroup);
        (_reported, _answers, _groups, _repeats, _mix) = (0, 0, 0, 0, 0);
    }

    /// <summary>How many answers count as one where it matters which lie above a kind; at least 1, infinite while there are too few groups to tell. 1 when nothing was reported.</summary>
    public double Above(int kind) => Effect(_above[kind], _aboveBefore[kind]);

    /// <summary>The same where the mix of kinds matters.</summary>
    /// <remarks>The mean of the kinds' effects, weighted by 1 - r: Rao and Scott, JASA 76 (1981), first-order correction. It is one number from few groups, where above a kind the largest of several is used; so it is widened as t is wider than the normal distribution.</remarks>
    public double Mix => 1 + (Effect(_mix, _mixBefore) - 1) * _widening;

    // It grows with the answers that came since the last report.
    private double Effect(double seen, double before)
    {
        if (_reported == 0)
        {
            return 1;
        }

        if (_groups < DesignEffect.FewestClusters)
        {
            return double.PositiveInfinity;
        }

        var beyondOne = _squaresBefore > 0 ? (_repeats * (seen - 1) + before) * _repeats / (_repeats * _repeats + _squaresBefore) : seen - 1;
        return 1 + Math.Max(0, beyondOne) * Math.Max(1, _answers / (double)_reported);
    }

    private void Refresh()
    {
        _groups = GroupedMean.GroupsInEffect(_ofGroup);
        _widening = _groups < DesignEffect.FewestClusters ? 1 : GroupedMean.Widening(_groups);
        _repeats = Math.Max(0, GroupedMean.Repeats(_ofGroup));

        Span<long> above = stackalloc long[SubjectGroups.Count], ofKind = stackalloc long[SubjectGroups.Count];
        above.Clear();
        double mix = 0, weights = 0;
        for (var kind = kinds - 1; kind >= 0; kind--)
        {
            _above[kind] = Between(above);
            var own = _counts[kind];
            if (own is null)
            {
                continue;
            }

            var sum = 0L;
            for (var g = 0; g < own.Length; g++)
            {
                (ofKind[g], above[g], sum) = (own[g], above[g] + own[g], sum + own[g]);
            }

            var weight = 1 - sum / (double)_reported;
            (mix, weights) = (mix + weight * Between(ofKind), weights + weight);
        }

        _mix = weights > 0 ? mix / weights : 1;
    }

    // The design effect of answers of a kind, less what may be chance.
    private double Between(ReadOnlySpan<long> ofKind)
    {
        double events = ofKind.Sum(), rate = events / _reported;
        if (events == 0 || events == _reported || _groups <= 1)
        {
            return 1;
        }

        var squares = 0.0;
        for (var g = 0; g < ofKind.Length; g++)
        {
            var rest = ofKind[g] - rate * _ofGroup[g];
            squares += rest * rest;
        }

        var independent = events * (1 - rate);
        return DesignEffect.LessChance(squares / (1 - 1 / _groups) / independent, _groups, independent);
    }
}
