using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>Notices that the baseline itself is beyond an absolute limit just now: what both versions suffer is nobody's fault, so nothing of it is held against the canary.</summary>
/// <remarks>
/// <para>Looks at the last one, ten and sixty slices. Whether a slice is set aside depends on the baseline's answers only, never on what the canary's were, so an e-value of the canary's other slices stays one (Ramdas,
/// Grünwald, Vovk and Shafer, "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38 (2023), section 3: which round is bet on may follow from anything known before its outcome).</para>
/// <para>Memory is that of sixty slices. For one thread.</para>
/// </remarks>
internal sealed class CommonTrouble
{
    private static readonly int[] Spans = [1, 10, 60];

    // So few events at the limit that a slice alone cannot prove anything: then one that looks beyond it is set aside, which costs a baseline that is well now and then a slice.
    private const double TooFew = 3;

    // To set a slice aside takes little: if it was for nothing, a slice of evidence is lost. To say so to people, and hold the rollout, takes more.
    private static readonly double AsideAt = Math.Log(100), SaidAt = Math.Log(1_000);

    private readonly double _limit;
    private readonly TiltMixture _beyond;
    private readonly Queue<Rate> _last = new();
    private Rate _said;

    /// <summary>Nothing seen.</summary>
    /// <param name="limit">A rate, as a fraction.</param>
    /// <param name="beyond">Evidence that a rate lies beyond it.</param>
    public CommonTrouble(double limit, TiltMixture beyond) => (_limit, _beyond) = (limit, beyond);

    /// <summary>The baseline's rate over the span that proves its trouble best; null while it has none.</summary>
    public Rate? Standing => _said.Count > 0 ? _said : null;

    /// <summary>Takes what the baseline did in a slice, and says whether the slice is to be set aside.</summary>
    public bool Add(Rate baseline)
    {
        _last.Enqueue(baseline);
        if (_last.Count > Spans[^1])
        {
            _last.Dequeue();
        }

        var (best, isAside) = (SaidAt, baseline.Count * _limit < TooFew && baseline.Events > baseline.Count * _limit);
        _said = default;
        foreach (var span in Spans)
        {
            var rate = Over(span);
            var proof = rate.Events == 0 ? 0 : _beyond.LogE(rate.Events, rate.Count);
            isAside |= proof >= AsideAt;
            if (proof >= best)
            {
                (best, _said) = (proof, rate);
            }
        }

        return isAside;
    }

    private Rate Over(int span)
    {
        var rate = default(Rate);
        var skip = _last.Count - span;
        foreach (var slice in _last)
        {
            rate += skip-- > 0 ? default : slice;
        }

        return rate;
    }
}
