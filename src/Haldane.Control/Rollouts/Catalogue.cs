using Haldane.Core;
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
    /// the model no longer has are passed over. Before the first run: what a rollout calls its baseline; else the first version.
    /// </remarks>
    public static string Serving(ModelSpec model, IEnumerable<Rollout> rollouts) => rollouts
        .Where(r => r.Spec.Model == model.Name)
        .OrderByDescending(r => r.Run)
        .Select(r => r.Phase == Phase.Promoted ? r.Spec.Canary : r.Spec.Baseline)
        .FirstOrDefault(version => model.FindVersion(version) is not null) ?? model.Versions[0].Name;

    /// <summary>The routing picture that follows.</summary>
    public static RoutingPicture Picture(IEnumerable<ModelSpec> models, IReadOnlyCollection<Rollout> rollouts) =>
        new(models.Select(model => new RoutedModel(model, Serving(model, rollouts), Split(model, rollouts))).ToValueList());

    /// <summary>Why a rollout cannot start now, or null when it can.</summary>
    public static string? WhyNotStart(Rollout rollout, ModelSpec model, IReadOnlyCollection<Rollout> rollouts)
    {
        if (rollout.Phase == Phase.Running)
        {
            return $"{rollout.Name} is running already";
        }

        if (rollouts.FirstOrDefault(r => r.Phase == Phase.Running && r.Spec.Model == model.Name) is { } other)
        {
            return $"{other.Name} is running on model {model.Name}; one rollout moves a model at a time";
        }

        var serving = Serving(model, rollouts);
        return serving == rollout.Spec.Baseline
            ? null
            : $"model {model.Name} is served by {serving}, but the baseline of {rollout.Name} is {rollout.Spec.Baseline}";
    }

    private static TrafficSplit? Split(ModelSpec model, IEnumerable<Rollout> rollouts) =>
        rollouts.FirstOrDefault(r => r.Phase == Phase.Running && r.Spec.Model == model.Name) is { } running
            ? new(running.Run, running.Name, running.Stage, running.CanaryShare, running.Spec.Baseline, running.Spec.Canary)
            {
                FirstToken = running.Spec.Guards.Any(g => g.Signal.Kind == SignalKind.FirstToken),
                Shadow = running.Spec.Stages[running.Stage].Shadow,
            }
            : null;
}
