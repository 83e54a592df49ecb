using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;

namespace Haldane.Judge;

/// <summary>Watches whether the split that is seen is the split that was asked.</summary>
/// <remarks>
/// Counts start anew with every stage and after a restart of the process, when subjects may be counted twice. The k-th count gets 1 / (k (k + 1)) of
/// the level, which sums to 1, so over all of them a sound split is called broken at most once in 2,000. Sticky: a split that was once
/// proven wrong has spoiled the evidence of its stage. For one thread.
/// </remarks>
internal sealed class SampleRatio
{
    // ln 2,000: rare enough not to bother anyone who runs many rollouts, and a real fault passes it within seconds.
    private static readonly double BrokenAt = Math.Log(2000);

    private long _starts;
    private int _stage = -1;
    private long _canary, _baseline;

    /// <summary>What is wrong with the split; null when nothing is.</summary>
    public string? Broken { get; private set; }

    /// <summary>Takes a slice into account.</summary>
    public void Add(EvidenceSlice slice)
    {
        if (slice.Fresh || slice.Stage != _stage)
        {
            (_stage, _canary, _baseline) = (slice.Stage, 0, 0);
            _starts++;
        }

        _canary += slice.Canary.NewSubjects;
        _baseline += slice.Baseline.NewSubjects;
        var asked = slice.Share.Fraction;

        // With everyone on one arm there is no split to check.
        if (Broken is not null || asked is <= 0 or >= 1)
        {
            return;
        }

        if (MultinomialMixture.LogE([_canary, _baseline], [asked, 1 - asked]) >= BrokenAt + Math.Log(_starts * (_starts + 1.0)))
        {
            Broken = Sentence(slice.Share);
        }
    }

    private string Sentence(Share asked)
    {
        var all = _canary + _baseline;
        return $"the split is not the one that was asked: the canary got {Say.Percent(_canary / (double)all)} of {Say.Count(all)} sampled subjects, "
            + $"{asked} was asked; the arms cannot be compared";
    }
}
