using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Rollouts;

/// <summary>Answers what another specification would do to what stands. Pure.</summary>
internal static class SpecificationChanges
{
    /// <summary>Why a running rollout cannot go on under a specification; null when it can.</summary>
    public static string? WhyTakenBack(Rollout running, SpecificationSet next) =>
        next.Rollouts.FirstOrDefault(r => r.Name == running.Name) is not { } spec ? "the rollout is no longer in the specification"
        : !spec.Equals(running.Spec) ? "the rollout's specification was changed while it ran"
        : next.FindModel(spec.Model)!.WhyAnother(running.Model);

    /// <summary>What would come of it beside the changes themselves, models first.</summary>
    /// <param name="before">What is in force.</param>
    /// <param name="next">What would be.</param>
    /// <param name="known">All rollouts.</param>
    public static IReadOnlyList<ChangeEffect> Effects(SpecificationSet before, SpecificationSet next, IReadOnlyCollection<Rollout> known) =>
    [
        .. next.Models.SelectMany(m => OfModel(before.FindModel(m.Name), m, before, next, known)),
        .. before.Models.Where(m => next.FindModel(m.Name) is null).Select(m => new ChangeEffect($"{m.Name} is served no longer: callers of {m.Route.Path} get 404", MovesTraffic: true)),
        .. known.Where(r => r.IsActive).Select(r => WhyTakenBack(r, next) is { } why
            ? new ChangeEffect($"{r.Name} is taken back, and {r.Spec.Canary} serves nobody any more: {why}", MovesTraffic: true) : null).OfType<ChangeEffect>(),
        .. known.Where(r => r.WarmUntil is not null && next.Rollouts.FirstOrDefault(n => n.Name == r.Name)?.Equals(r.Spec) != true)
            .Select(r => new ChangeEffect($"{r.Name} can be taken back no longer, though {r.Spec.Baseline} is still warm", MovesTraffic: false)),
        .. next.Rollouts.Where(r => r.Start == StartMode.Auto && !known.Any(k => k.Spec.Equals(r)))
            .Select(r => new ChangeEffect($"{r.Name} starts by itself: {r.Canary} serves a part of {r.Model}", MovesTraffic: false)),
    ];

    private static IEnumerable<ChangeEffect> OfModel(ModelSpec? old, ModelSpec model, SpecificationSet before, SpecificationSet next, IReadOnlyCollection<Rollout> known)
    {
        var serving = Catalogue.Serving(model, Standing(next, known));
        if (old is null)
        {
            yield return new($"{model.Name} is served at {model.Route.Path} by {serving}", MovesTraffic: false);
            yield break;
        }

        if (!old.Route.Equals(model.Route))
        {
            yield return new($"{model.Name} is served at {model.Route.Path} instead of {old.Route.Path}: callers of the old path get 404", MovesTraffic: true);
        }

        if (Catalogue.Serving(old, Standing(before, known)) is var served && served != serving)
        {
            yield return new($"{serving} serves {model.Name} instead of {served}", MovesTraffic: true);
        }
    }

    // What was never started has no say but by its baseline, and only while the specification has it.
    private static IEnumerable<Rollout> Standing(SpecificationSet specification, IReadOnlyCollection<Rollout> known) =>
        known.Where(r => r.Run > 0).Concat(specification.Rollouts.Where(s => !known.Any(k => k.Run > 0 && k.Spec.Equals(s))).Select(s => new Rollout { Spec = s }));
}
