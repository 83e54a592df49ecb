using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>What happened on both arms of a stage.</summary>
/// <param name="Baseline">By exchange; without a count where nobody says on which exchanges it did not happen.</param>
/// <param name="Canary">The same.</param>
/// <param name="BaselineSubjects">Subjects that it happened to for the first time in the rollout.</param>
/// <param name="CanarySubjects">The same.</param>
internal readonly record struct Tally(Rate Baseline, Rate Canary, long BaselineSubjects, long CanarySubjects)
{
    /// <summary>Adds up.</summary>
    public static Tally operator +(Tally left, Tally right) => new(
        left.Baseline + right.Baseline, left.Canary + right.Canary, left.BaselineSubjects + right.BaselineSubjects, left.CanarySubjects + right.CanarySubjects);
}

/// <summary>What a guard on a rate counts, and the words for it. Immutable.</summary>
internal abstract class RateSource
{
    /// <summary>Whether it comes to be known only after the exchange, so that a slice may speak of earlier stages.</summary>
    public virtual bool IsLate => false;

    /// <summary>The source of a guard.</summary>
    public static RateSource For(SignalSpec signal) => signal.Kind switch
    {
        SignalKind.ErrorRate => new Errors(),
        SignalKind.Accuracy => new RightLabels(),
        SignalKind.EventRate when signal.IsLate => new LateEvents(signal.Name!),
        SignalKind.EventRate => new SeenEvents(signal.Name!),
        _ => throw new ArgumentException($"{signal} is no rate.", nameof(signal)),
    };

    /// <summary>What a slice says of a stage: its own, or an earlier one where it <see cref="IsLate"/>.</summary>
    public abstract Tally In(EvidenceSlice slice, int stage, int cell);

    /// <summary>E.g. <c>0.5 % of 6,912 canary exchanges failed</c>.</summary>
    public abstract string Of(Rate canary, string where);

    /// <summary>What is missing before anything can be said, or null.</summary>
    /// <param name="canary">The canary's rate so far.</param>
    /// <param name="exchanges">The canary's exchanges in the stage.</param>
    /// <param name="where">The cell.</param>
    public virtual string? Missing(Rate canary, long exchanges, string where) => Say.FewerThanNeeded(exchanges, $"canary exchanges{where}");

    private sealed class Errors : RateSource
    {
        public override Tally In(EvidenceSlice slice, int stage, int cell)
        {
            CellEvidence baseline = slice.Baseline.Cells[cell], canary = slice.Canary.Cells[cell];
            return new(new(baseline.Errors, baseline.Exchanges), new(canary.Errors, canary.Exchanges), baseline.ErrorSubjects, canary.ErrorSubjects);
        }

        public override string Of(Rate canary, string where) => canary.Events == 0
            ? $"no errors in {Say.Count(canary.Count)} canary exchanges{where}"
            : $"{Say.Percent(canary.Value)} of {Say.Count(canary.Count)} canary exchanges{where} failed";
    }

    private sealed class SeenEvents(string name) : RateSource
    {
        public override Tally In(EvidenceSlice slice, int stage, int cell)
        {
            var events = EventsIn(slice, name, stage, cell);
            return events with
            {
                Baseline = new(events.Baseline.Events, slice.Baseline.Cells[cell].Exchanges),
                Canary = new(events.Canary.Events, slice.Canary.Cells[cell].Exchanges),
            };
        }

        public override string Of(Rate canary, string where) => canary.Events == 0
            ? $"none of {Say.Count(canary.Count)} canary exchanges{where} were {name}"
            : $"{Say.Percent(canary.Value)} of {Say.Count(canary.Count)} canary exchanges{where} were {name}";
    }

    private sealed class LateEvents(string name) : RateSource
    {
        public override bool IsLate => true;

        public override Tally In(EvidenceSlice slice, int stage, int cell) => EventsIn(slice, name, stage, cell);

        public override string Of(Rate canary, string where) => $"{name}{where}";

        public override string? Missing(Rate canary, long exchanges, string where) =>
            canary.Events > 0 ? null : $"no {name}{where} of canary exchanges so far";
    }

    private sealed class RightLabels : RateSource
    {
        public override bool IsLate => true;

        public override Tally In(EvidenceSlice slice, int stage, int cell)
        {
            Rate baseline = default, canary = default;
            foreach (var labels in slice.Labels.AsSpan())
            {
                if (labels.Stage == stage && labels.Cell == cell)
                {
                    var right = new Rate(labels.Labelled - labels.Wrong, labels.Labelled);
                    baseline += labels.Arm == Arm.Baseline ? right : default;
                    canary += labels.Arm == Arm.Canary ? right : default;
                }
            }

            return new(baseline, canary, baseline.Count, canary.Count);
        }

        public override string Of(Rate canary, string where) => $"accuracy{where} is {Say.Percent(canary.Value)} over {Say.Count(canary.Count)} labelled canary answers";

        public override string? Missing(Rate canary, long exchanges, string where) => Labels.Missing(canary.Count);
    }

    private static Tally EventsIn(EvidenceSlice slice, string name, int stage, int cell)
    {
        var tally = default(Tally);
        foreach (var events in slice.Events.AsSpan())
        {
            if (events.Stage == stage && events.Cell == cell && events.Name == name)
            {
                tally += events.Arm == Arm.Canary
                    ? new(default, new(events.Count, 0), 0, events.Subjects)
                    : new(new(events.Count, 0), default, events.Subjects, 0);
            }
        }

        return tally;
    }
}
