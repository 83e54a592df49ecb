using Haldane.Console.Access;
using Haldane.Console.Dashboard.Wording;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Console.Dashboard.Rollouts;

/// <summary>Makes of a rollout's view what its page shows. Pure.</summary>
public static class RolloutModels
{
    /// <summary>The page for a person.</summary>
    /// <param name="view">The rollout.</param>
    /// <param name="course">How its run went; null where nothing is kept.</param>
    /// <param name="freezes">The freezes that there are.</param>
    /// <param name="person">The person.</param>
    public static RolloutModel Of(RolloutView view, RunCourse? course, IReadOnlyList<FreezeView> freezes, Person person)
    {
        var (rollout, judgement) = (view.Rollout, view.Judgement);
        return new()
        {
            Head = Head(rollout, judgement),
            Rail = Rail(rollout, judgement),
            Actions = Actions(rollout, person),
            Reach = new(Sum(view, Arm.Canary), Sum(view, Arm.Baseline), course?.Reach),
            Signs = new(rollout.IsActive ? judgement?.NoData : null, view.Ejection?.Sentence, rollout.IsActive ? judgement?.Anomalies ?? [] : [], Holding(rollout, freezes)),
            Mixes = MixModels.Of(course),
            Tiles = rollout.Spec.Guards.Select(g => Tile(view, g)).ToValueList(),
        };
    }

    // One that runs says so itself, as what it is held by.
    private static ValueList<FreezeView> Holding(Rollout rollout, IReadOnlyList<FreezeView> freezes) =>
        rollout.Phase is not (Phase.Draft or Phase.RolledBack) ? [] : [.. freezes.Where(f => f.Stands && (f.Models.Count == 0 || f.Models.Contains(rollout.Spec.Model)))];

    private static ArmSum Sum(RolloutView view, Arm arm) => view.Totals.FirstOrDefault(t => t.Arm == arm) is { } totals ? new(totals.Exchanges, totals.Errors) : ArmSum.Nothing;

    private static HeadModel Head(Rollout rollout, Judgement? judgement) => new()
    {
        Name = rollout.Name,
        HasShadow = rollout.Spec.Stages.Any(s => s.Kind == StageKind.Shadow),
        Model = rollout.Spec.Model,
        Baseline = rollout.Spec.Baseline,
        Canary = rollout.Spec.Canary,
        Run = rollout.Run,
        Phase = rollout.Phase,
        Hold = rollout.Hold,
        Share = rollout.CanaryShare,
        Reason = rollout.Reason,
        Guard = rollout.Guard,
        Segment = rollout.Segment,
        Started = rollout.StartedAt,
        StartedBy = rollout.StartedBy,
        Since = rollout.Run == 0 ? null : rollout.Since,
        Forecast = NextDecision.Of(rollout, judgement),
    };

    private static RailModel Rail(Rollout rollout, Judgement? judgement)
    {
        var stages = rollout.Spec.Stages;
        var steps = stages.Select((stage, i) => Step(rollout, stage, StateOf(rollout, i), judgement?.Stage == rollout.Stage ? judgement.Baked : TimeSpan.Zero) is var step && People(rollout, i, step.State) is { } people
            ? step with { Note = $"{step.Note}; {people}" }
            : step).ToList();
        if (stages[^1].Kind != StageKind.Experiment)
        {
            steps.Add(rollout.Phase == Phase.Promoted ? new("100%", StepState.Done, "promoted", 100) : new("100%", StepState.Ahead, "promotion", 0));
        }

        return new([.. steps]);
    }

    private static StepState StateOf(Rollout rollout, int stage) => rollout.Phase switch
    {
        Phase.Draft => StepState.Ahead,
        Phase.Promoted => StepState.Done,
        _ when stage != rollout.Stage => stage < rollout.Stage ? StepState.Done : StepState.Ahead,
        Phase.Running => StepState.Current,
        Phase.Concluded => StepState.Done,
        _ => StepState.Lost,
    };

    private static StepModel Step(Rollout rollout, StageSpec stage, StepState state, TimeSpan baked)
    {
        var bake = Figures.Time(stage.Bake);
        var name = stage.Name is { } said ? $"{stage}, {said}" : stage.ToString();
        return state switch
        {
            StepState.Done => new(name, state, $"baked {bake}", 100),
            StepState.Current => new(name, state, $"baked {Figures.Time(TimeSpan.FromSeconds(Math.Floor(Math.Min(baked.TotalSeconds, stage.Bake.TotalSeconds))))} of {bake}", stage.Bake > TimeSpan.Zero ? (int)Math.Min(100, 100 * (baked / stage.Bake)) : 100),
            StepState.Lost => new(name, state, rollout.Phase == Phase.Returning ? "is being taken back from here" : "taken back from here", 100),
            _ => new(name, state, $"bakes {bake}", 0),
        };
    }

