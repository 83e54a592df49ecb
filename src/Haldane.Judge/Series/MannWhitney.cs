using MathNet.Numerics.Distributions;

namespace Haldane.Judge.Series;

/// <summary>The Mann-Whitney test of two samples, and the shift between them with its interval.</summary>
/// <remarks>
/// U counts the pairs in which x lies above y, ties half; z = (U - nm/2 -+ 1/2) / sigma with the variance corrected for ties,
/// nm/12 ((n + m + 1) - sum(t^3 - t) / ((n + m)(n + m - 1))). Mann and Whitney, Ann. Math. Stat. 18 (1947). The shift is where z, of x less the shift,
/// is 0 (Hodges and Lehmann, Ann. Math. Stat. 34 (1963)), its interval where z crosses a normal quantile: as R's wilcox.test does without its exact option.
/// </remarks>
internal static class MannWhitney
{
    /// <summary>Pairs in which x lies above y, ties half.</summary>
    public static double U(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => RankSum(Ranks.Of(x, y), x.Length) - x.Length * (x.Length + 1) / 2.0;

    /// <summary>The chance of a U so high or higher without a difference, normal approximation.</summary>
    /// <param name="x">At least one.</param>
    /// <param name="y">At least one.</param>
    /// <param name="corrected">Whether 1/2 is taken off for continuity.</param>
    public static double PGreater(ReadOnlySpan<double> x, ReadOnlySpan<double> y, bool corrected)
    {
        var (distance, sigma) = Distance(x, y);
        return sigma == 0 ? 1 : Normal.CDF(0, 1, -(distance - (corrected ? 0.5 : 0)) / sigma);
    }

    /// <summary>The two-sided chance, normal approximation.</summary>
    public static double PTwoSided(ReadOnlySpan<double> x, ReadOnlySpan<double> y, bool corrected)
    {
        var (distance, sigma) = Distance(x, y);
        var size = Math.Abs(distance) - (corrected && distance != 0 ? 0.5 : 0);
        return sigma == 0 ? 1 : Math.Min(1, 2 * Normal.CDF(0, 1, -size / sigma));
    }

    /// <summary>The shift of x against y where z crosses a normal quantile; 0 for the estimate.</summary>
    /// <remarks>z falls in steps as the shift grows; the step is found by halving, to the last bit.</remarks>
    public static double Shift(ReadOnlySpan<double> x, ReadOnlySpan<double> y, double quantile)
    {
        var (sx, sy) = (Quantiles.Sorted(x), Quantiles.Sorted(y));
        double low = sx[0] - sy[^1], high = sx[^1] - sy[0];
        if (Z(sx, sy, low) <= quantile)
        {
            return low;
        }

        if (Z(sx, sy, high) >= quantile)
        {
            return high;
        }

        while (true)
        {
            var middle = low + (high - low) / 2;
            if (middle <= low || middle >= high)
            {
                return middle;
            }

            (low, high) = Z(sx, sy, middle) > quantile ? (middle, high) : (low, middle);
        }
    }

    /// <summary>The median of all pairwise differences x - y: the estimate of the shift.</summary>
    /// <remarks>Found by halving over counts in linear time, so a pair of long series costs no table of differences.</remarks>
    public static double HodgesLehmann(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var (sx, sy) = (Quantiles.Sorted(x), Quantiles.Sorted(y));
        var pairs = (long)sx.Length * sy.Length;
        var upper = Difference(sx, sy, pairs / 2 + 1);
        return pairs % 2 == 1 ? upper : (Difference(sx, sy, pairs / 2) + upper) / 2;
    }

    private static double Z(double[] x, double[] y, double shift)
    {
        var moved = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            moved[i] = x[i] - shift;
        }

        var (distance, sigma) = Distance(moved, y);
        return sigma == 0 ? 0 : (distance - Math.Sign(distance) * 0.5) / sigma;
    }

    private static (double Distance, double Sigma) Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double n = x.Length, m = y.Length, all = n + m;
        var ranks = Ranks.Of(x, y);
        var distance = RankSum(ranks, x.Length) - n * (n + 1) / 2 - n * m / 2;
        Array.Sort(ranks);
        var ties = 0.0;
        for (var i = 0; i < ranks.Length;)
        {
            var end = i + 1;
            while (end < ranks.Length && ranks[end] == ranks[i])
            {
                end++;
            }

            double t = end - i;
            ties += t * t * t - t;
            i = end;
        }

        return (distance, Math.Sqrt(Math.Max(0, n * m / 12 * (all + 1 - ties / (all * (all - 1))))));
    }

    private static double RankSum(double[] ranks, int count)
    {
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sum += ranks[i];
        }

        return sum;
    }

    // The rank-th smallest difference: the smallest d with at least so many pairs at or below it.
    private static double Difference(double[] x, double[] y, long rank)
    {
        double low = x[0] - y[^1], high = x[^1] - y[0];
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (middle <= low || middle >= high)
            {
                return AtOrBelow(x, y, low) >= rank ? low : high;
            }

            (low, high) = AtOrBelow(x, y, middle) >= rank ? (low, middle) : (middle, high);
        }

        return high;
    }

    private static long AtOrBelow(double[] x, double[] y, double limit)
    {
        long count = 0;
        var first = 0; // larger x need larger y, so one walk through both is enough
        foreach (var value in x)
        {
            while (first < y.Length && value - y[first] > limit)
            {
                first++;
            }

            count += y.Length - first;
        }

        return count;
    }
}
