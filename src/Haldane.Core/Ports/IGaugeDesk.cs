using Haldane.Core.Specification;

namespace Haldane.Core.Ports;

/// <summary>Takes readings of gauges, and shows the last ones. Any thread.</summary>
public interface IGaugeDesk
{
    /// <summary>Takes readings that somebody pushes: all of them, or none where one is wrong.</summary>
    /// <param name="model">The model.</param>
    /// <param name="readings">The readings, true now.</param>
    GaugeReceipt Push(string model, IReadOnlyList<GaugeReading> readings);

    /// <summary>The last reading of each gauge of each version.</summary>
    IReadOnlyList<GaugeView> All { get; }
}

/// <summary>What a version's gauge says.</summary>
/// <param name="Gauge">The gauge.</param>
/// <param name="Version">The version.</param>
/// <param name="Value">A finite number.</param>
public sealed record GaugeReading(string Gauge, string Version, double Value);

/// <summary>What became of readings.</summary>
/// <param name="Counted">Readings that are evidence of a rollout that runs.</param>
/// <param name="Idle">Readings of versions that take part in no rollout now.</param>
/// <param name="Mistakes">What is wrong; then none of them counts.</param>
public sealed record GaugeReceipt(int Counted, int Idle, ValueList<string> Mistakes)
{
    /// <summary>Whether there is no such model.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsUnknown { get; init; }
}

/// <summary>A gauge of a version as people see it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Gauge">The gauge.</param>
/// <param name="Metric">The metric that it is read from; null where it is read from none.</param>
/// <param name="Process">What it is of the version's own process; null where it is nothing of it. Where this is null too, it is pushed.</param>
/// <param name="Value">The last reading; null before the first.</param>
/// <param name="At">When it came.</param>
/// <param name="Trouble">Why it could not be read the last time; null when it could.</param>
public sealed record GaugeView(string Model, string Version, string Gauge, string? Metric, ProcessGauge? Process, double? Value, DateTimeOffset? At, string? Trouble);
