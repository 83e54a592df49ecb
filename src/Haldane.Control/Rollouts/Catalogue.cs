using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Alerts;
using Haldane.Core.Policies;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Rollouts;

/// <summary>Answers what follows from specification and rollouts together. Pure.</summary>
internal static class Catalogue
{
    /// <summary>The version that serves a model outside a running rollout.</summary>
    /// <remarks>
    /// What the model's last run left: its canary when it was promoted, else its baseline, for a run starts only from the version that serves. Versions that
    /// the model no longer has are passed over. Before the first run: the first version that a rollout calls its baseline; else the first version.
    /// </remarks>
    public static string Serving(ModelSpec model, IEnumerable<Rollout> rollouts)
    {
        var own = rollouts.Where(r => r.Spec.Model == model.Name).ToList();
        return own.Where(r => r.Run > 0)
            .OrderByDescending(r => r.Run)
            .Select(r => r.Phase == Phase.Promoted ? r.Spec.Canary : r.Spec.Baseline)
            .FirstOrDefault(version => model.FindVersion(version) is not null)
            ?? (model.Versions.FirstOrDefault(v => own.Any(r => r.Run == 0 && r.Spec.Baseline == v.Name)) ?? model.Versions[0]).Name;
    }

    /// <summary>The routing picture that follows.</summary>
    public static RoutingPicture Picture(IEnumerable<ModelSpec> models, IEnumerable<Rollout> rollouts)
    {
        var ofModel = rollouts.ToLookup(r => r.Spec.Model, StringComparer.Ordinal);
        return new(models.Select(model => new RoutedModel(model, Serving(model, ofModel[model.Name]), Split(model, ofModel[model.Name])) { Warm = Warm(model, ofModel[model.Name]) }).ToValueList());
    }

    /// <summary>Where a rollout stands, for whoever has just moved it.</summary>
    public static string Standing(Rollout rollout) => (rollout, rollout.Spec.Stages[rollout.Stage].Kind) switch
    {
        ({ Phase: Phase.Running, Pause: not null }, _) => $"{rollout.Name} is paused: {rollout.Spec.Canary} keeps {rollout.CanaryShare}, its guards are judged on",
        ({ Phase: Phase.Running }, StageKind.Shadow) => $"{rollout.Name} runs: {rollout.Spec.Canary} gets copies",
        ({ Phase: Phase.Running }, _) => $"{rollout.Name} runs: {rollout.Spec.Canary} serves {rollout.CanaryShare}",
        ({ Phase: Phase.Returning }, _) => $"{rollout.Name} is taken back in steps: {rollout.Spec.Canary} serves {rollout.CanaryShare}",
        ({ Phase: Phase.RolledBack }, _) => $"{rollout.Name} is rolled back: {rollout.Spec.Baseline} serves everyone",
        _ => $"{rollout.Name} is {rollout.Phase}",
    };

    /// <summary>Why a command cannot be done because of who asks, how the model's other rollouts stand or what policies say, or null when they allow it; whether the rollout itself allows it is the machine's to say.</summary>
    public static string? WhyNot(RolloutCommand command, Rollout rollout, ModelSpec model, IReadOnlyCollection<Rollout> rollouts, Person by, CalendarMoment calendar, Alarm? alarm = null) => command switch
    {
        not (RolloutCommand.RollBack or RolloutCommand.Pause) when (model.IsOfHighRisk || (rollout.FourEyes && rollout.IsActive)) && !by.IsProven =>
            $"the risk of model {model.Name} is high: who asks for this must be known by a token of his own, and \"{by.Name}\" is only said: send one (HALDANE_ADMIN_TOKEN)",
        RolloutCommand.Retry when !rollout.Ended => $"{rollout.Name} has not ended: it is {rollout.Phase}",
        RolloutCommand.Start or RolloutCommand.Retry when !rollout.IsActive => WhyNotStart(rollout, model, rollouts) ?? WhyNotNow(rollout, rollouts, by, calendar, alarm),
        RolloutCommand.RollBack when rollout.Phase == Phase.Promoted => WhyNotTakeBack(rollout, model, rollouts),
        _ => null,
    };

    /// <summary>Why a rollout cannot start now, though it may later; null when it can.</summary>
    public static string? WhyNotNow(Rollout rollout, IReadOnlyCollection<Rollout> rollouts, Person by, CalendarMoment calendar, Alarm? alarm = null) =>
        alarm is not null ? $"{rollout.Name} cannot start: {alarm.Sentence}"
        : calendar.Frozen(rollout) is { } frozen ? $"{rollout.Name} cannot start: it is {frozen}" : calendar.Crowded(rollout, rollouts, by.Covers);

    // What a later run has left serves by now.
    private static string? WhyNotTakeBack(Rollout rollout, ModelSpec model, IReadOnlyCollection<Rollout> rollouts) =>
        rollouts.FirstOrDefault(r => r.Spec.Model == model.Name && r.Run > rollout.Run) is { } later ? $"{later.Name} has run on model {model.Name} since: it is {later.Phase}" : null;

    private static string? WhyNotStart(Rollout rollout, ModelSpec model, IReadOnlyCollection<Rollout> rollouts)
    {
        if (rollouts.FirstOrDefault(r => r.IsActive && r.Spec.Model == model.Name && r.Name != rollout.Name) is { } other)
        {
            return $"{other.Name} is running on model {model.Name}; one rollout moves a model at a time";
        }

        var serving = Serving(model, rollouts);
        return serving == rollout.Spec.Baseline
            ? null
            : $"model {model.Name} is served by {serving}, but the baseline of {rollout.Name} is {rollout.Spec.Baseline}";
    }

    private static ValueList<string> Warm(ModelSpec model, IEnumerable<Rollout> rollouts) =>
        [.. rollouts.Where(r => r.WarmUntil is not null && model.FindVersion(r.Spec.Baseline) is not null).Select(r => r.Spec.Baseline).Distinct()];

    private static TrafficSplit? Split(ModelSpec model, IEnumerable<Rollout> rollouts) =>
        rollouts.FirstOrDefault(r => r.IsActive && r.Spec.Model == model.Name) is { } running && model.FindVersion(running.Spec.Baseline) is not null && model.FindVersion(running.Spec.Canary) is not null
            ? new(running.Run, running.Name, running.Stage, running.CanaryShare, running.Spec.Baseline, running.Spec.Canary)
            {
                FirstToken = running.Spec.Guards.Any(g => g.Signal.Kind == SignalKind.FirstToken),
                Shadow = running.Spec.Stages[running.Stage].Shadow,
            }
            : null;
}
