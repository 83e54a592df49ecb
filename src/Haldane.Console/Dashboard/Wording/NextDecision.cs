using Haldane.Core.Judging;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Console.Dashboard.Wording;

/// <summary>What is decided next on a rollout, and when, if what was seen goes on. Pure.</summary>
public static class NextDecision
{
    /// <summary>In one sentence, e.g. <c>25% in about 3 min, when the bake is over</c>; null where nothing can be said.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="judgement">What the judge says of its stage; null before the first.</param>
    public static string? Of(Rollout rollout, Judgement? judgement)
    {
        if (rollout.Phase != Phase.Running || judgement is not { NoData: null } || judgement.Stage != rollout.Stage)
        {
            return null;
        }

        var harm = judgement.Verdicts.Where(v => v is { Kind: VerdictKind.Undecided, Forecast: { Toward: VerdictKind.Fail, Time: not null } }).MinBy(v => v.Forecast!.Time);
        return Onward(rollout, judgement) is { } onward && (harm is null || onward.After <= harm.Forecast!.Time)
            ? $"{Target(rollout)} in about {Figures.Time(onward.After)}, when {onward.Why}"
            : harm is null ? null : $"taken back in about {Figures.Time(harm.Forecast!.Time!.Value)}, when {harm.Guard} fails";
    }

    // What it waits for longest; null where that is a person, or nobody can say.
    private static (TimeSpan After, string Why)? Onward(Rollout rollout, Judgement judgement)
    {
        if (rollout.Hold is not (null or HoldReason.Baking or HoldReason.Undecided or HoldReason.TooFew))
        {
            return null;
        }

        var stage = rollout.Spec.Stages[rollout.Stage];
        var longest = (After: stage.Bake - judgement.Baked, Why: "the bake is over");
        if (judgement.CanaryExchanges < stage.Exchanges)
        {
            longest = Later(longest, (judgement.Baked * ((double)stage.Exchanges / Math.Max(1, judgement.CanaryExchanges) - 1), "the canary has served enough"));
        }

        foreach (var (guard, verdict) in rollout.Spec.Guards.Zip(judgement.Verdicts).Where(p => p.Second.Kind != VerdictKind.Pass && StageEnd.IsRequired(rollout, p.First)))
        {
            if (verdict.Forecast is not { Toward: VerdictKind.Pass, Time: { } time })
            {
                return null;
            }

            longest = Later(longest, (time, $"{guard.Name} has passed"));
        }

        // Subjects come more slowly the longer it lasts, as more of them have been there before.
        return judgement.CanarySubjects < stage.Subjects || longest.After <= TimeSpan.Zero ? null : longest;
    }

    private static (TimeSpan After, string Why) Later((TimeSpan After, string Why) one, (TimeSpan After, string Why) other) => other.After > one.After ? other : one;

    private static string Target(Rollout rollout)
    {
        var stages = rollout.Spec.Stages;
        return stages[rollout.Stage] switch
        {
            { Approval: { } asked } => asked.Count == 1 ? "a person is asked to agree" : $"{asked.Count} people are asked to agree",
            { Kind: StageKind.Experiment } => "the end of the experiment",
            _ when rollout.IsInLastStage => "promotion",
            _ => stages[rollout.Stage + 1].ToString(),
        };
    }
}
