using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>What policies say of models, and what a model's risk asks of its rollouts.</summary>
internal static class PolicyChecks
{
    /// <summary>Reports models that are not there and freezes whose name is not their own.</summary>
    /// <param name="policies">All of them.</param>
    /// <param name="models">Names of all models; null when some could not be read.</param>
    public static void Check(IEnumerable<SetChecks.Read<PolicySpec>> policies, string[]? models)
    {
        var seen = new Dictionary<string, SetChecks.Read<PolicySpec>>();
        foreach (var policy in policies)
        {
            foreach (var name in SetChecks.Names(policy.Find("models")))
            {
                if (models is not null && !models.Contains(name.Text))
                {
                    policy.Errors.Report(name, Nearest.Unknown(name.Text, "model", models));
                }
            }

            foreach (var name in ((policy.Find("freezes") as YamlSequence)?.Items.OfType<YamlMapping>() ?? []).Select(f => f.FindScalar("name")).OfType<YamlScalar>())
            {
                // Two of one document are its own mistake.
                if (!seen.TryAdd(name.Text, policy) && seen[name.Text] != policy)
                {
                    policy.Errors.Report(name, $"found a second freeze {Clip.Quoted(name.Text)}, the first is in the policy {Clip.Quoted(seen[name.Text].Name)}; wanted a name of its own: people set a freeze aside by its name");
                }
            }
        }
    }

    /// <summary>Reports a rollout that would move a model of high risk without two people.</summary>
    public static void CheckRisk(SetChecks.Read<RolloutSpec> rollout, SetChecks.Read<ModelSpec> model)
    {
        if (rollout.Spec is not { } spec || !model.Spec!.IsOfHighRisk)
        {
            return;
        }

        if (spec.Start == StartMode.Auto)
        {
            rollout.Errors.Report(
                rollout.Find("start") ?? rollout.NameNode,
                $"found start: auto, but the risk of the model {Clip.Quoted(model.Name)} is high ({SetChecks.Place(model)}); wanted start: manual: somebody must start it, so that somebody else can approve it");
        }

        if (spec.Stages.All(s => s.Approval is null) && spec.Stages.Any(s => s.Kind != StageKind.Experiment))
        {
            rollout.Errors.Report(
                rollout.Find("stages") ?? rollout.NameNode,
                $"found no stage with approval, but the risk of the model {Clip.Quoted(model.Name)} is high ({SetChecks.Place(model)}); wanted approval in one of them, e.g. approval: {{ count: 1 }}");
        }
    }
}
