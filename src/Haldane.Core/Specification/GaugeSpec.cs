using Haldane.Core.Alerts;

namespace Haldane.Core.Specification;

/// <summary>A number that a version has at every moment, whatever its requests: utilisation, the length of a queue, temperature.</summary>
/// <param name="Name">Unique among the model's gauges.</param>
public sealed record GaugeSpec(string Name)
{
    /// <summary>The metric that it is read from, at the version's addresses of metrics. Null: it is pushed.</summary>
    public string? Metric { get; init; }

    /// <summary>Labels that a series of the metric must have; others it may have.</summary>
    public ValueList<Label> Labels { get; init; } = [];

    /// <summary>Whether the metric is a counter, whose growth in a second is the number.</summary>
    public bool PerSecond { get; init; }

    /// <summary>What several series of one address come to.</summary>
    public Together Together { get; init; } = Together.Mean;
}

/// <summary>What several numbers come to.</summary>
public enum Together
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The largest.</summary>
    Max,
}
