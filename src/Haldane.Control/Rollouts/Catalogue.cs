using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Rollouts;

/// <summary>Answers what follows from specification and rollouts together. Pure.</summary>
internal static class Catalogue
{
    /// <summary>The version that serves a model outside a running rollout.</summary>
    /// <remarks>The last promoted canary; else what the model's rollouts call their baseline; else the first version.</remarks>
    public static string Serving(ModelSpec model, IEnumerable<Rollout> rollouts)
    {
        var own = rollouts.Where(r => r.Spec.Model == model.Name).ToList();
        var promoted = own.Where(r => r.Phase == Phase.Promoted && model.FindVersion(r.Spec.Canary) is not null).MaxBy(r => r.Run);
        if (promoted is not null)
        {
            return promoted.Spec.Canary;
        }

        return own.Where(r => model.FindVersion(r.Spec.Baseline) is not null).MaxBy(r => r.Run)?.Spec.Baseline ?? model.Versions[0].Name;
    }

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
            : null;
}
