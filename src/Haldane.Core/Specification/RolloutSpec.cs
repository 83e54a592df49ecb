using System.Text.Json.Serialization;

namespace Haldane.Core.Specification;

/// <summary>The move of a model from its baseline version to a canary version, in stages.</summary>
public sealed record RolloutSpec
{
    /// <summary>Unique among rollouts.</summary>
    public required string Name { get; init; }

    /// <summary>The model that moves.</summary>
    public required string Model { get; init; }

    /// <summary>The version that serves the rest.</summary>
    public required string Baseline { get; init; }

    /// <summary>The version on trial.</summary>
    public required string Canary { get; init; }

    /// <summary>At least one; shares rise strictly. After the last one the canary is promoted to everything.</summary>
    public required ValueList<StageSpec> Stages { get; init; }

    /// <summary>At least one: what the canary must keep.</summary>
    public required ValueList<GuardSpec> Guards { get; init; }

    /// <summary>How often the rollout may be wrong.</summary>
    public PromiseSpec Promise { get; init; } = new();

    private static readonly TimeSpan UsualUnreachable = TimeSpan.FromSeconds(30);

    /// <summary>How long a canary that is plainly dead, and ejected, may stay so before it is taken back.</summary>
    /// <remarks>Never null: specifications that an older program stored lack it, and what the generated JSON reader then gives becomes what is usual.</remarks>
    public TimeSpan? Unreachable { get; init => field = value ?? UsualUnreachable; } = UsualUnreachable;

    /// <summary>Whether the rollout starts when it is first seen, or waits for a person.</summary>
    public StartMode Start { get; init; } = StartMode.Auto;
}

/// <summary>When a rollout starts.</summary>
public enum StartMode
{
    /// <summary>When it is first seen.</summary>
    Auto,

    /// <summary>When somebody says so.</summary>
    Manual,
}

/// <summary>What a stage does with the traffic.</summary>
public enum StageKind
{
    /// <summary>The canary serves a share of the callers.</summary>
    Split,

    /// <summary>The canary serves nobody: it gets copies of requests, and its answers are compared and dropped.</summary>
    Shadow,
}

/// <summary>A step of a rollout.</summary>
/// <param name="Share">What the canary serves; nothing in a shadow stage.</param>
/// <param name="Bake">The least time under traffic before the stage may be left.</param>
public sealed record StageSpec(Share Share, TimeSpan Bake)
{
    // Every request that is evidence in a shadow stage is seen by both arms.
    private const double Paired = 0.5;

    /// <summary>What it does with the traffic.</summary>
    public StageKind Kind { get; init; } = StageKind.Split;

    /// <summary>How requests are copied; null but in a shadow stage.</summary>
    public ShadowSpec? Shadow { get; init; }

    /// <summary>The canary's part of what both arms see, in [0, 1]: its share, and in a shadow stage a half.</summary>
    [JsonIgnore]
    public double CanaryPart => Kind == StageKind.Shadow ? Paired : Share.Fraction;

    /// <summary>For people, e.g. <c>10%</c> or <c>shadow</c>.</summary>
    public override string ToString() => Kind == StageKind.Shadow ? "shadow" : Share.ToString();
}

/// <summary>The error rates that the judge keeps over the whole rollout.</summary>
public sealed record PromiseSpec
{
    /// <summary>Chance that a canary that is fine on every guard is rolled back by statistics, in (0, 0.5].</summary>
    public double FalseRollback { get; init; } = 0.01;

    /// <summary>Chance that a canary that is bad on some guard is promoted, in (0, 0.5].</summary>
    public double FalsePromotion { get; init; } = 0.05;
}
