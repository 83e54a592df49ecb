using Haldane.Core.Judging;

namespace Haldane.Core.Series;

/// <summary>Which side of a metric decided.</summary>
public enum SeriesAspect
{
    /// <summary>The level over the whole window (or all of it since a disturbance healed).</summary>
    Level,

    /// <summary>The level, changed within the window and standing at its end.</summary>
    LateChange,

    /// <summary>The size of the fluctuation.</summary>
    Spread,

    /// <summary>The share of extreme points.</summary>
    Tail,

    /// <summary>Small shifts of several metrics that agree.</summary>
    Joint,
}

/// <summary>The answer on one metric. No number in it is NaN or infinite.</summary>
public sealed record MetricVerdict
{
    /// <summary>The metric's name.</summary>
    public required string Name { get; init; }

    /// <summary>The answer.</summary>
    public required VerdictKind Kind { get; init; }

    /// <summary>What decided, or spoke most against the canary; null when nothing could be measured.</summary>
    public SeriesAspect? Aspect { get; init; }

    /// <summary>One sentence with the numbers.</summary>
    public required string Reason { get; init; }

    /// <summary>Chance of so much evidence of harm, in any aspect, when nothing is worse than fine; null when nothing could be measured.</summary>
    public double? PValue { get; init; }

    /// <summary>The metric fails at this p-value or below: its part of the false-rollback budget.</summary>
    public double FailAt { get; init; }

    /// <summary>Chance of so good a look when the metric is bad in some aspect; it passes at the false-promotion budget or below.</summary>
    public double? PassPValue { get; init; }

    /// <summary>Shift of the level (Hodges and Lehmann) as a fraction of the baseline's level; null where that level is 0.</summary>
    public double? Estimate { get; init; }

    /// <summary>Shift of the level in the metric's own unit.</summary>
    public double? Shift { get; init; }

    /// <summary>The shift in standard deviations of the noise; null without noise.</summary>
    public double? ShiftInNoise { get; init; }

    /// <summary>Chance that a point of the canary lies above one of the baseline, ties counted half.</summary>
    public double? Superiority { get; init; }

    /// <summary>Fluctuation of the canary divided by the baseline's; null when one of them has none.</summary>
    public double? SpreadRatio { get; init; }

    /// <summary>Median of the baseline, own unit.</summary>
    public double? BaselineMedian { get; init; }

    /// <summary>Median of the canary, own unit.</summary>
    public double? CanaryMedian { get; init; }

    /// <summary>Points of the baseline, gaps left out.</summary>
    public int BaselineCount { get; init; }

    /// <summary>Points of the canary, gaps left out.</summary>
    public int CanaryCount { get; init; }

    /// <summary>How many independent points the canary's are worth: fewer than there are when neighbours resemble each other.</summary>
    public double? EffectiveCount { get; init; }

    /// <summary>What part of the window, from its start, was a disturbance that has healed; 0 when there was none.</summary>
    public double Healed { get; init; }

    /// <summary>Its part of the false-rollback budget, as asked.</summary>
    public double Weight { get; init; } = 1;
}

/// <summary>The one answer over all metrics, with one for each.</summary>
public sealed record SeriesVerdict
{
    /// <summary>The answer.</summary>
    public required VerdictKind Verdict { get; init; }

    /// <summary>One sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>What decided a Fail; null otherwise.</summary>
    public SeriesAspect? Aspect { get; init; }

    /// <summary>Part of the weights whose metric passed, 0 to 100; 0 when the verdict is Fail. For tools that compare a number.</summary>
    public required double Score { get; init; }

    /// <summary>Chance of such an agreement of shifts when nothing is worse than fine; null with fewer than two metrics.</summary>
    public double? JointPValue { get; init; }

    /// <summary>The joint evidence fails at this p-value or below.</summary>
    public double? JointFailAt { get; init; }

    /// <summary>The promise: how often a fine canary may fail.</summary>
    public required double FalseRollback { get; init; }

    /// <summary>The promise: how often a bad canary may pass.</summary>
    public required double FalsePromotion { get; init; }

    /// <summary>The seed that gives this answer again.</summary>
    public required long Seed { get; init; }

    /// <summary>One for each metric, in the order of the request.</summary>
    public required ValueList<MetricVerdict> Metrics { get; init; }
}
