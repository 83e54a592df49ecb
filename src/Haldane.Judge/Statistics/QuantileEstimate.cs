using Haldane.Core.Evidence;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Statistics;

/// <summary>How far a quantile of the canary lies above that of the baseline, as the logarithm of their ratio or as a difference, and how sure that is.</summary>
/// <remarks>
/// <para>theta = ln q_c - ln q_b or q_c - q_b, q interpolated inside the bucket; for each arm se_arm = (q(p + 2h) - q(p - 2h)) / 4, on the same scale, with h = sqrt(D p (1 - p) / n),
/// the spread of the order statistics that are two standard errors of rank away, D the answers that count as one; se^2 adds up over the arms.</para>
/// <para>That error rests on 4 n h answers only and is now and then far too small, so theta / se lies far out much oftener than a normal number. A line is therefore
/// tested by counting: if q_c lay on the line, a part p of the canary's answers would lie below it, so r, the <see cref="BinomialRoot"/> of the part that does, is how far theta lies below the
/// line in standard deviations, were the baseline's quantile known. It is not: z = r se_c / se. The arm with fewer answers is the one that is counted. In the limit z = (theta - line) / se.</para>
/// <para>Asymptotic; assumes independent, identically distributed latencies within an arm and stage. Counting: the sign test, Serfling, "Approximation Theorems of
/// Mathematical Statistics" (1980), section 2.6; se: his section 2.3.3, with the density read from the order statistics.</para>
/// </remarks>
internal readonly struct QuantileEstimate
{
    /// <summary>Observations beyond the quantile, in the smaller arm, from which the normal approximation is trusted (held to simulation).</summary>
    public const int Beyond = 30;

    // A bucket's width spread evenly: nothing finer can be seen, however many observations there are.
    private static readonly double Finest = LatencyBuckets.LogRatio / Math.Sqrt(12);

    private readonly LatencyHistogram _counted;
    private readonly double _quantile;
    private readonly double _canary;
    private readonly double _baseline;
    private readonly double _countedError;
    private readonly double _countAsOne;
    private readonly bool _isRatio;
    private readonly bool _countsCanary;

    private QuantileEstimate(LatencyHistogram canary, LatencyHistogram baseline, double quantile, bool isRatio, double clustering, double ofCanary, double ofBaseline)
    {
        (_quantile, _isRatio, _countAsOne) = (quantile, isRatio, clustering);
        (_canary, _baseline) = (canary.LogQuantile(quantile)!.Value, baseline.LogQuantile(quantile)!.Value);
        _countsCanary = canary.Total <= baseline.Total;
        _counted = _countsCanary ? canary : baseline;

        // On the scale of seconds by the delta method.
        double c = isRatio ? 1 : Math.Exp(_canary), b = isRatio ? 1 : Math.Exp(_baseline);
        _countedError = _countsCanary ? c * ofCanary : b * ofBaseline;
        Value = Difference(_canary, _baseline);
        Error = Math.Max(Finest * Math.Max(c, b), Math.Sqrt(c * c * ofCanary * ofCanary + b * b * ofBaseline * ofBaseline));
    }

    /// <summary>theta: the natural logarithm of a ratio, or seconds.</summary>
    public double Value { get; }

    /// <summary>Its standard error.</summary>
    public double Error { get; }

    /// <summary>Observations that an arm needs before this estimate is trusted.</summary>
    public static long Needed(double quantile) => (long)Math.Ceiling(Beyond / Math.Min(quantile, 1 - quantile) - 1e-9);

    /// <summary>The estimate, or null before it can be trusted.</summary>
    /// <param name="canary">The canary's latencies.</param>
    /// <param name="baseline">The baseline's latencies.</param>
    /// <param name="quantile">In (0, 1).</param>
    /// <param name="isRatio">Whether the quantiles are compared as a ratio, else as a difference.</param>
    /// <param name="clustering">How many answers count as one, see <see cref="DesignEffect.After"/>.</param>
    /// <param name="factor">As if so many times as many had come; other than 1 for forecasts only.</param>
    public static QuantileEstimate? Of(LatencyHistogram canary, LatencyHistogram baseline, double quantile, bool isRatio, double clustering = 1, double factor = 1) =>
        Math.Min(canary.Total, baseline.Total) * factor >= Needed(quantile)
        && !double.IsInfinity(clustering)
        && ErrorOf(canary, quantile, clustering) is { } ofCanary
        && ErrorOf(baseline, quantile, clustering) is { } ofBaseline
            ? new(canary, baseline, quantile, isRatio, clustering, ofCanary, ofBaseline)
            : null;

    /// <summary>How far the value lies above a line, on its own scale: z se.</summary>
    /// <param name="line">A logarithm of a ratio, or seconds.</param>
    public double Above(double line)
    {
        var part = _counted.PartUpTo(_countsCanary ? Moved(_baseline, line) : Moved(_canary, -line));
        var root = BinomialRoot.Of(part, _quantile) * Math.Sqrt(_counted.Total / _countAsOne);
        return (_countsCanary ? -root : root) * _countedError;
    }

    /// <summary>The line above which the value lies by so much, as <see cref="Above"/> counts it; null when none is so far down.</summary>
    /// <param name="margin">On the scale of the value, above 0.</param>
    public double? Low(double margin) => LineAt(margin);

    /// <summary>The line below which the value lies by so much; null when none is so far up.</summary>
    /// <param name="margin">On the scale of the value, above 0.</param>
    public double? High(double margin) => LineAt(-margin);

    private double? LineAt(double above)
    {
        var root = above / _countedError / Math.Sqrt(_counted.Total / _countAsOne);
        var part = BinomialRoot.PartAt(_countsCanary ? -root : root, _quantile);
        return part is <= 0 or >= 1 || _counted.LogQuantile(part) is not { } at ? null : _countsCanary ? Difference(at, _baseline) : Difference(_canary, at);
    }

    private double Difference(double canary, double baseline) => _isRatio ? canary - baseline : Math.Exp(canary) - Math.Exp(baseline);

    private double Moved(double log, double by)
    {
        var seconds = Math.Exp(log) + by;
        return _isRatio ? log + by : seconds <= 0 ? double.NegativeInfinity : Math.Log(seconds);
    }

    // Null when the order statistics that it asks for lie outside what was seen.
    private static double? ErrorOf(LatencyHistogram arm, double p, double clustering)
    {
        var reach = 2 * Math.Sqrt(p * (1 - p) * clustering / arm.Total);
        return p + reach < 1 && p - reach > 0 ? (arm.LogQuantile(p + reach) - arm.LogQuantile(p - reach)) / 4 : null;
    }
}
