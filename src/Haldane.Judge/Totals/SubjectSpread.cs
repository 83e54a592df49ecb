using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Judge.Totals;

/// <summary>How far the answers to one subject resemble each other: what an arm's answers were like, by group of subjects.</summary>
/// <remarks>
/// <para>The design effect of Kish, "Survey Sampling" (1965), section 8.2, with groups of subjects as clusters: with x_g answers of a kind out of N_g in group g and r their part of all N,
/// D = sum (x_g - r N_g)^2 / (1 - 1 / G) / (N r (1 - r)), G = N^2 / sum N_g^2 the groups that there are in effect. Independent answers have 1, give or take sqrt((2 + G / (N r (1 - r))) / (G - 1)). Where subjects keep a
/// latency or a class of their own it grows with the number of answers: more answers of the same users say nothing new. So between reports it is continued in proportion.</para>
/// <para>For one thread.</para>
/// </remarks>
/// <param name="kinds">How many kinds of answers are told apart.</param>
internal sealed class SubjectSpread(int kinds)
{
    /// <summary>With fewer groups in effect the spread between them says nothing.</summary>
    public const double FewestGroups = 5;

    // Standard errors that are taken for chance, as for bursts.
    private const double Chance = 1.5;

    // By kind, then by group; null where no answer was of the kind.
    private readonly long[]?[] _counts = new long[]?[kinds];
    private readonly long[] _ofGroup = new long[SubjectGroups.Count];
    private readonly double[] _above = new double[kinds];
    private long _reported;
    private long _answers;
    private double _groups;
    private double _mix;

    /// <summary>Whether a report is of so many kinds of answers.</summary>
    public static bool Fits(SparseCounts counts, int kinds) =>
        counts.Buckets.Count == counts.Counts.Count && counts.Buckets.All(b => b >= 0 && b < kinds * SubjectGroups.Count) && counts.Counts.All(n => n > 0);

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

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        foreach (var counts in _counts)
        {
            counts.AsSpan().Clear();
        }

        Array.Clear(_ofGroup);
        (_reported, _answers, _groups, _mix) = (0, 0, 0, 0);
    }

    /// <summary>How many answers count as one where it matters which lie above a kind; at least 1, infinite while there are too few groups to tell. 1 when nothing was reported.</summary>
    public double Above(int kind) => Effect(_above[kind]);

    /// <summary>The same where the mix of kinds matters.</summary>
    /// <remarks>The mean of the kinds' effects, weighted by 1 - r: Rao and Scott, JASA 76 (1981), first-order correction.</remarks>
    public double Mix => Effect(_mix);

    // Less what may be chance; it grows with the answers that came since the last report.
    private double Effect(double seen) => _reported == 0 ? 1
        : _groups < FewestGroups ? double.PositiveInfinity
        : Math.Max(1, 1 + (seen - 1) * Math.Max(1, _answers / (double)_reported));

    private void Refresh()
    {
        double squares = 0;
        foreach (var n in _ofGroup)
        {
            squares += (double)n * n;
        }

        _groups = (double)_reported * _reported / squares;
        Span<long> above = stackalloc long[SubjectGroups.Count], ofKind = stackalloc long[SubjectGroups.Count];
        above.Clear();
        double mix = 0, weights = 0;
        for (var kind = kinds - 1; kind >= 0; kind--)
        {
            _above[kind] = Between(above);
            if (_counts[kind] is not { } own)
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
        return squares / (1 - 1 / _groups) / independent - Chance * Math.Sqrt((2 + _groups / independent) / (_groups - 1));
    }
}
