using Haldane.Core.Evidence;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Statistics;

/// <summary>The exact e-process for "a quantile of one arm is at most so much above that of the other".</summary>
/// <remarks>
/// <para>With C_i, B_i the counts at or below edge i, p the quantile and s(i) the edge that the line pairs with edge i: ln e = min over i of T-(C_(i+1)) + T+(B_s(i)), T- the
/// <see cref="TiltMixture"/> against "rate at least p", T+ against "at most p". Whatever the true quantile, for its own bucket both factors are
/// e-processes under the null, and the minimum over buckets is below that one. Bucket edges cost one bucket (1.2 %) of power, never validity.</para>
/// <para>Assumes identically distributed latencies within an arm and stage, independent but for bursts, which
/// <see cref="LatencyHistogram.Effect"/> discounts. The two-arm, shifted form of Howard and Ramdas, "Sequential estimation of quantiles", Bernoulli 28 (2022), theorem 5. Very conservative at the line, good for large shifts.</para>
/// </remarks>
internal sealed class QuantileShift(double quantile)
{
    private readonly TiltMixture _below = TiltMixture.ForQuantile(quantile, Null.AtLeast);
    private readonly TiltMixture _above = TiltMixture.ForQuantile(quantile, Null.AtMost);

    /// <summary>Natural logarithm of the e-value against "the quantile of <paramref name="slow"/> is at most <paramref name="shift"/> above that of the other".</summary>
    /// <param name="slow">The arm that may be slower.</param>
    /// <param name="fast">The other arm.</param>
    /// <param name="shift">The line.</param>
    /// <param name="clustering">How many answers count as one, see <see cref="LatencyHistogram.Effect"/>.</param>
    public double LogE(LatencyHistogram slow, LatencyHistogram fast, EdgeShift shift, double clustering = 1)
    {
        // Left of this range the sum only falls, right of it only rises.
        var last = slow.Last - 1;
        var first = Math.Min(shift.LastBelow(fast.First), last);
        return new Search(this, slow, fast, shift, clustering).Run(first, last);
    }

    /// <summary>The e-value is at most this: the value at the edges of both arms' quantiles, where the least one usually lies.</summary>
    /// <param name="slow">The arm that may be slower; not empty.</param>
    /// <param name="fast">The other arm; not empty.</param>
    /// <param name="shift">The line.</param>
    /// <param name="clustering">How many answers count as one.</param>
    /// <param name="slowQuantile">The bucket of the slow arm's quantile.</param>
    /// <param name="fastQuantile">The bucket of the fast arm's quantile.</param>
    public double AtMost(LatencyHistogram slow, LatencyHistogram fast, EdgeShift shift, double clustering, int slowQuantile, int fastQuantile)
    {
        var search = new Search(this, slow, fast, shift, clustering);
        return Math.Min(search.At(slowQuantile), search.At(shift.LastBelow(fastQuantile)));
    }

    /// <summary>Branch and bound: T- falls and T+ rises with the edge, so the ends of a range bound what lies between them.</summary>
    private ref struct Search(
        QuantileShift lane, LatencyHistogram slow, LatencyHistogram fast, EdgeShift shift, double clustering)
    {
        private double _best;

        public double Run(int first, int last)
        {
            double below = Below(last), above = Above(first);
            _best = Math.Min(below + Above(last), Below(first) + above);
            Narrow(first, last, below, above);
            return _best;
        }

        private void Narrow(int first, int last, double lowestBelow, double lowestAbove)
        {
            if (first > last || lowestBelow + lowestAbove >= _best)
            {
                return;
            }

            var middle = (first + last) >> 1; // rounds down also below zero
            double below = Below(middle), above = Above(middle);
            _best = Math.Min(_best, below + above);
            Narrow(first, middle - 1, below, lowestAbove);
            Narrow(middle + 1, last, lowestBelow, above);
        }

        public readonly double At(int edge) => Below(edge) + Above(edge);

        private readonly double Below(int edge) =>
            lane._below.LogE(slow.UpTo(edge + 1) / clustering, slow.Total / clustering);

        private readonly double Above(int edge) =>
            lane._above.LogE(fast.UpTo(shift.PartnerOf(edge)) / clustering, fast.Total / clustering);
    }
}

/// <summary>A line on the difference of two latencies, as a map of bucket edges: a whole number of buckets (a ratio) or of seconds.</summary>
/// <param name="Buckets">Buckets up.</param>
/// <param name="Seconds">Seconds up.</param>
internal readonly record struct EdgeShift(int Buckets, double Seconds)
{
    private static readonly double LogFirstEdge = Math.Log(LatencyBuckets.Edge(0));

    /// <summary>The shift by a ratio, as many whole buckets as lie in it.</summary>
    /// <param name="logRatio">Natural logarithm of the ratio.</param>
    /// <param name="roundUp">Whether a part of a bucket counts as a whole one.</param>
    public static EdgeShift Ratio(double logRatio, bool roundUp)
    {
        var buckets = logRatio / LatencyBuckets.LogRatio;
        return new((int)(roundUp ? Math.Ceiling(buckets - 1e-9) : Math.Floor(buckets + 1e-9)), 0);
    }

    /// <summary>The shift by a difference.</summary>
    public static EdgeShift Difference(double seconds) => new(0, seconds);

    /// <summary>The highest edge that lies at least the shift below another; -1 when there is none.</summary>
    public int PartnerOf(int edge)
    {
        if (Seconds == 0)
        {
            return edge - Buckets;
        }

        var seconds = LatencyBuckets.Edge(edge) - Seconds;
        return seconds <= 0 ? -1 : (int)Math.Clamp(Math.Floor((Math.Log(seconds) - LogFirstEdge) / LatencyBuckets.LogRatio + 1e-9), -1, LatencyBuckets.Count);
    }

    /// <summary>The highest edge whose partner lies below an edge.</summary>
    public int LastBelow(int edge)
    {
        if (Seconds == 0)
        {
            return edge + Buckets - 1;
        }

        var seconds = LatencyBuckets.Edge(edge) + Seconds;
        var last = seconds <= 0 ? -1 : (int)Math.Ceiling((Math.Log(seconds) - LogFirstEdge) / LatencyBuckets.LogRatio);
        while (last >= 0 && PartnerOf(last) >= edge)
        {
            last--;
        }

        return last;
    }
}
