using Haldane.Core.Feedback;
using Haldane.Core.Judging;
using Haldane.Core.Rollouts;

namespace Haldane.Core.Ports;

/// <summary>What people and programs may see and do: everything the API, the commands and the page are made of.</summary>
/// <remarks>Any thread.</remarks>
public interface IControlRoom
{
    /// <summary>All models.</summary>
    IReadOnlyList<ModelView> Models { get; }

    /// <summary>All rollouts.</summary>
    IReadOnlyList<RolloutView> Rollouts { get; }

    /// <summary>Whether the controller does its work.</summary>
    ControlHealth Health { get; }

    /// <summary>Does what somebody asks of a rollout.</summary>
    /// <param name="rollout">Its name.</param>
    /// <param name="command">What is asked.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="why">Why; null when nobody said.</param>
    /// <param name="cancel">Gives it up before it has begun.</param>
    Task<CommandOutcome> CommandAsync(string rollout, RolloutCommand command, string by, string? why, CancellationToken cancel);

    /// <summary>Joins what came to be known about exchanges. Durable when it returns.</summary>
    /// <exception cref="FeedbackBusyException">Too much is waiting; try again later.</exception>
    Task<FeedbackReceipt> FeedbackAsync(IReadOnlyList<FeedbackItem> items, CancellationToken cancel);

    /// <summary>Waits until a rollout's view is newer than the given version.</summary>
    /// <returns>Null when there is no such rollout.</returns>
    Task<RolloutView?> ChangedAsync(string rollout, long after, CancellationToken cancel);
}

/// <summary>More feedback is waiting than the controller holds.</summary>
public sealed class FeedbackBusyException() : Exception("too much feedback is waiting to be stored; send it again in a few seconds");

/// <summary>What people may ask of a rollout.</summary>
public enum RolloutCommand
{
    /// <summary>Begin a run, from the first stage and on new evidence.</summary>
    Start,

    /// <summary>The same, of a rollout that has ended.</summary>
    Retry,

    /// <summary>Stay in the stage until it is resumed. Guards go on to be judged.</summary>
    Pause,

    /// <summary>Go on.</summary>
    Resume,

    /// <summary>Enter the next stage before the conditions of this one are met.</summary>
    Advance,

    /// <summary>Take the canary back.</summary>
    RollBack,
}

/// <summary>What became of a command.</summary>
/// <param name="Kind">How it went.</param>
/// <param name="Message">One sentence for whoever asked.</param>
public sealed record CommandOutcome(CommandOutcomeKind Kind, string Message);

/// <summary>How a command went.</summary>
public enum CommandOutcomeKind
{
    /// <summary>Done and recorded.</summary>
    Done,

    /// <summary>There is no such thing.</summary>
    NotFound,

    /// <summary>It cannot be done as things stand.</summary>
    Conflict,
}

/// <summary>Whether the controller does its work.</summary>
/// <param name="Ready">Recovered, and the last tick went well.</param>
/// <param name="Message">What is wrong, or <c>ok</c>.</param>
/// <param name="LastTick">When evidence was last judged; null before the first time.</param>
public sealed record ControlHealth(bool Ready, string Message, DateTimeOffset? LastTick);

/// <summary>A model as people see it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Route">Its path.</param>
/// <param name="Serving">The version that serves everyone outside a rollout.</param>
/// <param name="Versions">All its versions.</param>
/// <param name="Rollout">The running rollout, or null.</param>
/// <param name="CanaryShare">What the canary serves now.</param>
public sealed record ModelView(string Name, string Route, string Serving, ValueList<string> Versions, string? Rollout, Share CanaryShare);

/// <summary>A rollout as people see it. Immutable; a new one each second while it runs.</summary>
public sealed record RolloutView
{
    /// <summary>Rises with every change.</summary>
    public required long Version { get; init; }

    /// <summary>Where it stands.</summary>
    public required Rollout Rollout { get; init; }

    /// <summary>What the judge said last; null before it said anything.</summary>
    public Judgement? Judgement { get; init; }

    /// <summary>That the router has ejected the canary, as of the last second; null while it has not.</summary>
    public Ejection? Ejection { get; init; }

    /// <summary>Totals of this run by arm, baseline first.</summary>
    public ValueList<ArmTotals> Totals { get; init; } = [];

    /// <summary>The last minutes, a point each second, oldest first.</summary>
    public ValueList<LivePoint> Series { get; init; } = [];
}

/// <summary>What an arm did in this run.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Exchanges">Exchanges that ended.</param>
/// <param name="Errors">Those that failed.</param>
public sealed record ArmTotals(Arm Arm, long Exchanges, long Errors);

/// <summary>A moment of a rollout, for curves.</summary>
/// <param name="At">When.</param>
/// <param name="Share">The canary's share.</param>
/// <param name="Baseline">The baseline.</param>
/// <param name="Canary">The canary.</param>
public sealed record LivePoint(DateTimeOffset At, Share Share, ArmPoint Baseline, ArmPoint Canary);

/// <summary>An arm at a moment.</summary>
/// <param name="PerSecond">Exchanges a second.</param>
/// <param name="ErrorRate">Errors of exchanges over the last ten seconds, as a fraction; null without exchanges.</param>
/// <param name="P50">Median latency over the last ten seconds, seconds; null without answers.</param>
/// <param name="P99">99th percentile over the last ten seconds, seconds; null without answers.</param>
public sealed record ArmPoint(double PerSecond, double? ErrorRate, double? P50, double? P99);
