using Haldane.Core.Alerts;
using Haldane.Core.Judging;
using Haldane.Core.Specification;

namespace Haldane.Core.Rollouts;

/// <summary>Decides what a rollout does next.</summary>
/// <remarks>Pure. The controller stores a transition first and publishes it second, so a crash between the two repeats, never skips.</remarks>
public static class RolloutMachine
{
    private const string Judge = "judge", Gateway = "gateway", Plan = "specification", Alert = "alert";

    /// <summary>The answer to a signal in every phase.</summary>
    public static Transition Next(Rollout rollout, Signal signal, DateTimeOffset now) => (rollout.Phase, signal) switch
    {
        (Phase.Running, Signal.Judged judged) => judged.Judgement.Stage == rollout.Stage ? Weigh(rollout, judged, now) : Stay(rollout),
        (Phase.Running, Signal.RollBack(var by, var why, var atOnce)) => atOnce ? End(rollout, now, by, $"{by}: {why}") : TakeBack(rollout, now, by, $"{by}: {why}"),
        (Phase.Running, Signal.Advance({ } by, var why, { } judgement, var ejection, var frozen, var alarm)) =>
            WhyNotAdvance(rollout, judgement, ejection, frozen, alarm, now) is { } obstacle ? Refuse(rollout, obstacle) : Enter(rollout, rollout.Stage + 1, now, Move.StageEntered, by, $"{by}: {why}"),
        (Phase.Running, Signal.Approve(var by, var why, var fourEyes)) => Approvals.WhyNot(rollout, by, fourEyes, now) is { } obstacle
            ? Refuse(rollout, obstacle)
            : new(Move.Approved, rollout with { Approvals = rollout.Approvals.Append(new(rollout.Stage, by.Name, why, now)).ToValueList(), Reason = $"{by.Name} agrees: {why}" }, by.Name),
        (Phase.Running, Signal.Pause(var by, var why, var inStage)) when rollout.Pause is null =>
            new(Move.Paused, rollout with { Pause = new(by, why, inStage), Hold = HoldReason.Paused, Reason = Paused(by, why) }, by),
        (Phase.Running, Signal.Resume(var by, var why, var inStage)) when rollout.Pause is { } pause => new(
            Move.Resumed,
            rollout with { Pause = null, PausedFor = rollout.PausedFor + (inStage - pause.InStage), Hold = HoldReason.Baking, Reason = why is null ? $"resumed by {by}" : $"{by}: {why}" },
            by),

        // Somebody cannot wait for the steps, or the canary has died meanwhile.
        (Phase.Returning, Signal.RollBack(var by, var why, _)) => End(rollout, now, by, $"{rollout.Reason}; at once by {by}: {why}"),
        (Phase.Returning, Signal.Elapsed({ } ejection, _)) => End(rollout, now, Gateway, $"{rollout.Reason}; at once, for {Dead(ejection)}"),

        // A clock that was set back must not keep it there.
        (Phase.Returning, Signal.Elapsed) when now - rollout.Since >= rollout.Spec.Return.Every || now < rollout.Since => Step(rollout, rollout.ReturnStep + 1, now, Plan, rollout.Reason),

        (Phase.Promoted, Signal.RollBack(var by, var why, _)) when now < rollout.WarmUntil => End(rollout, now, by, $"{by}: {why}"),
        // What another system finds out after the promotion, while the old version is still ready.
        (Phase.Promoted, Signal.Elapsed(_, { TakesBack: true } alarm)) when now < rollout.WarmUntil => End(rollout, now, Alert, alarm.Sentence),
        (Phase.Promoted, Signal.Elapsed) when now >= rollout.WarmUntil =>
            new(Move.Retired, rollout with { WarmUntil = null, Reason = $"every guard has passed, and {rollout.Spec.Baseline} is no longer kept ready" }, Plan),

        // An ended rollout may be run again, from its first stage and on new evidence.
        (Phase.Draft or Phase.Promoted or Phase.RolledBack or Phase.Concluded, Signal.Start(var run, var by, var why) start) => Enter(
            rollout with { Run = run, StartedAt = now, StartedBy = by, StarterIsProven = start.IsProven, FourEyes = start.FourEyes, Approvals = [], Guard = null, Segment = null, ReturnStep = 0, WarmUntil = null },
            0,
            now,
            Move.Started,
            by,
            why is null ? $"started by {by}" : $"{by}: {why}"),

        (_, Signal.Judged or Signal.Elapsed) => Stay(rollout),
        _ => Refuse(rollout, WhyNot(rollout, signal)),
    };

