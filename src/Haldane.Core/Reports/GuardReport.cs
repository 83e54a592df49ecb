using Haldane.Core.Judging;

namespace Haldane.Core.Reports;

/// <summary>What numbers on a guard's scale are.</summary>
public enum GuardUnit
{
    /// <summary>A number in the unit of what is measured.</summary>
    Number,

    /// <summary>Canary divided by baseline.</summary>
    Ratio,

    /// <summary>A part of a whole, in [0, 1].</summary>
    Fraction,

    /// <summary>A difference of two such parts.</summary>
    Points,

    /// <summary>Seconds, or a difference of them.</summary>
    Seconds,

    /// <summary>Jensen-Shannon divergence to base 2.</summary>
    Bits,
}

/// <summary>What was promised.</summary>
/// <param name="FalseRollback">Chance that a canary that is fine on every guard is rolled back by statistics.</param>
/// <param name="FalsePromotion">Chance that a canary that is bad on some guard is promoted.</param>
/// <param name="Guards">What each guard promises.</param>
public sealed record RiskReport(double FalseRollback, double FalsePromotion, ValueList<GuardStatement> Guards);

/// <summary>What a guard promises.</summary>
public sealed record GuardStatement
{
    /// <summary>Its name.</summary>
    public required string Guard { get; init; }

    /// <summary>Its signal, as the specification has it.</summary>
    public required string Signal { get; init; }

    /// <summary>The promise in words, e.g. <c>p99 latency at most 1.1 times the baseline's</c>.</summary>
    public required string Promise { get; init; }

    /// <summary>What its lines are measured in.</summary>
    public required GuardUnit Unit { get; init; }

    /// <summary>Worse than this is bad.</summary>
    public required double Bad { get; init; }

    /// <summary>Better than this is fine.</summary>
    public required double Fine { get; init; }

    /// <summary>Whether less is worse.</summary>
    public bool AtLeast { get; init; }

    /// <summary>A rate below which the canary is never bad; 0 for none.</summary>
    public double Floor { get; init; }

    /// <summary>Its part of the chance of a false rollback, for everyone.</summary>
    public required double RollbackPart { get; init; }

    /// <summary>The same for each segment that it scans; null where it scans none.</summary>
    public double? SegmentPart { get; init; }

    /// <summary>How many segments it scans.</summary>
    public required int Segments { get; init; }

    /// <summary>Indices of the stages that may be left only when it has passed.</summary>
    public required ValueList<int> RequiredIn { get; init; }
}

/// <summary>What the judge said of a guard.</summary>
public sealed record GuardReport
{
    /// <summary>Its name.</summary>
    public required string Guard { get; init; }

    /// <summary>The record that has the last verdict; 0 where no record has one, and it was recomputed.</summary>
    public required long Record { get; init; }

    /// <summary>The last verdict; null before there was any.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>What numbers on its scale are.</summary>
    public required GuardUnit Unit { get; init; }

    /// <summary>What the versions' own values are.</summary>
    public required GuardUnit OwnUnit { get; init; }

    /// <summary>Whether less is worse.</summary>
    public bool AtLeast { get; init; }

    /// <summary>The difference over time, recomputed from the stored evidence; some hundred points at most.</summary>
    public ValueList<BandPoint> Band { get; init; } = [];

    /// <summary>How long each kind of verdict stood, as far as those points tell.</summary>
    public ValueList<KindTime> Kinds { get; init; } = [];
}

/// <summary>What the judge said of a guard at a moment, for everyone or the segment that was worst.</summary>
/// <param name="Slice">The last slice that it rests on.</param>
/// <param name="At">The end of that slice.</param>
/// <param name="Kind">The verdict.</param>
/// <param name="Estimate">The difference; null when there is none.</param>
/// <param name="Low">Lower end of an interval that holds at all times; null when unbounded.</param>
/// <param name="High">Its upper end; null when unbounded.</param>
public sealed record BandPoint(long Slice, DateTimeOffset At, VerdictKind Kind, double? Estimate, double? Low, double? High)
{
    /// <summary>How far the evidence has come that it is worse than fine, in parts of what proves it: 1 is proof.</summary>
    public double TowardFail { get; init; }

    /// <summary>The same for better than bad.</summary>
    public double TowardPass { get; init; }
}

/// <summary>How long a kind of verdict stood.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Seconds">How long.</param>
public sealed record KindTime(VerdictKind Kind, double Seconds);
