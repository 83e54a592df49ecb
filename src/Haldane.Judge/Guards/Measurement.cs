using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Guards;

/// <summary>What a measurement is to find out, of whom, and how sure it must be.</summary>
internal sealed record Question
{
    /// <summary>The guard.</summary>
    public required GuardSpec Guard { get; init; }

    /// <summary>The cell, see <see cref="SegmentCells"/>.</summary>
    public required int Cell { get; init; }

    /// <summary>The cell for a sentence: empty for everyone, else e.g. <c> in country=ID</c>.</summary>
    public required string Where { get; init; }

    /// <summary>The stages of the rollout.</summary>
    public required ValueList<StageSpec> Stages { get; init; }

    /// <summary>Whether assignment is by subject; else by exchange.</summary>
    public required bool BySubject { get; init; }

    /// <summary>What is read from answers and feedback.</summary>
    public required SignalsSpec Signals { get; init; }

    /// <summary>Names of the predicted classes, <c>other</c> last; empty without a prediction signal.</summary>
    public required ValueList<string> Classes { get; init; }

    /// <summary>Log evidence that proves Fail.</summary>
    public required double FailAt { get; init; }

    /// <summary>Log evidence that proves Pass.</summary>
    public required double PassAt { get; init; }

    /// <summary>The totals of the stage.</summary>
    public required StageTotals Totals { get; init; }

    /// <summary>What all profiles of rates share.</summary>
    public required ShareTables Shares { get; init; }

    /// <summary>The canary's totals of the stage in this cell.</summary>
    public ArmTotals Canary => Totals.Of(Arm.Canary, Cell);

    /// <summary>The baseline's totals of the stage in this cell.</summary>
    public ArmTotals Baseline => Totals.Of(Arm.Baseline, Cell);

    /// <summary>Whether it is about everyone: a segment can only fail.</summary>
    public bool Everyone => Cell == SegmentCells.Everyone;
}

/// <summary>The numbers of a measurement, on the guard's scale.</summary>
internal readonly record struct Reading
{
    /// <summary>Best estimate.</summary>
    public double? Estimate { get; init; }

    /// <summary>Lower bound.</summary>
    public double? Low { get; init; }

    /// <summary>Upper bound.</summary>
    public double? High { get; init; }

    /// <summary>The baseline's own value.</summary>
    public double? BaselineValue { get; init; }

    /// <summary>The canary's own value.</summary>
    public double? CanaryValue { get; init; }

    /// <summary>Observations of the baseline.</summary>
    public long BaselineCount { get; init; }

    /// <summary>Observations of the canary.</summary>
    public long CanaryCount { get; init; }
}

/// <summary>Natural logarithms of the evidence against both lines.</summary>
/// <param name="Fail">Against "fine".</param>
/// <param name="Pass">Against "bad"; 0 in segments.</param>
internal readonly record struct Evidence(double Fail, double Pass);

/// <summary>Follows one signal of one guard in one cell through a rollout: evidence for Fail and Pass, numbers, words.</summary>
/// <remarks>One derived type for each kind of signal and scale. State is of fixed size. For one thread.</remarks>
internal abstract class Measurement(Question question)
{
    // Observations that count as one, from which on a sentence says so.
    private const double WorthSaying = 2;

    /// <summary>Natural logarithm of the evidence against "fine".</summary>
    public double FailLogE { get; private set; }

    /// <summary>Natural logarithm of the evidence against "bad"; stays 0 in segments.</summary>
    public double PassLogE { get; private set; }

    /// <summary>What is counted.</summary>
    public virtual string CountedBy => "exchanges";

    /// <summary>Whether it rests on this stage only, beside what earlier stages have proved.</summary>
    public virtual bool StartsAnew => false;

    /// <summary>What was asked.</summary>
    protected Question Question { get; } = question;

    /// <summary>The guard.</summary>
    protected GuardSpec Guard => Question.Guard;

    /// <summary>The user's margin, for the end of a sentence.</summary>
    protected abstract string Margin { get; }

