using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of <c>kind: Rollout</c>.</summary>
internal static class RolloutFields
{
    private const string AboutStages = "The steps: shadow stages first, then rising shares. After the last one the canary is promoted to everything. With a preset: what of its stages is otherwise, by name.";

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

    private static readonly MappingShape<ReturnSpec> Return = new(
        "steps such as { through: [25%, 5%], every: 1m }",
        ReturnSpec.AtOnce,
        [
            Field<ReturnSpec, ValueList<Share>>.Required("through", new ListShape<Share>(Amounts.Share, 1, 10, "shares", CheckFalling), (r, v) => r with { Steps = v }, "The shares on the way down."),
            Field<ReturnSpec, TimeSpan>.Optional("every", Amounts.Step, (r, v) => r with { Every = v }, "How long each lasts. Default: 1m."),
        ]);

    private static readonly MappingShape<AlertSpec> Alert = new(
        "alerts such as { labels: { alertname: FraudLossHigh }, then: rollback }",
        new([], AlertThen.Hold),
        [
            Field<AlertSpec, ValueList<(string Name, string Value)>>.Required("labels", LabelFields.Table, (a, v) => a with { Labels = LabelFields.Named(v) }, "Labels that an alert must have."),
            Field<AlertSpec, AlertThen>.Optional(
                "then", new ChoiceShape<AlertThen>(("hold", AlertThen.Hold), ("rollback", AlertThen.RollBack)), (a, v) => a with { Then = v },
                "What comes of it while it stands: hold, or rollback. Default: hold."),
        ]);

    private static readonly ChoiceShape<string> Preset = new([.. StagePresets.All.Select(p => (p.Name, p.Name))]);

    private static readonly MappingShape<RolloutSpec> Plain = Of([], isRequired: true, new ListShape<StageSpec>(StageFields.Stage, 1, 20, "stages", StageOrder.Check));

    private static readonly Dictionary<string, MappingShape<RolloutSpec>> Presets = StagePresets.All.ToDictionary(p => p.Name, p => Of(p.Stages, isRequired: false, new StagePresets.Changes(p.Name, p.Stages)));

    private static readonly MappingShape<RolloutSpec> Unknown = Of([], isRequired: false, new Unread());

    /// <summary>The field <c>spec</c> of a rollout. The name comes from <c>metadata</c>.</summary>
    public static readonly Shape<RolloutSpec> Spec = new ByPreset();