    private static Transition Weigh(Rollout rollout, Signal.Judged judged, DateTimeOffset now)
    {
        var (judgement, ejection, frozen, alarm) = judged;
        // Harm that is proven beats everything. A guard whose own measurement is broken says Broken, not Fail; where the split itself is broken, all of them do.
        if (WorstFailure(judgement) is { } failed)
        {
            return TakeBack(rollout with { Guard = failed.Guard, Segment = failed.Segment }, now, Judge, failed.Reason);
        }

        if (alarm is { TakesBack: true })
        {
            return TakeBack(rollout, now, Alert, alarm.Sentence);
        }

        if (ejection is not null)
        {
            return Bear(rollout, ejection, now);
        }

        if (rollout.Pause is { } pause)
        {
            return Hold(rollout, HoldReason.Paused, Paused(pause.By, pause.Why), pause.By);
        }

        // No time limit holds here either way: an alert ends by itself, and what cannot be measured is not the canary's fault.
        if (alarm is not null)
        {
            return Hold(rollout, HoldReason.Alert, alarm.Sentence, Alert);
        }

        if (judgement.Verdicts.FirstOrDefault(v => v.Kind == VerdictKind.Broken) is { } broken)
        {
            return Hold(rollout, HoldReason.Broken, $"{broken.Guard}: {broken.Reason}");
        }

        var stage = rollout.Spec.Stages[rollout.Stage];
        var obstacle = StageEnd.WhyNot(rollout, judgement, frozen, now);
        return judgement.InStage - rollout.PausedFor >= stage.Stay
            ? Overstay(rollout, stage, obstacle, now)
            : Leave(rollout, stage, obstacle, now);
    }

    private static Transition Overstay(Rollout rollout, StageSpec stage, StageEnd? obstacle, DateTimeOffset now) => (stage.WhenUndecided, obstacle) switch
    {
        // What waits for people or for the end of a freeze is not undecided. And the last stage nobody advances: there proof is enough.
        (_, { IsClosed: true }) => Leave(rollout, stage, obstacle, now),
        (WhenUndecided.Ask, _) when obstacle is not null || !rollout.IsInLastStage =>
            Hold(rollout, HoldReason.Overstayed, $"the longest stay of {Say(stage.Stay)} is over: {(rollout.IsInLastStage ? "take it back, or let it wait for proof" : "advance it or take it back")}" + (obstacle is null ? "" : $" ({obstacle.Reason})")),
        (WhenUndecided.RollBack, not null) => TakeBack(rollout, now, Judge, $"still undecided after the longest stay of {Say(stage.Stay)}: {obstacle.Reason}"),
        _ => Leave(rollout, stage, obstacle, now),
    };

    private static Transition Leave(Rollout rollout, StageSpec stage, StageEnd? obstacle, DateTimeOffset now) => obstacle switch
    {
        not null => Hold(rollout, obstacle.Hold, obstacle.Reason),
        _ when !rollout.IsInLastStage => Enter(rollout, rollout.Stage + 1, now, Move.StageEntered, Judge, "bake is over and no guard fails"),
        _ when stage.Kind == StageKind.Experiment => new(Move.Concluded, rollout with { Phase = Phase.Concluded, Since = now, Hold = null, Reason = "the experiment has lasted as long as was asked" }, Judge),
        _ => new(Move.Promoted, rollout with { Phase = Phase.Promoted, Since = now, Hold = null, WarmUntil = now + rollout.Spec.Warm, Reason = "every guard has passed" }, Judge),
    };

