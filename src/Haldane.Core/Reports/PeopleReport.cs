namespace Haldane.Core.Reports;

/// <summary>Who decided, beside the judge.</summary>
public sealed record PeopleReport
{
    /// <summary>Who started the run.</summary>
    public required string StartedBy { get; init; }

    /// <summary>Whether that name was proven by a credential of the person's own; null where that is not kept, as for runs that another has followed.</summary>
    public bool? StarterIsProven { get; init; }

    /// <summary>Whether the risk was high, so that somebody else had to agree; null where that was not recorded.</summary>
    public bool? FourEyes { get; init; }

    /// <summary>The stages in which people are asked.</summary>
    public required ValueList<ApprovalReport> Approvals { get; init; }

    /// <summary>Everybody who did something, with what.</summary>
    public required ValueList<ActorReport> Actors { get; init; }
}

/// <summary>What people were asked in a stage, and what they said.</summary>
/// <param name="Stage">Index of the stage.</param>
/// <param name="Asked">How many different people.</param>
/// <param name="Of">Names and groups of whom they must be; empty for anyone who may approve.</param>
/// <param name="Given">Who agreed.</param>
/// <param name="WentUp">Whether the stage was left for a further one or for promotion.</param>
/// <param name="IsKept">Whether, where it was, enough different people had agreed, and where the risk was high none of them had started the run; null where it was not left upwards.</param>
public sealed record ApprovalReport(int Stage, int Asked, ValueList<string> Of, ValueList<GivenApproval> Given, bool WentUp, bool? IsKept);

/// <summary>Somebody agreed.</summary>
/// <param name="Record">The record.</param>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
/// <param name="Why">Why.</param>
/// <param name="IsStarter">Whether the same name had started the run.</param>
public sealed record GivenApproval(long Record, string By, DateTimeOffset At, string Why, bool IsStarter);

/// <summary>Somebody who did something.</summary>
/// <param name="Name">As the ledger has it.</param>
/// <param name="IsPerson">Whether it is a person, and not the judge, the gateway or the plan.</param>
/// <param name="Did">What, e.g. <c>started, approved 2</c>.</param>
public sealed record ActorReport(string Name, bool IsPerson, string Did);
