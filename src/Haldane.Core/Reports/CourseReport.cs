using Haldane.Core.Specification;

namespace Haldane.Core.Reports;

/// <summary>What happened, in order.</summary>
public sealed record CourseReport
{
    /// <summary>The most entries that are listed: of more, the first and the last half.</summary>
    public const int MostEntries = 1_000;

    /// <summary>What the ledger has of this run, and of freezes and overrides that concerned it meanwhile.</summary>
    public required ValueList<CourseEntry> Entries { get; init; }

    /// <summary>How many entries in the middle are not listed.</summary>
    public long Omitted { get; init; }

    /// <summary>The stages of the plan.</summary>
    public required ValueList<StageReport> Stages { get; init; }

    /// <summary>What both versions did over time; some hundred points at most.</summary>
    public required ValueList<CurvePoint> Curves { get; init; }
}

/// <summary>A record of the ledger.</summary>
/// <param name="Number">Its number.</param>
/// <param name="At">When.</param>
/// <param name="Kind">What was decided.</param>
/// <param name="By">Who or what decided.</param>
/// <param name="Why">Why.</param>
/// <param name="Stage">Index of the stage after it; null where it is about no rollout.</param>
/// <param name="From">The canary's share before; null where it is about no rollout.</param>
/// <param name="To">The share after; null where it is about no rollout.</param>
/// <param name="Verdicts">How many verdicts it rests on.</param>
/// <param name="UpTo">The last slice that it rests on; 0 for none.</param>
public sealed record CourseEntry(long Number, DateTimeOffset At, string Kind, string By, string Why, int? Stage, Share? From, Share? To, int Verdicts, long UpTo)
{
    /// <summary>Whether a person decided, and not the judge, the gateway or the plan.</summary>
    public bool IsPerson { get; init; }
}

/// <summary>A stage as it was planned and as it went.</summary>
public sealed record StageReport
{
    /// <summary>Its index.</summary>
    public required int Index { get; init; }

    /// <summary>For people, e.g. <c>10%</c> or <c>shadow</c>, with its name where it has one.</summary>
    public required string Name { get; init; }

    /// <summary>What it does with the traffic.</summary>
    public required StageKind Kind { get; init; }

    /// <summary>The canary's share.</summary>
    public required Share Share { get; init; }

    /// <summary>The least time under traffic.</summary>
    public required TimeSpan Bake { get; init; }

    /// <summary>When it was entered; null when it never was.</summary>
    public DateTimeOffset? Entered { get; init; }

    /// <summary>When it was left; null while it was not.</summary>
    public DateTimeOffset? Left { get; init; }

    /// <summary>Who or what decided that; null while it was not left.</summary>
    public string? LeftBy { get; init; }

    /// <summary>Seconds of evidence, silent ones included.</summary>
    public double Seconds { get; init; }

    /// <summary>What the baseline did.</summary>
    public required ArmSum Baseline { get; init; }

    /// <summary>What the canary did; in a shadow stage, with copies.</summary>
    public required ArmSum Canary { get; init; }

    /// <summary>Subjects of the canary, estimated from a sample; 0 where requests have none, or none was seen.</summary>
    public long Subjects { get; init; }
}

/// <summary>What an arm did.</summary>
/// <param name="Exchanges">Exchanges that ended.</param>
/// <param name="Errors">Those that failed.</param>
public sealed record ArmSum(long Exchanges, long Errors)
{
    /// <summary>Nothing.</summary>
    public static readonly ArmSum Nothing = new(0, 0);

    /// <summary>Both together.</summary>
    public static ArmSum operator +(ArmSum one, ArmSum other) => new(one.Exchanges + other.Exchanges, one.Errors + other.Errors);
}

/// <summary>What both versions did in a stretch of time.</summary>
/// <param name="From">When it began.</param>
/// <param name="To">When it ended.</param>
/// <param name="Stage">Index of the stage at its end.</param>
/// <param name="Share">The canary's share at its end.</param>
/// <param name="Baseline">The baseline.</param>
/// <param name="Canary">The canary.</param>
public sealed record CurvePoint(DateTimeOffset From, DateTimeOffset To, int Stage, Share Share, ArmCurve Baseline, ArmCurve Canary);

/// <summary>An arm in a stretch of time.</summary>
/// <param name="PerSecond">Exchanges a second.</param>
/// <param name="ErrorRate">Failed exchanges of all, as a fraction; null without exchanges.</param>
/// <param name="P50">Median latency, seconds; null without answers.</param>
/// <param name="P99">99th percentile, seconds; null without answers.</param>
public sealed record ArmCurve(double PerSecond, double? ErrorRate, double? P50, double? P99)
{
    /// <summary>95th percentile, seconds; null without answers.</summary>
    public double? P95 { get; init; }

    /// <summary>95th percentile of the time to the first byte, seconds; null where no guard asks for it.</summary>
    public double? FirstToken { get; init; }
}

/// <summary>Where the measurement was blind or in doubt.</summary>
public sealed record GapReport
{
    /// <summary>Seconds of evidence.</summary>
    public double Seconds { get; init; }

    /// <summary>Seconds of them in which nobody called.</summary>
    public double Silent { get; init; }

    /// <summary>Seconds between the first slice and the last that no slice is of: Haldane did not run, or its clock was moved.</summary>
    public double Uncovered { get; init; }

    /// <summary>How often the process was started anew within the run.</summary>
    public int Restarts { get; init; }

    /// <summary>How often the canary was ejected, as the ledger has it: what its callers were then served by the baseline is in no count.</summary>
    public int Ejections { get; init; }

    /// <summary>Answers of the baseline that could not be read.</summary>
    public long BaselineUnread { get; init; }

    /// <summary>Answers of the canary that could not be read.</summary>
    public long CanaryUnread { get; init; }

    /// <summary>How long it held, by the kind of verdict that it held for; from the points of <see cref="GuardReport.Band"/>.</summary>
    public ValueList<KindTime> Doubts { get; init; } = [];
}
