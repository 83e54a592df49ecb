using Haldane.Core.Access;
using Haldane.Core.Specification;

namespace Haldane.Core.Rollouts;

/// <summary>Somebody agrees that a stage may be left.</summary>
/// <param name="Stage">Index of the stage.</param>
/// <param name="By">Who.</param>
/// <param name="Why">Why.</param>
/// <param name="At">When.</param>
public sealed record Approval(int Stage, string By, string Why, DateTimeOffset At);

/// <summary>What people must agree to before a stage is left, and what of it is there. Pure.</summary>
public static class Approvals
{
    /// <summary>The agreements that count for the stage that a rollout is in: given in it, and not expired.</summary>
    public static IEnumerable<Approval> Standing(Rollout rollout, DateTimeOffset now) => rollout.Spec.Stages[rollout.Stage].Approval is { } asked
        ? rollout.Approvals.Where(a => a.Stage == rollout.Stage && now - a.At < asked.Expires)
        : [];

    /// <summary>What agreement is missing before the stage can be left; null when none is.</summary>
    public static string? Missing(Rollout rollout, DateTimeOffset now)
    {
        if (rollout.Spec.Stages[rollout.Stage].Approval is not { } asked)
        {
            return null;
        }

        string[] given = [.. Standing(rollout, now).Select(a => a.By)];
        return given.Length >= asked.Count ? null
            : $"waits for people to agree, {given.Length} of {asked.Count}{(given.Length > 0 ? $" ({string.Join(", ", given)})" : "")}{Of(asked)}";
    }

    /// <summary>Why somebody's agreement cannot be taken; null when it can.</summary>
    /// <param name="rollout">A running rollout.</param>
    /// <param name="by">Who agrees.</param>
    /// <param name="fourEyes">Whether somebody else must have started the run.</param>
    /// <param name="now">The time.</param>
    public static string? WhyNot(Rollout rollout, Person by, bool fourEyes, DateTimeOffset now) => rollout.Spec.Stages[rollout.Stage].Approval switch
    {
        null => $"the stage that {rollout.Name} is in asks nobody to agree",
        { } asked when !asked.Takes(by) => $"{by.Name} is not one of those who are asked{Of(asked)}",
        _ when (fourEyes || rollout.FourEyes) && WhyNotOther(rollout, by) is { } why => $"{why}; the risk of model {rollout.Spec.Model} is high, so somebody else must agree",
        _ when Standing(rollout, now).Any(a => Person.IsSame(a.By, by.Name)) => $"{by.Name} has agreed already",
        _ => null,
    };

    private static string? WhyNotOther(Rollout rollout, Person by) => rollout switch
    {
        { StarterIsProven: false } => $"nobody can prove who has started this run of {rollout.Name}: take it back, and start it with a token of one's own",
        { StartedBy: var starter } when Person.IsSame(by.Name, starter) => $"{by.Name} has started this run",
        { StartedBy: var starter } when by.MadeBy is { } maker && Person.IsSame(maker, starter) => $"the token of {by.Name} was made by {maker}, who has started this run",
        _ => null,
    };

    private static string Of(ApprovalSpec asked)
    {
        string[] who = [.. asked.People, .. asked.Groups.Select(g => $"group {g}")];
        return who.Length == 0 ? "" : $": {string.Join(", ", who)}";
    }
}
