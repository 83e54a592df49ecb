using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;

namespace Haldane.Console.Dashboard.Rollouts;

/// <summary>A rollout as its page shows it.</summary>
public sealed record RolloutModel
{
    /// <summary>What stands on top.</summary>
    public required HeadModel Head { get; init; }

    /// <summary>Its stages.</summary>
    public required RailModel Rail { get; init; }

    /// <summary>What people may do.</summary>
    public required ActionsModel Actions { get; init; }

    /// <summary>Whom it has reached.</summary>
    public required ReachModel Reach { get; init; }

    /// <summary>What is wrong with the measurement, or has changed suddenly.</summary>
    public required SignsModel Signs { get; init; }

    /// <summary>What was answered in this stage.</summary>
    public required ValueList<MixModel> Mixes { get; init; }

    /// <summary>Its guards, in the order of the specification.</summary>
    public required ValueList<TileModel> Tiles { get; init; }
}

/// <summary>What a rollout is, and how it stands.</summary>
public sealed record HeadModel
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is shown.</summary>
    public string Href => $"/rollouts/{Uri.EscapeDataString(Name)}";

    /// <summary>Whether a stage of it copies requests.</summary>
    public required bool HasShadow { get; init; }

    /// <summary>The model that moves.</summary>
    public required string Model { get; init; }

    /// <summary>The version that serves the rest.</summary>
    public required string Baseline { get; init; }

    /// <summary>The version on trial.</summary>
    public required string Canary { get; init; }

    /// <summary>The run; 0 before the first.</summary>
    public required int Run { get; init; }

    /// <summary>Where it stands.</summary>
    public required Phase Phase { get; init; }

    /// <summary>Why it does not move on; null where it does, or is over.</summary>
    public HoldReason? Hold { get; init; }

    /// <summary>What the canary serves.</summary>
    public required Share Share { get; init; }

    /// <summary>Why it stands where it stands.</summary>
    public required string Reason { get; init; }

    /// <summary>The guard that took it back; null where none did.</summary>
    public string? Guard { get; init; }

    /// <summary>The segment that took it back; null where none did.</summary>
    public string? Segment { get; init; }

    /// <summary>When the run began; null before the first.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>Who began it; null before the first.</summary>
    public string? StartedBy { get; init; }

    /// <summary>Since when it stands where it stands; null before the first run.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How long until it is decided, as far as anything can be said.</summary>
    public string? Forecast { get; init; }
}

/// <summary>The stages of a rollout, and its end.</summary>
/// <param name="Steps">In order.</param>
public sealed record RailModel(ValueList<StepModel> Steps);

/// <summary>Where a stage stands.</summary>
public enum StepState
{
    /// <summary>Left.</summary>
    Done,

    /// <summary>The rollout is in it.</summary>
    Current,

    /// <summary>Not yet reached.</summary>
    Ahead,

    /// <summary>The rollout ended in it.</summary>
    Lost,
}

/// <summary>A stage on the rail.</summary>
/// <param name="Name">E.g. <c>10%</c>.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Note">What there is to say of it.</param>
/// <param name="Percent">How much of its bake is over.</param>
public sealed record StepModel(string Name, StepState State, string Note, int Percent);

/// <summary>Whom a rollout has reached.</summary>
/// <param name="Canary">What the canary did.</param>
/// <param name="Baseline">What the baseline did.</param>
/// <param name="Radius">Who was reached and thought to be harmed; null where that is not kept.</param>
public sealed record ReachModel(ArmSum Canary, ArmSum Baseline, BlastRadius? Radius);

/// <summary>What to know before one trusts the verdicts.</summary>
/// <param name="Silence">Why no evidence flows; null where it does.</param>
/// <param name="Ejection">What the gateway says of a canary that is dead; null where it is not.</param>
/// <param name="Anomalies">Sudden changes inside the canary.</param>
/// <param name="Freezes">What keeps it from being started now.</param>
public sealed record SignsModel(string? Silence, string? Ejection, ValueList<Anomaly> Anomalies, ValueList<FreezeView> Freezes);

/// <summary>A guard on the page.</summary>
public sealed record TileModel
{
    /// <summary>Its name.</summary>
    public required string Guard { get; init; }

    /// <summary>The id of its element.</summary>
    public required string Id { get; init; }

    /// <summary>Where its arithmetic is.</summary>
    public required string Href { get; init; }

    /// <summary>What it promises.</summary>
    public required string Promise { get; init; }

    /// <summary>Where it must have passed.</summary>
    public required string Required { get; init; }

    /// <summary>What is held against its lines: a difference between the versions, or the canary's own value.</summary>
    public required string What { get; init; }

    /// <summary>What its lines are measured in.</summary>
    public required GuardUnit Unit { get; init; }

    /// <summary>What a version's own value is measured in.</summary>
    public required GuardUnit OwnUnit { get; init; }

    /// <summary>Worse than this is bad.</summary>
    public required double Bad { get; init; }

    /// <summary>Better than this is fine.</summary>
    public required double Fine { get; init; }

    /// <summary>Whether less is worse.</summary>
    public required bool AtLeast { get; init; }

    /// <summary>The verdict; null before the first.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>What to know beside its reason.</summary>
    public ValueList<string> Beside { get; init; } = [];
}

/// <summary>What somebody may ask of a rollout now.</summary>
/// <param name="Rollout">The rollout.</param>
/// <param name="Offers">What.</param>
/// <param name="Lacks">What the person is not let to do, in one sentence; null where there is nothing.</param>
/// <param name="Commands">The same for a terminal.</param>
public sealed record ActionsModel(string Rollout, ValueList<CommandRule> Offers, string? Lacks, ValueList<string> Commands);
