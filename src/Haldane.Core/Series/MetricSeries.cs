namespace Haldane.Core.Series;

/// <summary>Which change of a metric is harm.</summary>
public enum HarmDirection
{
    /// <summary>Any change; nothing is guessed from a metric's name.</summary>
    Either,

    /// <summary>Only an increase: latency, errors.</summary>
    Increase,

    /// <summary>Only a decrease: throughput, conversion.</summary>
    Decrease,
}

/// <summary>One point of a metric.</summary>
/// <param name="Time">Seconds on any clock that both arms share; null when only the order is known.</param>
/// <param name="Value">In the metric's own unit; a number that is not finite is a gap.</param>
public readonly record struct SeriesPoint(double? Time, double Value);

/// <summary>A metric as a metrics store has it: one series of points for each arm, and what is harm in it.</summary>
public sealed record MetricSeries
{
    /// <summary>The metric's name; unique in a request.</summary>
    public required string Name { get; init; }

    /// <summary>The baseline's points, in time order, with a time each or with none.</summary>
    public required IReadOnlyList<SeriesPoint> Baseline { get; init; }

    /// <summary>The canary's points, in time order, with a time each or with none.</summary>
    public required IReadOnlyList<SeriesPoint> Canary { get; init; }

    /// <summary>Which change is harm.</summary>
    public HarmDirection Direction { get; init; }

    /// <summary>Up to here a shift of the level is no harm; null for half of <see cref="Bad"/>, or the defaults when neither is given.</summary>
    public SeriesMargin? Fine { get; init; }

    /// <summary>From here a shift of the level must be noticed; null for the defaults.</summary>
    public SeriesMargin? Bad { get; init; }

    /// <summary>Its part of the false-rollback budget; 0 for a metric that is only watched.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Whether having too little of it keeps the whole from passing.</summary>
    public bool Required { get; init; } = true;
}

/// <summary>What is judged together.</summary>
public sealed record SeriesRequest
{
    /// <summary>At least one, names unique.</summary>
    public required IReadOnlyList<MetricSeries> Metrics { get; init; }

    /// <summary>How often a canary that is fine in every metric may fail, above 0 and below 1/2.</summary>
    public double FalseRollback { get; init; } = 0.01;

    /// <summary>How often a canary that is bad in some metric may pass, above 0 and below 1/2.</summary>
    public double FalsePromotion { get; init; } = 0.05;

    /// <summary>Where the permutations start: the same seed gives the same answer.</summary>
    public long Seed { get; init; } = 1;
}
