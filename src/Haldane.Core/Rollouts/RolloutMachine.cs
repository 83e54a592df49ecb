using Haldane.Core.Judging;
using Haldane.Core.Specification;

namespace Haldane.Core.Rollouts;

/// <summary>Something that may move a rollout. A closed list: a new signal fails the machine's table test until every phase has an answer.</summary>
public abstract record Signal
{
    private Signal()
    {
    }

    /// <summary>Somebody, or the specification, starts the rollout.</summary>
    /// <param name="Run">The number of the new run.</param>
    /// <param name="By">Who.</param>
    /// <param name="Why">Why; null when nobody said.</param>
    public sealed record Start(int Run, string By, string? Why = null) : Signal;

    /// <summary>The judge spoke.</summary>
    /// <param name="Judgement">What it said.</param>
    /// <param name="Ejection">That the router has ejected the canary; null while it has not.</param>
    public sealed record Judged(Judgement Judgement, Ejection? Ejection = null) : Signal;

    /// <summary>Somebody takes the canary back.</summary>
    /// <param name="By">Who.</param>
    /// <param name="Why">Why.</param>
    public sealed record Abort(string By, string Why) : Signal;
}

/// <summary>What a move was.</summary>
public enum Move
{
    /// <summary>Nothing changed.</summary>
    None,

    /// <summary>A run began, in its first stage.</summary>
    Started,

    /// <summary>The next stage was entered.</summary>
    StageEntered,

    /// <summary>It holds for another reason than before.</summary>
    Held,

    /// <summary>The canary won.</summary>
    Promoted,

    /// <summary>The canary was taken back.</summary>
    RolledBack,
}

/// <summary>What a signal came to.</summary>
/// <param name="Move">What was done.</param>
/// <param name="Next">The rollout after it.</param>
/// <param name="By">Who or what did it.</param>
public sealed record Transition(Move Move, Rollout Next, string By)
{
    /// <summary>Whether anything is to be recorded.</summary>
    public bool Changes => Move != Move.None;
}

/// <summary>Decides what a rollout does next.</summary>
/// <remarks>Pure. The controller stores a transition first and publishes it second, so a crash between the two repeats, never skips.</remarks>
public static class RolloutMachine
{
    private const string Judge = "judge", Gateway = "gateway";

    /// <summary>The answer to a signal in every phase.</summary>
    public static Transition Next(Rollout rollout, Signal signal, DateTimeOffset now) => (rollout.Phase, signal) switch
    {
        (Phase.Running, Signal.Abort(var by, var why)) => RollBack(rollout, now, by, $"{by}: {why}"),
        (Phase.Running, Signal.Judged(var judgement, var ejection)) when judgement.Stage == rollout.Stage => Weigh(rollout, judgement, ejection, now),

        // An ended rollout may be run again, from its first stage and on new evidence.
        (Phase.Draft or Phase.Promoted or Phase.RolledBack, Signal.Start(var run, var by, var why)) => Enter(
            rollout with { Run = run, StartedAt = now, Guard = null, Segment = null }, 0, now, Move.Started, by, why is null ? $"started by {by}" : $"{by}: {why}"),

        _ => new(Move.None, rollout, ""),
    };

