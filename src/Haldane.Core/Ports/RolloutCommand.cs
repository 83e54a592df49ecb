using Haldane.Core.Access;

namespace Haldane.Core.Ports;

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

    /// <summary>Agree that the stage may be left.</summary>
    Approve,

    /// <summary>Let it move in spite of the freezes that hold it now.</summary>
    Override,

    /// <summary>Take the canary back.</summary>
    RollBack,
}

/// <summary>What a command is called, what it takes and what it does, for all who offer it.</summary>
/// <param name="Command">The command.</param>
/// <param name="Verb">As it is written in addresses and on the command line.</param>
/// <param name="Needs">What somebody must be allowed.</param>
/// <param name="NeedsWhy">Whether a reason must be given. Whoever takes a canary back in the night is not asked to write first.</param>
/// <param name="About">For people.</param>
public sealed record CommandRule(RolloutCommand Command, string Verb, Permissions Needs, bool NeedsWhy, string About)
{
    /// <summary>All commands.</summary>
    public static readonly ValueList<CommandRule> All =
    [
        new(RolloutCommand.Start, "start", Permissions.Operate, false, "Starts a rollout, or one that has ended anew."),
        new(RolloutCommand.Retry, "retry", Permissions.Operate, false, "Starts a rollout anew that has ended: from its first stage, on new evidence."),
        new(RolloutCommand.Pause, "pause", Permissions.Operate, true, "Keeps a rollout in its stage until it is resumed; its guards are judged on."),
        new(RolloutCommand.Resume, "resume", Permissions.Operate, false, "Lets a paused rollout go on."),
        new(RolloutCommand.Advance, "advance", Permissions.Operate, true, "Enters the next stage before the conditions of this one are met; never the promotion."),
        new(RolloutCommand.Approve, "approve", Permissions.Approve, true, "Agrees that a rollout may leave its stage, where people are asked."),
        new(RolloutCommand.Override, "override", Permissions.Approve, true, "Lets a rollout move in spite of the freezes that hold it now."),
        new(RolloutCommand.RollBack, "rollback", Permissions.Operate, false, "Takes the canary back; the baseline serves everyone."),
    ];
}
