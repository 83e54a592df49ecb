using Haldane.Core.Access;
using Haldane.Core.Feedback;
using Haldane.Core.Judging;
using Haldane.Core.Policies;
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
    /// <param name="by">Who asks; that the person may is the caller's to see to.</param>
    /// <param name="why">Why; null when nobody said.</param>
    /// <param name="cancel">Gives it up before it has begun.</param>
    Task<CommandOutcome> CommandAsync(string rollout, RolloutCommand command, Person by, string? why, CancellationToken cancel);

    /// <summary>All freezes, of policies and of people.</summary>
    IReadOnlyList<FreezeView> Freezes { get; }

    /// <summary>Orders a freeze.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was done.</exception>
    Task<CommandOutcome> FreezeAsync(Freeze freeze, CancellationToken cancel);

    /// <summary>Lifts a freeze that somebody has ordered.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was done.</exception>
    Task<CommandOutcome> LiftAsync(string freeze, Person by, string? why, CancellationToken cancel);

    /// <summary>The alerts of other systems that stand and matter to rollouts that a person has to do with.</summary>
    IReadOnlyList<AlertView> Alerts(Person person);

    /// <summary>Takes news of alerts, for models that the person has to do with. Durable when it returns.</summary>
    /// <returns>What became of it.</returns>
    /// <exception cref="StoreUnavailableException">Nothing was taken.</exception>
    Task<AlertReceipt> AlertAsync(IReadOnlyList<AlertNews> news, Person by, CancellationToken cancel);

    /// <summary>Ends an alert whose end nobody has told.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was done.</exception>
    Task<CommandOutcome> ClearAsync(string alert, Person by, string why, CancellationToken cancel);

    /// <summary>Joins what came to be known about exchanges of models that the person has to do with. Durable when it returns.</summary>
    /// <exception cref="FeedbackBusyException">Too much is waiting; try again later.</exception>
    Task<FeedbackReceipt> FeedbackAsync(IReadOnlyList<FeedbackItem> items, Person by, CancellationToken cancel);

    /// <summary>How the last run of a rollout went, from its beginning; null when there is no such rollout, it has not begun, or nothing is kept of its last run.</summary>
    RunCourse? Course(string rollout);

    /// <summary>What is seen in each segment of a rollout, in the stage that it is in or ended in; empty when there is none, or nothing is kept. Waits for the controller's turn.</summary>
    Task<IReadOnlyList<SegmentState>> SegmentsAsync(string rollout, CancellationToken cancel);

    /// <summary>Waits until a rollout's view is newer than the given version.</summary>
    /// <returns>Null when there is no such rollout.</returns>
    Task<RolloutView?> ChangedAsync(string rollout, long after, CancellationToken cancel);
}

/// <summary>More feedback is waiting than the controller holds.</summary>
public sealed class FeedbackBusyException() : Exception("too much feedback is waiting to be stored; send it again in a few seconds");

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
public sealed record ArmPoint(double PerSecond, double? ErrorRate, double? P50, double? P99)
{
    /// <summary>95th percentile over the last ten seconds, seconds; null without answers.</summary>
    public double? P95 { get; init; }

    /// <summary>95th percentile of the time to the first byte over the last ten seconds, seconds; null where no guard asks for it.</summary>
    public double? FirstToken { get; init; }
}

/// <summary>A freeze as people see it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Policy">The policy that has it; null when somebody has ordered it.</param>
/// <param name="Models">The models that it holds; empty for all.</param>
/// <param name="When">Its times, for people.</param>
/// <param name="By">Who ordered it; null when a policy has it.</param>
/// <param name="Why">Why; null when nobody said.</param>
/// <param name="Stands">Whether it holds now.</param>
/// <param name="Until">When the window that stands now ends; null when none stands, or when somebody must lift it.</param>
public sealed record FreezeView(string Name, string? Policy, ValueList<string> Models, string When, string? By, string? Why, bool Stands, DateTimeOffset? Until);
