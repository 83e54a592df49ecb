using System.Text.Json.Serialization;

namespace Haldane.Core.Judging;

/// <summary>A segment in the stage that a rollout is in.</summary>
/// <param name="Segment">E.g. <c>country=ID</c>.</param>
/// <param name="Baseline">What the baseline did.</param>
/// <param name="Canary">What the canary did.</param>
/// <param name="Guards">What is seen by each guard that scans it.</param>
public sealed record SegmentState(string Segment, SegmentArm Baseline, SegmentArm Canary, ValueList<SegmentGuard> Guards)
{
    /// <summary>Whether it tells the canary's start apart from the time after: no part of the callers, but of the time.</summary>
    public bool IsOfStart { get; init; }

    /// <summary>How far the proof of harm has come by the guard that has come farthest: 1 is proven.</summary>
    [JsonIgnore]
    public double Harm => Guards.Count == 0 ? 0 : Guards.Max(g => g.Harm);
}

/// <summary>What an arm did in a segment.</summary>
/// <param name="Exchanges">Exchanges that ended.</param>
/// <param name="Errors">Those that failed.</param>
public sealed record SegmentArm(long Exchanges, long Errors);

/// <summary>A guard in a segment.</summary>
public sealed record SegmentGuard
{
    /// <summary>The guard's name.</summary>
    public required string Guard { get; init; }

    /// <summary>Best estimate on the guard's scale; null when there is none.</summary>
    public double? Estimate { get; init; }

    /// <summary>Lower end of an interval that holds at all times; null when unbounded.</summary>
    public double? Low { get; init; }

    /// <summary>Upper end of it; null when unbounded.</summary>
    public double? High { get; init; }

    /// <summary>Observations of the baseline.</summary>
    public long BaselineCount { get; init; }

    /// <summary>Observations of the canary.</summary>
    public long CanaryCount { get; init; }

    /// <summary>Largest natural logarithm so far of the e-value against "fine".</summary>
    public double FailEvidence { get; init; }

    /// <summary>Where it proves harm in this segment.</summary>
    public double FailAt { get; init; }

    /// <summary>How far the proof of harm has come, as a logarithm: 1 is proven.</summary>
    [JsonIgnore]
    public double Harm => FailAt > 0 ? FailEvidence / FailAt : 0;
}
