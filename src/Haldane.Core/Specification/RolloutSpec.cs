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

    /// <summary>How the share is taken back.</summary>
    public ReturnSpec Return { get; init => field = value ?? ReturnSpec.AtOnce; } = ReturnSpec.AtOnce;

    /// <summary>How long after a promotion the old version stays ready, so that the rollout can be taken back at once.</summary>
    /// <remarks>Never null; specifications that an older program stored lack it.</remarks>
    public TimeSpan? Warm { get; init => field = value ?? UsualWarm; } = UsualWarm;

    /// <summary>Alerts of other systems that hold it, or take the canary back.</summary>
    public ValueList<AlertSpec> Alerts { get; init => field = value ?? []; } = [];

    private static readonly TimeSpan UsualWarm = TimeSpan.FromHours(1);
}

/// <summary>How the share of a canary that is taken back goes down: at once where there are no steps. A canary that is dead is always taken back at once.</summary>
/// <param name="Steps">Shares, falling; those that are not below the share that the canary has are passed over.</param>
/// <param name="Every">How long each lasts.</param>
public sealed record ReturnSpec(ValueList<Share> Steps, TimeSpan Every)
{
    /// <summary>No steps.</summary>
    public static readonly ReturnSpec AtOnce = new([], TimeSpan.FromMinutes(1));
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

    /// <summary>The canary serves everyone at once but for a part that is held back, to be compared with.</summary>
    Switch,

    /// <summary>A split that lasts for a fixed time and promotes nothing: what it has shown is for people.</summary>
    Experiment,
}

/// <summary>What becomes of a rollout that is still undecided when it has been in a stage for as long as it may.</summary>
public enum WhenUndecided
{
    /// <summary>It holds, and moves on once it is decided.</summary>
    Hold,

    /// <summary>It holds until a person advances it or takes it back.</summary>
    Ask,

    /// <summary>It is taken back.</summary>
    RollBack,
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

    /// <summary>What it is called, unique within the rollout; null where nobody said.</summary>
    public string? Name { get; init; }

    /// <summary>How requests are copied; null but in a shadow stage.</summary>
    public ShadowSpec? Shadow { get; init; }

    /// <summary>The longest time in the stage, silence included but no pauses; null where there is none.</summary>
    public TimeSpan? Stay { get; init; }

    /// <summary>What happens when it is over.</summary>
    public WhenUndecided WhenUndecided { get; init; } = WhenUndecided.Hold;

    /// <summary>Exchanges of the canary before the stage may be left.</summary>
    public long Exchanges { get; init; }

    /// <summary>Subjects of the canary before the stage may be left, as far as they can be told apart.</summary>
    public long Subjects { get; init; }

    /// <summary>Names of guards that must have passed before the stage may be left, beside those that every stage asks for.</summary>
    public ValueList<string> Guards { get; init => field = value ?? []; } = [];

    /// <summary>Who must agree before it is left; null where nobody is asked.</summary>
    public ApprovalSpec? Approval { get; init; }

    /// <summary>The times in which it may be left; empty for any.</summary>
    public ValueList<WindowSpec> Schedule { get; init => field = value ?? []; } = [];

    /// <summary>The canary's part of what both arms see, in [0, 1]: its share, and in a shadow stage a half.</summary>
    [JsonIgnore]
    public double CanaryPart => Kind == StageKind.Shadow ? Paired : Share.Fraction;

    /// <summary>For people, e.g. <c>10%</c> or <c>shadow</c>.</summary>
    public override string ToString() => Kind switch
    {
        StageKind.Shadow => "shadow",
        StageKind.Switch => $"switch to {Share}",
        StageKind.Experiment => $"experiment at {Share}",
        _ => Share.ToString(),
    };
}

/// <summary>The error rates that the judge keeps over the whole rollout.</summary>
public sealed record PromiseSpec
{
    /// <summary>Chance that a canary that is fine on every guard is rolled back by statistics, in (0, 0.5].</summary>
    public double FalseRollback { get; init; } = 0.01;

    /// <summary>Chance that a canary that is bad on some guard is promoted, in (0, 0.5].</summary>
    public double FalsePromotion { get; init; } = 0.05;
}
