using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of <c>kind: Rollout</c>.</summary>
internal static class RolloutFields
{
    private static readonly MappingShape<PromiseSpec> Promise = new(
        "a promise such as { falseRollback: 1%, falsePromotion: 5% }",
        new(),
        [
            Field<PromiseSpec, double>.Optional(
                "falseRollback",
                Amounts.Promise,
                (p, v) => p with { FalseRollback = v },
                "The chance that a canary that is fine on every guard is rolled back by statistics. Default: 1%."),
            Field<PromiseSpec, double>.Optional(
                "falsePromotion", Amounts.Promise, (p, v) => p with { FalsePromotion = v },
                "The chance that a canary that is bad on some guard is promoted. Default: 5%."),
        ]);

    /// <summary>The field <c>spec</c> of a rollout. The name comes from <c>metadata</c>.</summary>
    public static readonly MappingShape<RolloutSpec> Spec = new(
        "the rollout's fields: model, baseline, canary, stages and guards",
        new() { Name = "", Model = "", Baseline = "", Canary = "", Stages = [], Guards = [] },
        [
            Field<RolloutSpec, string>.Required("model", Texts.Name, (r, v) => r with { Model = v }, "The name of the model that moves."),
            Field<RolloutSpec, string>.Required("baseline", Texts.Name, (r, v) => r with { Baseline = v }, "The version that serves the rest."),
            Field<RolloutSpec, string>.Required("canary", Texts.Name, (r, v) => r with { Canary = v }, "The version on trial."),
            Field<RolloutSpec, StartMode>.Optional(
                "start",
                new ChoiceShape<StartMode>(("auto", StartMode.Auto), ("manual", StartMode.Manual)),
                (r, v) => r with { Start = v },
                "Whether the rollout starts when it is first seen, or waits for a person. Default: auto."),
            Field<RolloutSpec, ValueList<StageSpec>>.Required(
                "stages",
                new ListShape<StageSpec>(StageFields.Stage, 1, 20, "stages", StageFields.CheckOrder),
                (r, v) => r with { Stages = v },
                "The steps: shadow stages first, then rising shares. After the last one the canary is promoted to everything."),
            Field<RolloutSpec, ValueList<GuardSpec>>.Required(
                "guards", new ListShape<GuardSpec>(GuardFields.Guard, 1, 32, "guards", Unique.Names), (r, v) => r with { Guards = v },
                "What the canary must keep."),
            Field<RolloutSpec, TimeSpan>.Optional(
                "unreachable", Amounts.Unreachable, (r, v) => r with { Unreachable = v },
                "How long a canary that answers nobody, so that the baseline serves its callers, may stay so before it is taken back. Default: 30s."),
            Field<RolloutSpec, PromiseSpec>.Optional(
                "promise", Promise, (r, v) => r with { Promise = v }, "The error rates that the judge keeps over the whole rollout."),
        ],
        CheckWhole);

    private static RolloutSpec CheckWhole(RolloutSpec rollout, YamlMapping node, FileErrors errors)
    {
        if (rollout.Canary.Length > 0 && rollout.Canary == rollout.Baseline)
        {
            errors.Wrong(node.Find("canary")!, "another version than the baseline");
        }

        CheckRequiredFrom(rollout, node, errors);
        return rollout;
    }

    private static void CheckRequiredFrom(RolloutSpec rollout, YamlMapping node, FileErrors errors)
    {
        var last = rollout.Stages.Count == 0 ? Share.None : rollout.Stages.Max(s => s.Share);
        if (last == Share.None || node.Find("guards") is not YamlSequence guards)
        {
            return;
        }

        foreach (var scalar in guards.Items.OfType<YamlMapping>().Select(g => g.FindScalar("requiredFrom")))
        {
            if (scalar is not null && Quantity.TryShare(scalar.Text, out var from, out _) && from > last)
            {
                errors.Wrong(scalar, $"at most {last}, the share of the last stage", "no stage would ever ask for it");
            }
        }
    }
}
