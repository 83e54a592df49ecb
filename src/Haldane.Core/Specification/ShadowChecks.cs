using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>Checks that requests of a model can be copied to its canary.</summary>
internal static class ShadowChecks
{
    /// <summary>Reports what stands in the way.</summary>
    public static void Check(SetChecks.Read<RolloutSpec> rollout, SetChecks.Read<ModelSpec> model)
    {
        if (rollout.Spec is not { } plan || model.Spec is not { } spec || !plan.Stages.Any(s => s.Kind == StageKind.Shadow))
        {
            return;
        }

        // A preset's shadow stands nowhere.
        var kind = (rollout.Find("stages") as YamlSequence)?.Items.OfType<YamlMapping>().FirstOrDefault(StageFields.IsShadow)?.FindScalar("kind") ?? rollout.Find("preset") ?? rollout.NameNode;
        if (!spec.CallsMayBeRepeated)
        {
            rollout.Errors.Report(
                kind, $"found a shadow stage, but the calls of the model {Clip.Quoted(model.Name)} may not be sent twice ({SetChecks.Place(model)}); "
                + "wanted a protocol that makes a repeat safe, or failover: always in the model if you know that a repeat does no harm");
        }

        foreach (var name in (string[])[plan.Canary, plan.Baseline])
        {
            // What speaks HTTP/1.1 without TLS is all that copies are sent to by now; the baseline gets them as a control only.
            var gets = name == plan.Canary || plan.Stages.Any(s => s.Shadow is { Control.BasisPoints: > 0 });
            if (gets && spec.FindVersion(name)?.Endpoints.FirstOrDefault(e => !e.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) is { } address)
            {
                rollout.Errors.Report(
                    kind, $"found a shadow stage, but the version {Clip.Quoted(name)} has the endpoint {Clip.Quoted(address)} ({SetChecks.Place(model)}); wanted http endpoints only, since copies are sent over HTTP/1.1 without TLS");
            }
        }
    }
}
