using Haldane.Judge.Totals;

namespace Haldane.Judge.Statistics;

/// <summary>By how much one arm is slower over all latencies: sup over x of F_fast(x) - F_slow(x), a fraction.</summary>
/// <remarks>
/// The one-sided Kolmogorov-Smirnov distance, read at bucket edges. Two lanes. The exact one is the band of Howard and Ramdas, "Sequential estimation of
/// quantiles", Bernoulli 28 (2022), theorem 2: an arm's whole distribution stays within r(n) = 0.85 sqrt((ln ln(e n) + 0.8 ln(1612 / a)) / n) of what was seen, at all
/// times, with chance 1 - a. The asymptotic one is the normal mixture of the difference at an edge. Assumes independent latencies but for bursts, which
/// <see cref="LatencyHistogram.Effect"/> discounts.
/// </remarks>
internal static class StochasticOrder
{
    // Edges that share the asymptotic lane's proof of harm: the baseline's quantiles 1/17 .. 16/17 and three in its tail.
    private static readonly double[] Quantiles = [.. Enumerable.Range(1, 16).Select(k => k / 17.0), 0.97, 0.99, 0.995];

    // Below so many answers on either side of an edge the normal approximation is not trusted.
    private const int FewestAtEdge = 30;

    /// <summary>The largest difference, and where.</summary>
    public static (double Distance, int Bucket) Distance(LatencyHistogram slow, LatencyHistogram fast)
    {
        var (distance, bucket) = (0.0, Math.Min(slow.First, fast.First));
        for (var i = fast.First; i <= slow.Last; i++)
        {
            var difference = Above(slow, i) - Above(fast, i);
            (distance, bucket) = difference > distance ? (difference, i) : (distance, bucket);
        }

        return (distance, bucket);
    }

    /// <summary>Radius of the band of one arm.</summary>
    /// <param name="n">Observations, at least 1.</param>
    /// <param name="at">ln(1 / a).</param>
    public static double Radius(double n, double at) => 0.85 * Math.Sqrt((Math.Log(Math.Log(Math.E * n)) + 0.8 * (Math.Log(1612) + at)) / n);

    /// <summary>ln(1 / p) of "the distance is on the claimed side of the line", from the bands of both arms at half the level each; 0 when nothing is shown.</summary>
    /// <param name="gap">By how much the distance that was seen lies beyond the line.</param>
    /// <param name="first">Effective observations of one arm.</param>
    /// <param name="second">Effective observations of the other.</param>
    public static double LogEvidence(double gap, double first, double second) =>
        first < 1 || second < 1 ? 0 : Inversion.LogEvidence(new Bands(gap, first, second));

    /// <summary>Log e-value of the asymptotic lane against "the distance is at most the line": the mean over edges.</summary>
    public static double LogEAbove(LatencyHistogram slow, LatencyHistogram fast, double line, double effect, double factor = 1)
    {
        Span<double> terms = stackalloc double[Quantiles.Length];
        for (var k = 0; k < terms.Length; k++)
        {
            var edge = fast.QuantileBucket(Quantiles[k]);
            terms[k] = At(slow, fast, edge, factor) is var (difference, error) ? NormalMixture.LogE(difference - line, error, effect) : 0;
        }

        return LogSpace.Mean(terms);
    }

    /// <summary>Log e-value of the asymptotic lane against "the distance is at least the line": the least over edges, since at one of them it is.</summary>
    public static double LogEBelow(LatencyHistogram slow, LatencyHistogram fast, double line, double effect, double factor = 1)
    {
        var least = double.PositiveInfinity;
        for (var i = Math.Min(slow.First, fast.First); i <= Math.Max(slow.Last, fast.Last); i++)
        {
            if (At(slow, fast, i, factor) is var (difference, error))
            {
                least = Math.Min(least, NormalMixture.LogE(line - difference, error, effect));
            }
        }

        return double.IsInfinity(least) ? 0 : least;
    }

    private static double Above(LatencyHistogram arm, int bucket) => 1 - arm.UpTo(bucket) / (double)arm.Total;

    // The difference at an edge with its standard error, at least that of one answer in each arm; null where a burst may be all that was seen.
    private static (double Difference, double Error)? At(LatencyHistogram slow, LatencyHistogram fast, int bucket, double factor)
    {
        if (Math.Min(slow.Total, fast.Total) < 2 * FewestAtEdge)
        {
            return null;
        }

        double above = Above(slow, bucket), below = Above(fast, bucket);
        var clustering = DesignEffect.Largest(slow.Effect(bucket), fast.Effect(bucket)).After(factor);
        var pooled = (above * slow.Total + below * fast.Total + 1) / (slow.Total + fast.Total + 2);
        var least = Math.Max(pooled * (1 - pooled), FewestAtEdge / (double)(slow.Total + fast.Total));
        return double.IsInfinity(clustering) ? null : (above - below, Math.Sqrt(clustering * (Spread(above) / slow.Total + Spread(below) / fast.Total)));

        // The pooled spread alone would be that of the larger arm: far too little where the smaller one had its bursts and the larger one was spared.
        double Spread(double part) => Math.Max(part * (1 - part), least);
    }

    private readonly record struct Bands(double Gap, double First, double Second) : IBound
    {
        public bool HoldsAt(double at) => Radius(First, at + Math.Log(2)) + Radius(Second, at + Math.Log(2)) <= Gap;
    }
}