    // Who has agreed that a stage is left, or how many are still to be asked.
    private static string? People(Rollout rollout, int stage, StepState state)
    {
        string[] agreed = [.. rollout.Approvals.Where(a => a.Stage == stage).Select(a => a.By).Distinct()];
        var missing = (rollout.Spec.Stages[stage].Approval?.Count ?? 0) - agreed.Length;
        return agreed.Length > 0 ? $"approved by {string.Join(", ", agreed)}{(missing > 0 ? $", {missing} more must agree" : "")}"
            : missing > 0 && state is StepState.Ahead or StepState.Current ? $"{(missing == 1 ? "a person" : $"{missing} people")} must agree"
            : null;
    }

    internal static TileModel Tile(RolloutView view, GuardSpec guard)
    {
        var (rollout, verdict) = (view.Rollout, view.Judgement?.Verdicts.FirstOrDefault(v => v.Guard == guard.Name));
        return new()
        {
            Guard = guard.Name,
            Id = $"guard-{Ids.Of(guard.Name)}",
            Href = $"/rollouts/{Uri.EscapeDataString(rollout.Name)}/guards/{Uri.EscapeDataString(guard.Name)}",
            Promise = GuardWords.PromiseOf(guard),
            Required = rollout.Spec.Stages[^1].Kind == StageKind.Experiment ? "promotes nothing" : guard.RequiredFrom is { } from ? $"must have passed from {from} on" : "must have passed in the last stage",
            What = guard.Scale == Scale.Value ? "value" : "difference",
            Unit = GuardWords.UnitOf(guard),
            OwnUnit = GuardWords.OwnUnitOf(guard.Signal.Kind),
            Bad = guard.Bad,
            Fine = guard.FineLine,
            AtLeast = guard.AtLeast,
            Verdict = verdict,
            Beside = verdict is null ? [] : PackWords.Beside(verdict, GoesOn(view)).ToValueList(),
        };
    }

    /// <summary>Whether evidence comes, so that a forecast means something.</summary>
    internal static bool GoesOn(RolloutView view) => view is { Rollout.Phase: Phase.Running, Judgement.NoData: null };

    private static ActionsModel Actions(Rollout rollout, Person person)
    {
        var fitting = CommandRule.All.Where(rule => Fits(rule.Command, rollout)).ToList();
        var offers = Offers(rollout, person).ToValueList();
        var lacks = fitting.Except(offers).ToList();
        return new(
            rollout.Name,
            offers,
            lacks.Count == 0 ? null : $"You are {Words.Of(person.Role)}; to {string.Join(" or ", lacks.Select(r => r.Verb))} takes {Words.For(lacks[0].Needs)}.",
            [.. fitting.Select(rule => $"haldane rollout {rule.Verb} {Terminal.Quote(rollout.Name)}{(rule.NeedsWhy ? " --why \"...\"" : "")}"), $"haldane rollout watch {Terminal.Quote(rollout.Name)}", $"haldane ledger show --rollout {Terminal.Quote(rollout.Name)}"]);
    }

    /// <summary>What a person may do with a rollout now.</summary>
    internal static IEnumerable<CommandRule> Offers(Rollout rollout, Person person) => CommandRule.All.Where(rule => Fits(rule.Command, rollout) && person.May(rule.Needs, rollout.Spec.Model));

    private static bool Fits(RolloutCommand command, Rollout rollout) => command switch
    {
        RolloutCommand.Start => rollout.Phase == Phase.Draft,
        RolloutCommand.Retry => rollout is { Ended: true, Phase: not Phase.Promoted }, // the model is served by the canary then, so it would be refused
        RolloutCommand.Pause => rollout is { Phase: Phase.Running, Pause: null },
        RolloutCommand.Resume => rollout is { Phase: Phase.Running, Pause: not null },
        RolloutCommand.Advance => rollout is { Phase: Phase.Running, IsInLastStage: false, Hold: not HoldReason.Frozen } && !LacksApproval(rollout), // it would be refused
        RolloutCommand.Approve => rollout.Phase == Phase.Running && rollout.Spec.Stages[rollout.Stage].Approval is not null,
        RolloutCommand.Override => rollout.Hold == HoldReason.Frozen,
        RolloutCommand.RollBack => rollout.Phase == Phase.Running || rollout is { Phase: Phase.Promoted, WarmUntil: not null },
        _ => false,
    };

    // Even if none that was given had expired.
    private static bool LacksApproval(Rollout rollout) => Approvals.Missing(rollout, DateTimeOffset.MinValue) is not null;
}