    // Its callers are safe with the baseline, so a process that is started anew may come back; one that does not is harm enough.
    private static Transition Bear(Rollout rollout, Ejection ejection, DateTimeOffset now) => ejection.IsFinal || ejection.For >= rollout.Spec.Unreachable
        ? End(rollout, now, Gateway, Dead(ejection))
        : Hold(rollout, HoldReason.Ejected, $"{(ejection.Because is null ? "the canary is ejected, the baseline serves its callers" : "the baseline serves the canary's callers")}: {ejection.Sentence}; taken back after {rollout.Spec.Unreachable!.Value.TotalSeconds:0} s", Gateway);

    // A person may do without patience, but not without proof of no harm where the proof has its last chance, and never promotes.
    private static string? WhyNotAdvance(Rollout rollout, Judgement judgement, Ejection? ejection, string? frozen, Alarm? alarm, DateTimeOffset now)
    {
        if (rollout.IsInLastStage)
        {
            return $"{rollout.Name} is in its last stage: behind it comes the promotion, which takes proof on every guard";
        }

        if (judgement.Stage != rollout.Stage || judgement.UpToSlice == 0)
        {
            return $"nothing has been seen of {rollout.Name} in this stage yet";
        }

        if (ejection is not null)
        {
            return $"the canary of {rollout.Name} is ejected: {ejection.Sentence}";
        }

        if (WorstFailure(judgement) is { } failed)
        {
            return $"{failed.Guard} has failed: {failed.Reason}";
        }

        if (alarm is not null)
        {
            return alarm.Sentence;
        }

        if (StageEnd.Closed(rollout, frozen, now) is { } closed)
        {
            return $"{rollout.Name} cannot be advanced: it {(closed.Hold == HoldReason.Frozen ? "is " : "")}{closed.Reason}";
        }

        for (var g = 0; g < rollout.Spec.Guards.Count; g++)
        {
            if (judgement.Verdicts[g].Kind != VerdictKind.Pass && StageEnd.IsLastChance(rollout.Spec.Stages, rollout.Stage, rollout.Spec.Guards[g]))
            {
                return $"{rollout.Spec.Guards[g].Name} can be proven in this stage only, and has not passed yet: {judgement.Verdicts[g].Reason}";
            }
        }

        return null;
    }

    private static string WhyNot(Rollout rollout, Signal signal) => (rollout, signal) switch
    {
        (_, Signal.Start) => $"{rollout.Name} is running already",
        ({ Pause: { } pause }, Signal.Pause) => $"{rollout.Name} is paused already, by {pause.By}",
        ({ Phase: Phase.Running }, Signal.Resume) => $"{rollout.Name} is not paused",
        ({ Phase: Phase.Promoted }, Signal.RollBack) => $"{rollout.Name} was promoted and {rollout.Spec.Baseline} is no longer kept ready: start a rollout from {rollout.Spec.Canary} to {rollout.Spec.Baseline}",
        _ => $"{rollout.Name} is not running: it is {rollout.Phase}",
    };

    // Several guards may fail in one tick; the one with most evidence past its line is the best explanation.
    private static Verdict? WorstFailure(Judgement judgement) => judgement.Verdicts.WorstFailure();

    private static Transition Enter(Rollout rollout, int stage, DateTimeOffset now, Move move, string by, string reason) => new(
        move,
        rollout with { Phase = Phase.Running, Stage = stage, Since = now, Pause = null, PausedFor = TimeSpan.Zero, Hold = HoldReason.Baking, Reason = reason },
        by);

    private static Transition TakeBack(Rollout rollout, DateTimeOffset now, string by, string reason)
    {
        var share = rollout.CanaryShare;
        var first = 0;
        while (first < rollout.Spec.Return.Steps.Count && rollout.Spec.Return.Steps[first] >= share)
        {
            first++;
        }

        return Step(rollout, first, now, by, reason);
    }

    private static Transition Step(Rollout rollout, int step, DateTimeOffset now, string by, string reason) => step < rollout.Spec.Return.Steps.Count
        ? new(Move.Returning, rollout with { Phase = Phase.Returning, ReturnStep = step, Since = now, Pause = null, Hold = null, Reason = reason }, by)
        : End(rollout, now, by, reason);

    private static Transition End(Rollout rollout, DateTimeOffset now, string by, string reason) =>
        new(Move.RolledBack, rollout with { Phase = Phase.RolledBack, Since = now, Pause = null, Hold = null, WarmUntil = null, Reason = reason }, by);

    // Only a new kind of reason is a move: the numbers within a reason change every second and belong to the verdicts.
    private static Transition Hold(Rollout rollout, HoldReason hold, string reason, string by = Judge) =>
        rollout.Hold == hold
            ? new(Move.None, rollout with { Reason = reason }, by)
            : new(Move.Held, rollout with { Hold = hold, Reason = reason }, by);

    private static Transition Stay(Rollout rollout) => new(Move.None, rollout, "");

    private static Transition Refuse(Rollout rollout, string why) => Stay(rollout) with { Refusal = why };

    private static string Paused(string by, string why) => $"paused by {by}: {why}";

    private static string Dead(Ejection ejection) => ejection.Because is { } because ? $"the canary does not serve: {because}" : $"the canary answered nobody for {ejection.For.TotalSeconds:0} s: {ejection.Sentence}";

    private static string Say(TimeSpan? time) => time is { } t ? Quantity.Show(t) : "";
}
