using Haldane.Core.Reports.Standards;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Core.Reports;

/// <summary>What a reviewer needs to know of one run of a rollout, and how each part of it can be proven.</summary>
/// <remarks>
/// Made of the ledger and the stored evidence alone: the same store and <see cref="MadeAt"/> give the same pack. Holds no request, answer, prompt, header value or secret.
/// </remarks>
public sealed record EvidencePack
{
    /// <summary>When it was made.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>The version of the program that made it.</summary>
    public required string MadeBy { get; init; }

    /// <summary>What happened, in short.</summary>
    public required PackSummary Summary { get; init; }

    /// <summary>What was changed.</summary>
    public required ChangeReport Change { get; init; }

    /// <summary>What was promised.</summary>
    public required RiskReport Risk { get; init; }

    /// <summary>What happened, in order.</summary>
    public required CourseReport Course { get; init; }

    /// <summary>What the judge said, by guard, in the order of the plan.</summary>
    public required ValueList<GuardReport> Guards { get; init; }

    /// <summary>Where the measurement was blind.</summary>
    public required GapReport Gaps { get; init; }

    /// <summary>Who was reached.</summary>
    public required BlastRadius BlastRadius { get; init; }

    /// <summary>Who decided.</summary>
    public required PeopleReport People { get; init; }

    /// <summary>What holds it all together.</summary>
    public required ProofReport Proof { get; init; }

    /// <summary>Which clauses it serves, and what of them it does not.</summary>
    public ValueList<Standard> Standards { get; init; } = StandardsMap.All;

    /// <summary>What it does not show.</summary>
    public ValueList<string> Limits { get; init; } = PackLimits.All;
}

/// <summary>One page.</summary>
public sealed record PackSummary
{
    /// <summary>The rollout.</summary>
    public required string Rollout { get; init; }

    /// <summary>Its run.</summary>
    public required int Run { get; init; }

    /// <summary>The runs of this rollout that the ledger has.</summary>
    public required ValueList<int> Runs { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The version that served.</summary>
    public required string Baseline { get; init; }

    /// <summary>The version on trial.</summary>
    public required string Canary { get; init; }

    /// <summary>Where the run stands by its last record.</summary>
    public required Phase Outcome { get; init; }

    /// <summary>Why, one sentence of the ledger.</summary>
    public required string Why { get; init; }

    /// <summary>Who or what decided that.</summary>
    public required string By { get; init; }

    /// <summary>The guard that failed with most evidence, as that record has it; null where none failed.</summary>
    public string? Guard { get; init; }

    /// <summary>Who started it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The risk of the model as the ledger has it; null where it was not recorded.</summary>
    public RiskClass? Risk { get; init; }

    /// <summary>Who answers for the model, as the ledger has it; null where it was not recorded.</summary>
    public string? Owner { get; init; }
}
