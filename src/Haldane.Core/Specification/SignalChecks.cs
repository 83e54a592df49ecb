using Haldane.Core.Evidence;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>Checks that a model gives what the signal of a guard is made of, and that it can be held to the guard's line.</summary>
internal static class SignalChecks
{
    /// <summary>Reports what is missing.</summary>
    public static void Check(SetChecks.Read<RolloutSpec> rollout, SetChecks.Read<ModelSpec> model, YamlMapping guard, YamlScalar signal)
    {
        if (!new SignalShape().TryRead(signal, new FileErrors(""), out var spec))
        {
            return;
        }

        var signals = model.Find("signals") as YamlMapping;
        switch (spec.Kind)
        {
            case SignalKind.PredictionDrift or SignalKind.Accuracy or SignalKind.Calibration when signals?.Find("prediction") is null:
                rollout.Errors.Report(signal, Missing("the predicted class", "prediction"));
                break;
            case SignalKind.ConfidenceDrift or SignalKind.Calibration when signals?.Find("confidence") is null:
                rollout.Errors.Report(signal, Missing("the confidence", "confidence"));
                break;
            case SignalKind.AttributionDrift when signals?.Find("attribution") is null:
                rollout.Errors.Report(signal, Missing("the attribution", "attribution"));
                break;
            case SignalKind.Mean:
                CheckMean(rollout, model, guard, signal, spec.Name!);
                break;
            case SignalKind.EventRate when !spec.IsLate && !GatewayEvents.ToldBy(model.Spec!.Protocol).Contains(spec.Name!):
                rollout.Errors.Report(
                    signal,
                    $"found the signal {Clip.Quoted(signal.Text)}, which the protocol of {Clip.Quoted(model.Name)} does not tell of; wanted openai, anthropic or ollama as spec.protocol ({SetChecks.Place(model)})");
                break;
            case SignalKind.EventRate when spec.IsLate && !model.Spec!.Signals.Events.Contains(spec.Name!):
                SetChecks.ReportUnknown(
                    rollout, signal, $"event of the gateway or of {model.Name} (spec.signals.events)", spec.Name!, [.. GatewayEvents.ToldBy(model.Spec!.Protocol), .. model.Spec!.Signals.Events]);
                break;
            case SignalKind.EventRate when spec.IsLate && !HasAmount(guard, Scale.Ratio):
                rollout.Errors.Report(
                    signal,
                    $"found a line for {Clip.Quoted(signal.Text)} that is no ratio; wanted a ratio, since nobody says for which exchanges a late event did not happen: "
                    + "for a rate or a difference let feedback bring a value of 0 or 1 and guard its mean");
                break;
            case SignalKind.Gauge when model.Spec!.Signals.FindGauge(spec.Name!) is null:
                SetChecks.ReportUnknown(rollout, signal, $"gauge of {model.Name} (spec.signals.gauges)", spec.Name!, [.. model.Spec.Signals.Gauges.Select(g => g.Name)]);
                break;
            case SignalKind.Gauge when model.Spec!.Signals.FindGauge(spec.Name!) is { Process: not null }:
                CheckProcesses(rollout, model, guard, signal);
                break;
            case SignalKind.Agreement when rollout.Spec is { Stages.Count: > 0 } plan && rollout.Find("stages") is null or { IsCut: false } && !plan.Stages.Any(s => s.Kind == StageKind.Shadow):
                rollout.Errors.Report(signal, "found the signal \"agreement\", which is measured on shadow traffic; wanted another one, or a stage { kind: shadow, bake: 10m } in front: no stage is a shadow stage");
                break;
        }

        string Missing(string what, string field) =>
            $"found the signal {Clip.Quoted(signal.Text)}, but the model {Clip.Quoted(model.Name)} does not say where {what} stands; "
            + $"wanted spec.signals.{field} in the model ({SetChecks.Place(model)})";
    }

    private static void CheckMean(SetChecks.Read<RolloutSpec> rollout, SetChecks.Read<ModelSpec> model, YamlMapping guard, YamlScalar signal, string name)
    {
        if (model.Spec!.Signals.FindValue(name) is not { } value)
        {
            SetChecks.ReportUnknown(rollout, signal, $"value of {model.Name} (spec.signals.values)", name, [.. model.Spec.Signals.Values.Select(v => v.Name)]);
        }
        else if (value.Min < 0 && HasAmount(guard, Scale.Ratio))
        {
            rollout.Errors.Report(
                signal, $"found a ratio of the mean of {Clip.Quoted(name)}, which may be negative; wanted a difference or a value, or a min of at least 0 ({SetChecks.Place(model)})");
        }
        else if (AmountOf(guard, Scale.Value) is { } amount && Quantity.TryNumber(amount.Text, out var line, out _) && (line <= value.Min || line >= value.Max))
        {
            rollout.Errors.Report(
                amount, $"found {Clip.Quoted(amount.Text)}; wanted a number above the min and below the max of {Clip.Quoted(name)}, {value.Min:0.######} and {value.Max:0.######} ({SetChecks.Place(model)})");
        }
    }

    private static void CheckProcesses(SetChecks.Read<RolloutSpec> rollout, SetChecks.Read<ModelSpec> model, YamlMapping guard, YamlScalar signal)
    {
        YamlMapping[] versions = [.. ((model.Find("versions") as YamlSequence)?.Items ?? []).OfType<YamlMapping>()];
        if (!GaugeFields.HaveProcesses(versions))
        {
            return; // a mistake of the model, already reported
        }

        var compares = HasAmount(guard, Scale.Ratio) || HasAmount(guard, Scale.Difference);
        foreach (var (arm, name) in new[] { ("canary", rollout.Spec!.Canary), ("baseline", rollout.Spec.Baseline) }.Where(a => compares || a.Item1 == "canary"))
        {
            if (Array.Find(versions, v => v.FindScalar("name")?.Text == name) is { IsCut: false } version && version.Find(GaugeFields.Runtime) is null)
            {
                rollout.Errors.Report(
                    signal, $"found the signal {Clip.Quoted(signal.Text)}, which is read from a version's own process, but the {arm} {Clip.Quoted(name)} has none ({SetChecks.Place(model)}); "
                    + $"wanted {GaugeFields.Runtime} in that version{(arm == "baseline" ? ", or a limit for the canary alone (value)" : "")}");
            }
        }
    }

    private static bool HasAmount(YamlMapping guard, Scale scale) => AmountOf(guard, scale) is not null;

    private static YamlScalar? AmountOf(YamlMapping guard, Scale scale) => new[] { GuardMargins.AtMost, GuardMargins.AtLeast }
        .Select(side => (guard.Find(side) as YamlMapping)?.FindScalar(GuardMargins.FieldOf(scale)))
        .FirstOrDefault(amount => amount is not null);
}
