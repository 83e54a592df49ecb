using Haldane.Core.Judging;
using Haldane.Core.Specification;

namespace Haldane.Core.Rollouts;

/// <summary>Why a stage cannot be left yet. Pure.</summary>
/// <param name="Hold">The kind of reason.</param>
/// <param name="Reason">One sentence.</param>
public sealed record StageEnd(HoldReason Hold, string Reason)
{
    /// <summary>The first thing that stands in the way; null when nothing does.</summary>
    /// <param name="rollout">A running rollout.</param>
    /// <param name="judgement">What the judge says of its stage.</param>
    /// <param name="frozen">Why it may not go up now; null when it may.</param>
    /// <param name="now">The time.</param>
    public static StageEnd? WhyNot(Rollout rollout, Judgement judgement, string? frozen, DateTimeOffset now)
    {
        var stage = rollout.Spec.Stages[rollout.Stage];
        return Silence(judgement) ?? Anomaly(judgement) ?? Baking(stage, judgement) ?? TooFew(stage, judgement) ?? NotPassed(rollout, judgement) ?? Closed(rollout, frozen, now);
    }

    /// <summary>Whether nothing but people's yes, or the end of a freeze, is waited for: then the canary has shown what it was to show.</summary>
    public bool IsClosed => Hold is HoldReason.Approval or HoldReason.Frozen;

    /// <summary>What stands in the way whatever the evidence says: who has not agreed, and freezes. An experiment goes up nowhere.</summary>
    public static StageEnd? Closed(Rollout rollout, string? frozen, DateTimeOffset now) =>
        Approvals.Missing(rollout, now) is { } missing ? new(HoldReason.Approval, missing)
        : frozen is not null && rollout.Spec.Stages[rollout.Stage].Kind != StageKind.Experiment ? new(HoldReason.Frozen, frozen) : null;

    /// <summary>Whether the guard must have passed before the rollout may leave its stage.</summary>
    public static bool IsRequired(Rollout rollout, GuardSpec guard) => IsRequired(rollout.Spec, rollout.Stage, guard);

    /// <summary>Whether the guard must have passed before a stage may be left.</summary>
    public static bool IsRequired(RolloutSpec rollout, int at, GuardSpec guard)
    {
        var stage = rollout.Stages[at];
        return stage.Kind != StageKind.Experiment
            && (at == rollout.Stages.Count - 1
                || (guard.RequiredFrom is { } from && stage.Share >= from)
                || stage.Guards.Contains(guard.Name)
                || IsLastChance(rollout.Stages, at, guard));
    }

    /// <summary>Whether the guard can be proven in this stage only, and in none behind it.</summary>
    /// <remarks>Behind the last shadow stage no pair of answers ever comes that could still prove agreement.</remarks>
    public static bool IsLastChance(ValueList<StageSpec> stages, int at, GuardSpec guard) =>
        guard.Signal.Kind == SignalKind.Agreement && stages[at].Kind == StageKind.Shadow && (at == stages.Count - 1 || stages[at + 1].Kind != StageKind.Shadow);

    private static StageEnd? Silence(Judgement judgement) => judgement.NoData is { } silence
        ? new(HoldReason.NoData, silence)
        : judgement.Verdicts.FirstOrDefault(v => v is { Kind: VerdictKind.NoData, Late: false }) is { } silent ? new(HoldReason.NoData, $"{silent.Guard}: {silent.Reason}") : null;

    private static StageEnd? Anomaly(Judgement judgement) => judgement.Anomalies is [var anomaly, ..] ? new(HoldReason.Anomaly, anomaly.Reason) : null;

    private static StageEnd? Baking(StageSpec stage, Judgement judgement) =>
        judgement.Baked < stage.Bake ? new(HoldReason.Baking, stage.Kind == StageKind.Shadow ? "bakes in the shadow" : $"bakes at {stage.Share}") : null;

    private static StageEnd? TooFew(StageSpec stage, Judgement judgement) => judgement switch
    {
        { CanaryExchanges: var exchanges } when exchanges < stage.Exchanges => new(HoldReason.TooFew, $"the canary has served {exchanges:N0} exchanges in this stage, {stage.Exchanges:N0} are asked"),
        { CanarySubjects: var subjects } when subjects < stage.Subjects => new(HoldReason.TooFew, $"the canary has served some {subjects:N0} subjects in this stage, {stage.Subjects:N0} are asked"),
        _ => null,
    };

    private static StageEnd? NotPassed(Rollout rollout, Judgement judgement)
    {
        for (var g = 0; g < rollout.Spec.Guards.Count; g++)
        {
            var verdict = judgement.Verdicts[g];
            if (verdict.Kind != VerdictKind.Pass && IsRequired(rollout, rollout.Spec.Guards[g]))
            {
                return new(verdict.Kind == VerdictKind.NoData ? HoldReason.NoData : HoldReason.Undecided, $"{verdict.Guard}: {verdict.Reason}");
            }
        }

        return null;
    }
}
