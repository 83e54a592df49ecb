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

    /// <summary>The share is being taken back in steps.</summary>
    Returning,

    /// <summary>An experiment that has lasted as long as was asked; the baseline serves everyone.</summary>
    Concluded,
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

    /// <summary>Somebody has paused it.</summary>
    Paused,

    /// <summary>The canary has not yet served as many exchanges or subjects as were asked.</summary>
    TooFew,

    /// <summary>It has been in its stage for as long as it may, and a person is to say how it goes on.</summary>
    Overstayed,

    /// <summary>All else is there, and people who must agree have not.</summary>
    Approval,

    /// <summary>All else is there, and nothing may go up now.</summary>
    Frozen,

    /// <summary>An alert of another system stands.</summary>
    Alert,
}

/// <summary>Somebody has paused a rollout: the canary keeps its share and its guards, and does not move on.</summary>
/// <param name="By">Who.</param>
/// <param name="Why">Why.</param>
/// <param name="InStage">How long it had been in its stage by then.</param>
public sealed record Pause(string By, string Why, TimeSpan InStage);

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

    /// <summary>That it is paused; null when it is not.</summary>
    public Pause? Pause { get; init; }

    /// <summary>How much of its time in the stage it was paused: that does not count as staying.</summary>
    public TimeSpan PausedFor { get; init; }

    /// <summary>While it is returning, the step of <see cref="ReturnSpec"/>.</summary>
    public int ReturnStep { get; init; }

    /// <summary>Who started this run; null before the first start.</summary>
    public string? StartedBy { get; init; }

    /// <summary>Whether who started this run was known by a credential of his own.</summary>
    public bool StarterIsProven { get; init; }

    /// <summary>Whether who started this run cannot agree to it, because the model's risk was high when it started.</summary>
    public bool FourEyes { get; init; }

    /// <summary>Who has agreed to what in this run.</summary>
    public ValueList<Approval> Approvals { get; init => field = value ?? []; } = [];

    /// <summary>Until when a promoted rollout can be taken back at once; null when it cannot.</summary>
    public DateTimeOffset? WarmUntil { get; init; }

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
        Phase.Returning => Spec.Return.Steps[ReturnStep],
        Phase.Promoted => Share.Full,
        _ => Share.None,
    };

    /// <summary>Whether no stage follows.</summary>
    public bool IsInLastStage => Stage == Spec.Stages.Count - 1;

    /// <summary>Whether it moves traffic of its own.</summary>
    public bool IsActive => Phase is Phase.Running or Phase.Returning;

    /// <summary>Whether it reached its end.</summary>
    public bool Ended => Phase is Phase.Promoted or Phase.RolledBack or Phase.Concluded;
}