    private static Transition Weigh(Rollout rollout, Judgement judgement, Ejection? ejection, DateTimeOffset now)
    {
        // Harm that is proven beats everything. A guard whose own measurement is broken says Broken, not Fail; where the split itself is broken, all of them do.
        if (WorstFailure(judgement) is { } failed)
        {
            return RollBack(rollout with { Guard = failed.Guard, Segment = failed.Segment }, now, Judge, failed.Reason);
        }

        if (ejection is not null)
        {
            return Bear(rollout, ejection, now);
        }

        if (Find(judgement, VerdictKind.Broken) is { } broken)
        {
            return Hold(rollout, HoldReason.Broken, $"{broken.Guard}: {broken.Reason}");
        }

        if (judgement.NoData is { } silence)
        {
            return Hold(rollout, HoldReason.NoData, silence);
        }

        foreach (var verdict in judgement.Verdicts)
        {
            if (verdict is { Kind: VerdictKind.NoData, Late: false })
            {
                return Hold(rollout, HoldReason.NoData, $"{verdict.Guard}: {verdict.Reason}");
            }
        }

        if (judgement.Anomalies is [var anomaly, ..])
        {
            return Hold(rollout, HoldReason.Anomaly, anomaly.Reason);
        }

        var stage = rollout.Spec.Stages[rollout.Stage];
        if (judgement.Baked < stage.Bake)
        {
            return Hold(rollout, HoldReason.Baking, stage.Kind == StageKind.Shadow ? "bakes in the shadow" : $"bakes at {stage.Share}");
        }

        for (var g = 0; g < rollout.Spec.Guards.Count; g++)
        {
            if (judgement.Verdicts[g].Kind != VerdictKind.Pass && IsRequired(rollout, rollout.Spec.Guards[g]))
            {
                var hold = judgement.Verdicts[g].Kind == VerdictKind.NoData ? HoldReason.NoData : HoldReason.Undecided;
                return Hold(rollout, hold, $"{judgement.Verdicts[g].Guard}: {judgement.Verdicts[g].Reason}");
            }
        }

        return rollout.Stage == rollout.Spec.Stages.Count - 1
            ? new(Move.Promoted, rollout with { Phase = Phase.Promoted, Since = now, Hold = null, Reason = "every guard has passed" }, Judge)
            : Enter(rollout, rollout.Stage + 1, now, Move.StageEntered, Judge, "bake is over and no guard fails");
    }

    // Its callers are safe with the baseline, so a process that is started anew may come back; one that does not is harm enough.
    private static Transition Bear(Rollout rollout, Ejection ejection, DateTimeOffset now) => ejection.For >= rollout.Spec.Unreachable
        ? RollBack(rollout, now, Gateway, $"the canary answered nobody for {ejection.For.TotalSeconds:0} s: {ejection.Sentence}")
        : Hold(rollout, HoldReason.Ejected, $"the canary is ejected, the baseline serves its callers: {ejection.Sentence}; taken back after {rollout.Spec.Unreachable!.Value.TotalSeconds:0} s", Gateway);

    /// <summary>Whether the guard must have passed before the rollout may leave its stage.</summary>
    public static bool IsRequired(Rollout rollout, GuardSpec guard) =>
        rollout.Stage == rollout.Spec.Stages.Count - 1
        || (guard.RequiredFrom is { } from && rollout.Spec.Stages[rollout.Stage].Share >= from)
        || (guard.Signal.Kind == SignalKind.Agreement && IsLastShadow(rollout.Spec.Stages, rollout.Stage));

    // Behind it no pair of answers ever comes that could still prove agreement.
    private static bool IsLastShadow(ValueList<StageSpec> stages, int stage) =>
        stages[stage].Kind == StageKind.Shadow && (stage == stages.Count - 1 || stages[stage + 1].Kind != StageKind.Shadow);

    private static Verdict? Find(Judgement judgement, VerdictKind kind) => judgement.Verdicts.FirstOrDefault(v => v.Kind == kind);

    // Several guards may fail in one tick; the one with most evidence past its line is the best explanation.
    private static Verdict? WorstFailure(Judgement judgement) => judgement.Verdicts
        .Where(v => v.Kind == VerdictKind.Fail)
        .MaxBy(v => v.FailEvidence - v.FailAt);

    private static Transition Enter(Rollout rollout, int stage, DateTimeOffset now, Move move, string by, string reason) =>
        new(move, rollout with { Phase = Phase.Running, Stage = stage, Since = now, Hold = HoldReason.Baking, Reason = reason }, by);

    private static Transition RollBack(Rollout rollout, DateTimeOffset now, string by, string reason) =>
        new(Move.RolledBack, rollout with { Phase = Phase.RolledBack, Since = now, Hold = null, Reason = reason }, by);

    // Only a new kind of reason is a move: the numbers within a reason change every second and belong to the verdicts.
    private static Transition Hold(Rollout rollout, HoldReason hold, string reason, string by = Judge) =>
        rollout.Hold == hold
            ? new(Move.None, rollout with { Reason = reason }, by)
            : new(Move.Held, rollout with { Hold = hold, Reason = reason }, by);
}
