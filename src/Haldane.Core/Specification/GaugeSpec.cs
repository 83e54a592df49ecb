using System.Text.Json.Serialization;
using Haldane.Core.Alerts;

namespace Haldane.Core.Specification;

/// <summary>A number that a version has at every moment, whatever its requests: utilisation, the length of a queue, temperature.</summary>
/// <param name="Name">Unique among the model's gauges.</param>
public sealed record GaugeSpec(string Name)
{
    /// <summary>The metric that it is read from, at the version's addresses of metrics. Null: from elsewhere.</summary>
    public string? Metric { get; init; }

    /// <summary>What it is of the version's own process. Null: from elsewhere.</summary>
    public ProcessGauge? Process { get; init; }

    /// <summary>Labels that a series of the metric must have; others it may have.</summary>
    public ValueList<Label> Labels { get; init; } = [];

    /// <summary>Whether the metric is a counter, whose growth in a second is the number.</summary>
    public bool PerSecond { get; init; }

    /// <summary>What several series of one address come to.</summary>
    public Together Together { get; init; } = Together.Mean;

    /// <summary>Whether nobody reads it: it is told.</summary>
    [JsonIgnore]
    public bool IsPushed => Metric is null && Process is null;

    /// <summary>Whether what is read only grows, and its growth in a second is the number.</summary>
    [JsonIgnore]
    public bool IsCounter => PerSecond || Process == ProcessGauge.Cpu;
}

/// <summary>What can be read of a process and all that it has started.</summary>
public enum ProcessGauge
{
    /// <summary>The cores in use.</summary>
    Cpu,

    /// <summary>The bytes resident.</summary>
    Memory,
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
