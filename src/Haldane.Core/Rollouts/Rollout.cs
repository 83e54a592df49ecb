using Haldane.Core.Specification;

namespace Haldane.Core.Rollouts;

/// <summary>Where a rollout stands.</summary>
public enum Phase
{
    /// <summary>Known, not started.</summary>
    Draft,

    /// <summary>The canary serves its stage's share.</summary>
    Running,

    /// <summary>The canary won and serves everyone.</summary>
    Promoted,

    /// <summary>The share was taken back; the baseline serves everyone.</summary>
    RolledBack,
}

/// <summary>Why a running rollout does not move on.</summary>
public enum HoldReason
{
    /// <summary>The bake time is not over; this is the plan.</summary>
    Baking,

    /// <summary>No evidence flows.</summary>
    NoData,

    /// <summary>The measurement cannot be trusted.</summary>
    Broken,

    /// <summary>A guard that is required here has not passed yet.</summary>
    Undecided,

    /// <summary>Something changed suddenly inside the canary.</summary>
    Anomaly,

    /// <summary>The canary is plainly dead, and the router serves its callers with the baseline.</summary>
    Ejected,
}

/// <summary>A rollout and where it stands. Immutable; only <see cref="RolloutMachine"/> makes the next one.</summary>
public sealed record Rollout
{
    /// <summary>What was asked.</summary>
    public required RolloutSpec Spec { get; init; }

    /// <summary>The model as it was when this run started: what its evidence means. Null before the first start.</summary>
    public ModelSpec? Model { get; init; }

    /// <summary>Number of this run, unique over all rollouts of an installation, rising; 0 before the first start.</summary>
    public int Run { get; init; }

    /// <summary>Where it stands.</summary>
    public Phase Phase { get; init; } = Phase.Draft;

    /// <summary>Index of the stage, from 0; the last one reached when ended.</summary>
    public int Stage { get; init; }

    /// <summary>When it entered the stage or its end.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>When this run started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Why it does not move on; null unless running.</summary>
    public HoldReason? Hold { get; init; }

    /// <summary>Why it stands where it stands, one sentence.</summary>
    public string Reason { get; init; } = "waits for its start";

    /// <summary>The guard that rolled it back; null otherwise.</summary>
    public string? Guard { get; init; }

    /// <summary>The segment that rolled it back; null otherwise.</summary>
    public string? Segment { get; init; }

    /// <summary>The rollout's name.</summary>
    public string Name => Spec.Name;

    /// <summary>The share that the canary serves now.</summary>
    public Share CanaryShare => Phase switch
    {
        Phase.Running => Spec.Stages[Stage].Share,
        Phase.Promoted => Share.Full,
        _ => Share.None,
    };

    /// <summary>Whether it reached its end.</summary>
    public bool Ended => Phase is Phase.Promoted or Phase.RolledBack;
}
