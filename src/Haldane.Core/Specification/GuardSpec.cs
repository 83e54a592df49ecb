using Haldane.Core.Evidence;

namespace Haldane.Core.Specification;

/// <summary>A promise on a signal, e.g. <c>p99 latency at most 10 % above the baseline</c>.</summary>
public sealed record GuardSpec
{
    /// <summary>Unique within the rollout.</summary>
    public required string Name { get; init; }

    /// <summary>What is measured.</summary>
    public required SignalSpec Signal { get; init; }

    /// <summary>How the canary is compared.</summary>
    public required Scale Scale { get; init; }

    /// <summary>
    /// The user's line: worse than this is bad. On the guard's scale: a ratio canary/baseline; a difference of rates as a fraction (-0.01 = one point
    /// lower), of latencies in seconds, of means in their own unit; an absolute rate as a fraction, latency in seconds, mean in its own unit; a
    /// Jensen-Shannon divergence in bits.
    /// </summary>
    public required double Bad { get; init; }

    /// <summary>Whether the line is a lower limit: less than it is bad.</summary>
    public bool AtLeast
    {
        get => field || Signal.Kind is SignalKind.Accuracy or SignalKind.Throughput or SignalKind.Agreement;
        init;
    }

    /// <summary>Whether one point of the guard's scale is better than another.</summary>
    public bool IsBetter(double one, double than) => AtLeast ? one > than : one < than;

    /// <summary>Better than this is fine. Null: half-way between no difference and bad, see <see cref="FineLine"/>.</summary>
    public double? Fine { get; init; }

    /// <summary>
    /// For a ratio of error rates: a rate, as a fraction, so low that the canary is never bad below it. Without one, two versions that
    /// never fail could not be compared and would never be promoted.
    /// </summary>
    public double Floor { get; init; }

    /// <summary>Which segments are scanned for harm beside the whole.</summary>
    public SegmentScan Segments { get; init; } = SegmentScan.All;

    /// <summary>The first share that may only be left when this guard has passed. Null: only the last stage asks for it.</summary>
    public Share? RequiredFrom { get; init; }

    /// <summary>This guard's part of the false-rollback budget, relative to the others; above 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>
    /// The fine line in force: as given, or half-way between "no difference" and bad: the geometric mean for ratios, the arithmetic one
    /// for differences and divergences. An absolute limit has no "no difference": there fine is the limit itself.
    /// </summary>
    public double FineLine => Fine ?? Scale switch
    {
        Scale.Ratio => Math.Sqrt(Bad),
        Scale.Difference or Scale.JensenShannon => Bad / 2,
        _ => Bad,
    };
}

/// <summary>What a guard measures.</summary>
/// <param name="Kind">The family of the signal.</param>
/// <param name="Quantile">For latency and time to first token: the quantile in (0, 1), e.g. 0.99. Otherwise 0.</param>
/// <param name="Name">For means the value, for rates the event, for gauges the gauge. Otherwise null.</param>
public readonly record struct SignalSpec(SignalKind Kind, double Quantile = 0, string? Name = null)
{
    /// <summary>The event that the signal <c>conversion</c> is the rate of.</summary>
    public const string Conversion = "conversion";

    /// <summary>The quantile of a time to first token that names none.</summary>
    public const double UsualQuantile = 0.95;

    /// <summary>Whether it is known only some time after the exchange, by feedback.</summary>
    public bool IsLate => Kind is SignalKind.Accuracy or SignalKind.Calibration or SignalKind.Mean
        || (Kind == SignalKind.EventRate && !GatewayEvents.All.Contains(Name!));

    /// <summary>Whether it is counted for everyone only: nobody knows of which segment it is.</summary>
    public bool IsOfEveryone => Kind is SignalKind.Throughput or SignalKind.Gauge;

    /// <summary>As it stands in a specification, e.g. <c>latency-p99.9</c>.</summary>
    public override string ToString() => Kind switch
    {
        SignalKind.ErrorRate => "error-rate",
        SignalKind.Latency => "latency-p" + Percentile,
        SignalKind.LatencyDistribution => "latency-distribution",
        SignalKind.FirstToken when Quantile == UsualQuantile => "time-to-first-token",
        SignalKind.FirstToken => "time-to-first-token-p" + Percentile,
        SignalKind.Throughput => "throughput",
        SignalKind.PredictionDrift => "prediction-drift",
        SignalKind.ConfidenceDrift => "confidence-drift",
        SignalKind.AttributionDrift => "attribution-drift",
        SignalKind.Accuracy => "accuracy",
        SignalKind.Calibration => "calibration",
        SignalKind.Mean => "mean:" + Name,
        SignalKind.EventRate when Name == Conversion => Conversion,
        SignalKind.EventRate => "rate:" + Name,
        SignalKind.Agreement => "agreement",
        SignalKind.Gauge => "gauge:" + Name,
        _ => Kind.ToString(),
    };

    private string Percentile => (Quantile * 100).ToString("0.###", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The families of signals.</summary>
public enum SignalKind
{
    /// <summary>Share of exchanges that failed, by subject: refused, reset, timed out, 5xx.</summary>
    ErrorRate,

    /// <summary>A quantile of the time to the last byte of successful exchanges, seconds.</summary>
    Latency,

    /// <summary>How far the mix of predicted classes is from the baseline's.</summary>
    PredictionDrift,

    /// <summary>Share of predictions whose label, which arrives later, agrees.</summary>
    Accuracy,

    /// <summary>The largest part of the answers by which the canary is slower: over all latencies, how many more of its answers take longer.</summary>
    LatencyDistribution,

    /// <summary>A quantile of the time to the first byte of the body of successful exchanges, seconds.</summary>
    FirstToken,

    /// <summary>Answers served, for the share of the traffic that was asked.</summary>
    Throughput,

    /// <summary>How far the distribution of the confidence is from the baseline's.</summary>
    ConfidenceDrift,

    /// <summary>Expected calibration error: how far confidence and accuracy are apart, over bins of confidence.</summary>
    Calibration,

    /// <summary>The mean of a named number that comes as feedback.</summary>
    Mean,

    /// <summary>How often something happens: seen by the gateway, or told by feedback.</summary>
    EventRate,

    /// <summary>Share of requests that both versions answer alike, in a shadow stage.</summary>
    Agreement,

    /// <summary>A named number that a version has at every moment, such as its utilisation.</summary>
    Gauge,

    /// <summary>How far the parts that features have in the model's attributions are from the baseline's.</summary>
    AttributionDrift,
}

/// <summary>How a guard compares.</summary>
public enum Scale
{
    /// <summary>Canary divided by baseline.</summary>
    Ratio,

    /// <summary>Canary minus baseline.</summary>
    Difference,

    /// <summary>The canary alone.</summary>
    Value,

    /// <summary>Jensen-Shannon divergence, bits (base 2), equal weights.</summary>
    JensenShannon,
}

/// <summary>Which segments a guard scans for harm.</summary>
/// <param name="Everything">All segments of the model.</param>
/// <param name="Names">Or these.</param>
public sealed record SegmentScan(bool Everything, ValueList<string> Names)
{
    /// <summary>All segments of the model.</summary>
    public static readonly SegmentScan All = new(true, []);

    /// <summary>None.</summary>
    public static readonly SegmentScan None = new(false, []);

    /// <summary>Whether the segment of that name is scanned.</summary>
    public bool Covers(string segment) => Everything || Names.Contains(segment);
}