    /// <summary>The value on the guard's scale that says "as the baseline"; null on an absolute scale.</summary>
    protected virtual double? NoDifference => null;

    /// <summary>Whether an amount says by itself in which direction it goes, e.g. <c>2 points lower</c>.</summary>
    protected virtual bool AmountsHaveDirection => false;

    /// <summary>How many observations count as one.</summary>
    protected virtual DesignEffect Effect => DesignEffect.None;

    /// <summary>Takes a slice into account; the stage's totals hold it already.</summary>
    public void Add(EvidenceSlice slice)
    {
        Take(slice);
        (FailLogE, PassLogE) = Weigh(1);
    }

    /// <summary>The evidence if so many times as much had come in the same proportions.</summary>
    public Evidence After(double factor) => Weigh(factor);

    /// <summary>The numbers by now.</summary>
    public abstract Reading Read();

    /// <summary>Why the measurement cannot be trusted, or null.</summary>
    public virtual string? Broken() => null;

    /// <summary>Why nothing is held against the canary just now, though something is wrong, or null.</summary>
    public virtual string? Trouble() => null;

    /// <summary>What is missing before anything can be said, or null.</summary>
    public abstract string? Missing();

    /// <summary>Whether the best estimate lies beyond the bad line.</summary>
    public virtual bool IsBeyondBad() => Read().Estimate is { } estimate && (Guard.AtLeast ? estimate < Guard.Bad : estimate > Guard.Bad);

    /// <summary>The verdict's sentence.</summary>
    /// <param name="kind">Pass, Undecided or Fail.</param>
    /// <param name="reading">The numbers.</param>
    /// <param name="worse">Whether Fail is proven beside Pass.</param>
    public virtual string Explain(VerdictKind kind, Reading reading, bool worse)
    {
        var (good, harm) = Guard.AtLeast ? (reading.Low, reading.High) : (reading.High, reading.Low);
        var (least, most) = Guard.AtLeast && !AmountsHaveDirection ? ("at most", "at least") : ("at least", "at most");
        var detail = kind switch
        {
            VerdictKind.Fail => Beyond(harm) ? $" ({least} {Amount(harm!.Value)})" : "",
            VerdictKind.Pass when worse => "; worse than the baseline, within the margin",
            VerdictKind.Pass => Beyond(good) ? $" ({most} {Amount(good!.Value)})" : "",
            _ => "; " + (double.IsInfinity(Effect.Value) ? "too few users or moments so far to tell their ways from the version's" : Range(reading.Low, reading.High)) + Alike(),
        };
        return $"{Headline(reading)}{detail}; {Margin}";
    }

    /// <summary>How many observations count as one, for whoever wonders why so many prove so little; empty where hardly more than one does.</summary>
    protected string Alike() => Effect.Value is >= WorthSaying and < double.PositiveInfinity and var many
        ? $", since answers of the same users and moments are alike: {Say.Number(many, 2)} count as one"
        : "";

    /// <summary>Adds what the slice brings.</summary>
    protected abstract void Take(EvidenceSlice slice);

    /// <summary>The evidence by now.</summary>
    /// <param name="factor">As if so many times as much had come in the same proportions; other than 1 for forecasts only.</param>
    protected abstract Evidence Weigh(double factor);

    /// <summary>What was seen, without a judgement.</summary>
    protected abstract string Headline(Reading reading);

    /// <summary>A value on the guard's scale, for people.</summary>
    protected abstract string Amount(double value);

    /// <summary>Where the value may lie.</summary>
    protected virtual string Range(double? low, double? high) => (low, high) switch
    {
        ({ } from, { } to) => $"may be between {Amount(from)} and {Amount(to)}",
        ({ } from, null) => $"{Amount(from)} or more",
        (null, { } to) => $"{Amount(to)} or less",
        _ => "too early to bound it",
    };

    // A bound on the harmless side of "no difference" would read as if harm were proven.
    private bool Beyond(double? bound) =>
        bound is { } value && (NoDifference is not { } same || (Guard.AtLeast ? value < same : value > same));
}
