using Haldane.Core.Evidence;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Statistics;

/// <summary>The logarithm of the ratio of two arms' quantiles, with its standard error.</summary>
/// <remarks>
/// <para>theta = ln q_c - ln q_b, interpolated inside the bucket; for each arm se = (ln q(p + 2h) - ln q(p - 2h)) / 4 with h = sqrt(D p (1 - p) / n),
/// the spread of the order statistics that are two standard errors of rank away, D the answers that count as one; se^2 adds up over the arms.</para>
/// <para>Asymptotic; assumes independent, identically distributed latencies within an arm and stage. Serfling, "Approximation Theorems of
/// Mathematical Statistics" (1980), section 2.3.3, with the density read from the order statistics. Natural logarithms of seconds.</para>
/// </remarks>
/// <param name="LogRatio">theta.</param>
/// <param name="Error">Its standard error.</param>
/// <param name="Difference">q_c - q_b, seconds.</param>
/// <param name="DifferenceError">Its standard error, by the delta method: se^2 = sum (q se_arm)^2.</param>
internal readonly record struct QuantileEstimate(double LogRatio, double Error, double Difference, double DifferenceError)
{
    /// <summary>Observations beyond the quantile, in the smaller arm, from which the normal approximation is trusted (held to simulation).</summary>
    public const int Beyond = 30;

    // A bucket's width spread evenly: nothing finer can be seen, however many observations there are.
    private static readonly double Finest = LatencyBuckets.LogRatio / Math.Sqrt(12);

    /// <summary>Observations that an arm needs before this estimate is trusted.</summary>
    public static long Needed(double quantile) => (long)Math.Ceiling(Beyond / Math.Min(quantile, 1 - quantile) - 1e-9);

    /// <summary>The estimate, or null before it can be trusted.</summary>
    /// <param name="canary">The canary's latencies.</param>
    /// <param name="baseline">The baseline's latencies.</param>
    /// <param name="quantile">In (0, 1).</param>
    /// <param name="clustering">How many answers count as one, see <see cref="DesignEffect.After"/>.</param>
    /// <param name="factor">As if so many times as many had come; other than 1 for forecasts only.</param>
    public static QuantileEstimate? Of(LatencyHistogram canary, LatencyHistogram baseline, double quantile, double clustering = 1, double factor = 1)
    {
        if (Math.Min(canary.Total, baseline.Total) * factor < Needed(quantile)
            || double.IsInfinity(clustering)
            || canary.LogQuantile(quantile) is not { } c
            || baseline.LogQuantile(quantile) is not { } b)
        {
            return null;
        }

        return ErrorOf(canary, quantile, clustering) is { } ofCanary && ErrorOf(baseline, quantile, clustering) is { } ofBaseline
            ? Between(c, b, ofCanary, ofBaseline)
            : null;
    }

    private static QuantileEstimate Between(double canary, double baseline, double ofCanary, double ofBaseline)
    {
        double error = Math.Max(Finest, Math.Sqrt(ofCanary * ofCanary + ofBaseline * ofBaseline)), c = Math.Exp(canary), b = Math.Exp(baseline);
        var spread = Math.Sqrt(c * c * ofCanary * ofCanary + b * b * ofBaseline * ofBaseline);
        return new(canary - baseline, error, c - b, Math.Max(Finest * Math.Max(c, b), spread));
    }

    // Null when the order statistics that it asks for lie outside what was seen.
    private static double? ErrorOf(LatencyHistogram arm, double p, double clustering)
    {
        var reach = 2 * Math.Sqrt(p * (1 - p) * clustering / arm.Total);
        return p + reach < 1 && p - reach > 0 ? (arm.LogQuantile(p + reach) - arm.LogQuantile(p - reach)) / 4 : null;
    }
}
