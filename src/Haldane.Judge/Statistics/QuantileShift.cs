using Haldane.Judge.Totals;

namespace Haldane.Judge.Statistics;

/// <summary>The exact e-process for "a quantile of one arm is at most so many buckets above that of the other".</summary>
/// <remarks>
/// <para>With C_i, B_i the counts at or below edge i, p the quantile and s the shift: ln e = min over i of T-(C_(i+1)) + T+(B_(i-s)), T- the
/// <see cref="TiltMixture"/> against "rate at least p", T+ against "at most p". Whatever the true quantile, for its own bucket both factors are
/// e-processes under the null, and the minimum over buckets is below that one. Bucket edges cost one bucket (1.2 %) of power, never validity.</para>
/// <para>Assumes identically distributed latencies within an arm and stage, independent but for bursts, which <see cref="LatencyHistogram.Clustering"/> discounts. The two-arm, shifted form of Howard and Ramdas, "Sequential
/// estimation of quantiles", Bernoulli 28 (2022), theorem 5. Very conservative at the line, good for large shifts.</para>
/// </remarks>
internal sealed class QuantileShift(double quantile)
{
    private readonly TiltMixture _below = TiltMixture.ForQuantile(quantile, Null.AtLeast);
    private readonly TiltMixture _above = TiltMixture.ForQuantile(quantile, Null.AtMost);

    /// <summary>Natural logarithm of the e-value against "quantile of <paramref name="slow"/> at most <paramref name="shift"/> buckets higher".</summary>
    /// <param name="slow">The arm that may be slower.</param>
    /// <param name="fast">The other arm.</param>
    /// <param name="shift">In buckets.</param>
    /// <param name="clustering">How many answers count as one, see <see cref="LatencyHistogram.Clustering"/>.</param>
    public double LogE(LatencyHistogram slow, LatencyHistogram fast, int shift, double clustering = 1)
    {
        // Left of this range the sum only falls, right of it only rises.
        var last = slow.Last - 1;
        var first = Math.Min(fast.First + shift - 1, last);
        return new Search(this, slow, fast, shift, clustering).Run(first, last);
    }

    /// <summary>Branch and bound: T- falls and T+ rises with the edge, so the ends of a range bound what lies between them.</summary>
    private ref struct Search(
        QuantileShift lane, LatencyHistogram slow, LatencyHistogram fast, int shift, double clustering)
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

        private readonly double Below(int edge) => 
            lane._below.LogE(slow.UpTo(edge + 1) / clustering, slow.Total / clustering);

        private readonly double Above(int edge) => 
            lane._above.LogE(fast.UpTo(edge - shift) / clustering, fast.Total / clustering);
    }
}