    private static MappingShape<RolloutSpec> Of(ValueList<StageSpec> preset, bool isRequired, Shape<ValueList<StageSpec>> stages) => new(
        "the rollout's fields: model, baseline, canary, stages and guards",
        new() { Name = "", Model = "", Baseline = "", Canary = "", Stages = preset, Guards = [] },
        [
            Field<RolloutSpec, string>.Required("model", Texts.Name, (r, v) => r with { Model = v }, "The name of the model that moves."),
            Field<RolloutSpec, string>.Required("baseline", Texts.Name, (r, v) => r with { Baseline = v }, "The version that serves the rest."),
            Field<RolloutSpec, string>.Required("canary", Texts.Name, (r, v) => r with { Canary = v }, "The version on trial."),
            Field<RolloutSpec, StartMode>.Optional(
                "start",
                new ChoiceShape<StartMode>(("auto", StartMode.Auto), ("manual", StartMode.Manual)),
                (r, v) => r with { Start = v },
                "Whether the rollout starts when it is first seen, or waits for a person. Default: auto."),
            Field<RolloutSpec, string>.Optional("preset", Preset, (r, _) => r, "Stages that have a name; stages then says by name what of them is otherwise."),
            Field<RolloutSpec, ValueList<StageSpec>>.RequiredIf(isRequired, "stages", stages, (r, v) => r with { Stages = v }, AboutStages),
            Field<RolloutSpec, ValueList<GuardSpec>>.Required(
                "guards", new ListShape<GuardSpec>(GuardFields.Guard, 1, 32, "guards", Unique.Names), (r, v) => r with { Guards = v },
                "What the canary must keep."),
            Field<RolloutSpec, TimeSpan>.Optional(
                "unreachable", Amounts.Unreachable, (r, v) => r with { Unreachable = v },
                "How long a canary that answers nobody, so that the baseline serves its callers, may stay so before it is taken back. Default: 30s."),
            Field<RolloutSpec, ReturnSpec>.Optional("return", Return, (r, v) => r with { Return = v }, "The steps in which the share is taken back. Default: at once. A canary that is dead is always taken back at once."),
            Field<RolloutSpec, TimeSpan>.Optional("warm", Amounts.Warm, (r, v) => r with { Warm = v }, "How long after a promotion the rollout can still be taken back at once. Default: 1h."),
            Field<RolloutSpec, ValueList<AlertSpec>>.Optional(
                "alerts", new ListShape<AlertSpec>(Alert, 1, 32, "alerts"), (r, v) => r with { Alerts = v }, "Alerts of other systems, as Alertmanager sends them, that matter to the rollout. Default: none."),
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
        CheckNamedGuards(node, errors);
        CheckShadowGuards(rollout, node, errors);
        CheckAlone(rollout, node, errors);
        return rollout;
    }

    private static void CheckNamedGuards(YamlMapping node, FileErrors errors)
    {
        if (node.Find("guards") is not YamlSequence { IsCut: false } guards || node.Find("stages") is not YamlSequence stages)
        {
            return;
        }

        string[] known = [.. guards.Items.OfType<YamlMapping>().Select(g => g.FindScalar("name")?.Text).OfType<string>()];
        foreach (var name in stages.Items.OfType<YamlMapping>().SelectMany(s => (s.Find("guards") as YamlSequence)?.Items.OfType<YamlScalar>() ?? []).Where(n => !known.Contains(n.Text)))
        {
            errors.Report(name, Nearest.Unknown(name.Text, "guard of the rollout", known));
        }
    }

    // What needs callers who were answered by the canary would be waited for in vain.
    private static void CheckShadowGuards(RolloutSpec rollout, YamlMapping node, FileErrors errors)
    {
        foreach (var name in rollout.Stages.Where(s => s.Kind == StageKind.Shadow).SelectMany(s => s.Guards))
        {
            if (rollout.Guards.FirstOrDefault(g => g.Name == name) is { } guard && (guard.Signal.IsLate || guard.Signal.Kind == SignalKind.Throughput))
            {
                errors.Report(node.Find("stages")!, $"found the guard {Clip.Quoted(name)} in a shadow stage; wanted one that a shadow can measure: {guard.Signal} needs callers whom the canary has answered");
            }
        }
    }

    // Where the baseline serves nobody there is nothing to compare with.
    private static void CheckAlone(RolloutSpec rollout, YamlMapping node, FileErrors errors)
    {
        if (rollout.Stages is [.., { Kind: StageKind.Switch } last] && last.Share == Share.Full && rollout.Guards.FirstOrDefault(g => g.Scale != Scale.Value) is { } compared)
        {
            errors.Report(
                node.Find("stages") ?? node, $"found a switch without a holdback, but the guard {Clip.Quoted(compared.Name)} compares with the baseline; wanted a holdback, or guards with a line of their own only, e.g. atMost: 250ms");
        }
    }

    private static void CheckFalling(YamlSequence shares, FileErrors errors)
    {
        (Share Share, YamlScalar Node)? before = null;
        foreach (var node in shares.Items.OfType<YamlScalar>())
        {
            if (Quantity.TryShare(node.Text, out var share, out _))
            {
                if (before is { } last && share >= last.Share)
                {
                    errors.Wrong(node, $"a share below the {last.Share} before it", "shares fall on the way back");
                }

                before = (share, node);
            }
        }
    }

    private static void CheckRequiredFrom(RolloutSpec rollout, YamlMapping node, FileErrors errors)
    {
        var last = rollout.Stages.Where(s => s.Kind != StageKind.Experiment).Select(s => s.Share).DefaultIfEmpty(Share.None).Max();
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

    /// <summary>Stages that cannot be read, as nobody knows what they are changes of.</summary>
    private sealed class Unread : Shape<ValueList<StageSpec>>
    {
        public override string Wanted => "a list";

        public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out ValueList<StageSpec> value)
        {
            value = [];
            return true;
        }

        public override JsonObject Schema() => [];
    }

    /// <summary>Reads the fields by the preset that they name.</summary>
    private sealed class ByPreset : Shape<RolloutSpec>
    {
        public override string Wanted => Plain.Wanted;

        public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out RolloutSpec value) =>
            ((node as YamlMapping)?.FindScalar("preset") is not { } preset ? Plain : Presets.GetValueOrDefault(preset.Text, Unknown)).TryRead(node, errors, out value);

        public override JsonObject Schema()
        {
            JsonObject schema = Plain.Schema(), stages = (JsonObject)schema["properties"]!["stages"]!;
            stages["items"]!["anyOf"]!.AsArray().Add(Presets.Values.First().Schema()["properties"]!["stages"]!["items"]!.DeepClone());
            var required = schema["required"]!.AsArray();
            required.RemoveAt(required.Select(r => (string?)r).ToList().IndexOf("stages"));
            schema["anyOf"] = new JsonArray(new JsonObject { ["required"] = new JsonArray("stages") }, new JsonObject { ["required"] = new JsonArray("preset") });
            return schema;
        }
    }
}
