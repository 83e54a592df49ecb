using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Simulation.Runs;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Forecasts;

/// <summary>How much a remark matters.</summary>
public enum RemarkKind
{
    /// <summary>Good to know.</summary>
    Note,

    /// <summary>The plan will not do what it seems to ask for.</summary>
    Warning,
}

/// <summary>Something that a plan cannot do, or that cannot be said of it.</summary>
/// <param name="Kind">How much it matters.</param>
/// <param name="Rollout">The plan.</param>
/// <param name="Text">One sentence with the numbers and what to change.</param>
public sealed record Remark(RemarkKind Kind, string Rollout, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Kind == RemarkKind.Warning ? "warning" : "note")}: rollout {Rollout}: {Text}";
}

/// <summary>Says what a plan cannot do.</summary>
/// <remarks>Only what matters: a guard that is slow but that nobody waits for is not mentioned.</remarks>
public static class PlanLinter
{
    // A stage that takes more than twice its bake is not what was asked for.
    private const double PatienceInBakes = 2;

    // Telling the lines apart takes traffic in proportion to 1 / distance^2: by default 4 times what a canary needs that is as the baseline.
    private const double NearLines = 16;

    // Below this many of the canary's exchanges the judge says nothing at all.
    private const int FewestExchanges = 10;

    // Subjects of the canary below which guards on latency and drift see too few groups of them.
    private const double FewSubjects = 20;

    /// <summary>The remark on a model that says nothing of its traffic.</summary>
    public static Remark NoTraffic(RolloutSpec rollout) => new(
        RemarkKind.Note, rollout.Name, $"the model {rollout.Model} says nothing of its traffic, so nothing is forecast; spec.traffic of the model is the place, at least {{ rate: 200/s }}");

    /// <summary>The remarks on a plan.</summary>
    /// <param name="traffic">What is expected.</param>
    /// <param name="rollout">The plan.</param>
    /// <param name="forecast">Its forecast.</param>
    public static IReadOnlyList<Remark> Check(TrafficModel traffic, RolloutSpec rollout, PlanForecast forecast)
    {
        List<Remark> remarks = [.. Stages(traffic, rollout)];
        for (var g = 0; g < rollout.Guards.Count; g++)
        {
            remarks.AddRange(Guard(traffic, rollout, rollout.Guards[g], forecast.Guards[g]));
        }

        return remarks;
    }

    private static IEnumerable<Remark> Stages(TrafficModel traffic, RolloutSpec rollout)
    {
        foreach (var stage in rollout.Stages)
        {
            var exchanges = traffic.RatePerSecond * stage.Share.Fraction * stage.Bake.TotalSeconds;
            if (exchanges < FewestExchanges)
            {
                yield return new(
                    RemarkKind.Warning,
                    rollout.Name,
                    $"the stage of {stage.Share} bakes {Words.Time(stage.Bake)}, in which the canary gets about {Words.Number(exchanges)} of {Words.Rate(traffic.RatePerSecond)}; "
                    + $"{FewestExchanges} are the least that is judged: it holds until they have come");
            }
        }
    }

    private static IEnumerable<Remark> Guard(TrafficModel traffic, RolloutSpec rollout, GuardSpec guard, GuardForecast forecast)
    {
        if (Nearness(guard) is { } near)
        {
            yield return new(RemarkKind.Warning, rollout.Name, $"guard {guard.Name}: {near}");
        }

        if (Harm.OfBaseline(guard, traffic) is not { } baseline)
        {
            yield return new(RemarkKind.Note, rollout.Name, $"guard {guard.Name}: spec.traffic of the model {rollout.Model} says nothing of {Missing(guard)}, so it is not forecast");
            yield break;
        }

        if (guard.Scale == Scale.Value && !guard.IsBetter(baseline, guard.Bad))
        {
            yield return new(
                RemarkKind.Warning,
                rollout.Name,
                $"guard {guard.Name}: the baseline itself, {Shown(guard, baseline)}, is not better than the line of {Shown(guard, guard.Bad)}: a canary that is no better is never promoted");
            yield break;
        }

        if (guard is { Scale: Scale.Ratio, Signal.Kind: SignalKind.ErrorRate } && traffic.Baseline.Errors is > 0 and var errors && errors * guard.Bad < guard.Floor)
        {
            yield return new(
                RemarkKind.Note,
                rollout.Name,
                $"guard {guard.Name}: {Words.Number(guard.Bad)} times the baseline's {Words.Number(errors * 100)} % is still below the floor of {Words.Number(guard.Floor * 100)} %, where errors are never bad: "
                + $"it takes a canary back from {Words.Number(guard.Floor / errors)} times on");
        }

        var stage = rollout.Stages[forecast.RequiredIn];
        if (stage.Kind != StageKind.Experiment && (forecast.InStage is not { } inStage || inStage > stage.Bake * PatienceInBakes))
        {
            var needs = forecast.InStage is { } time ? $"needs about {Words.Time(time)} to pass" : $"does not pass within {PlanForecast.Horizon.TotalDays:0} days";
            yield return new(
                RemarkKind.Warning,
                rollout.Name,
                $"guard {guard.Name}: at {stage.Share} of {Words.Rate(traffic.RatePerSecond)} it {needs}, even if the canary is as the baseline; the stage bakes {Words.Time(stage.Bake)} "
                + $"and cannot be left before: {Cure(traffic, rollout, guard, forecast)}");
        }
    }

    private static string? Nearness(GuardSpec guard)
    {
        if (guard.Scale == Scale.Value || guard.Fine is not { } fine)
        {
            return null;
        }

        var isRatio = guard.Scale == Scale.Ratio;
        double margin = isRatio ? Math.Log(guard.Bad) : guard.Bad, gap = isRatio ? Math.Log(guard.Bad / fine) : guard.Bad - fine;
        if (isRatio && guard.Signal.Kind is SignalKind.Latency or SignalKind.FirstToken && gap < LatencyBuckets.LogRatio)
        {
            return $"the lines {fine:0.###} and {guard.Bad:0.###} cannot be told apart: latencies are counted in steps of 1.2 %";
        }

        var times = margin / gap * (margin / gap);
        return times > NearLines
            ? $"fine ({Shown(guard, fine)}) lies so near to the line ({Shown(guard, guard.Bad)}) that a canary at fine takes about {Words.Number(times)} times the traffic that one takes "
                + "which is as the baseline; move fine away, or leave it out for half-way"
            : null;
    }

    private static string Cure(TrafficModel traffic, RolloutSpec rollout, GuardSpec guard, GuardForecast forecast)
    {
        List<string> cures = [];
        var countsSubjects = guard.Signal.Kind == SignalKind.Accuracy || (guard.Scale == Scale.Ratio && guard.Signal.Kind is SignalKind.ErrorRate or SignalKind.EventRate);
        if (traffic.Conditions.Regulars is { Count: var subjects })
        {
            // More traffic of the same subjects proves nothing more.
            var own = subjects * rollout.Stages[forecast.RequiredIn].Share.Fraction;
            var canarys = $"of {subjects:N0} subjects about {Words.Number(own)} are the canary's";
            if (countsSubjects)
            {
                cures.Add($"each subject counts once{(guard.Signal.Kind == SignalKind.Accuracy ? " a stage" : "")}, and {canarys}");
            }
            else if (own < FewSubjects)
            {
                cures.Add($"{canarys}, hardly enough to tell their ways from the version's");
            }
        }

        if (guard is { Scale: Scale.Ratio, Signal.Kind: SignalKind.ErrorRate or SignalKind.EventRate })
        {
            var rate = guard.Signal.Kind == SignalKind.ErrorRate ? traffic.Baseline.Errors : traffic.Baseline.ChanceOf(guard.Signal.Name!);
            cures.Add($"at a rate of {Words.Number(rate * 100)} % a ratio takes many requests, an absolute margin fewer (e.g. {{ difference: {Points(rate * guard.Bad)} }})");
        }
        else
        {
            cures.Add("widen the margin");
        }

        if (forecast.RequiredIn < rollout.Stages.Count - 1)
        {
            cures.Add("ask for it at a larger share (requiredFrom)");
        }
        else if (rollout.Stages[^1].Share.Fraction < 0.5)
        {
            cures.Add("let the last stage have a larger share");
        }

        cures.Add("or bake as long as that");
        return string.Join(", ", cures);
    }

    // Rounded up to one digit: a margin is a choice, not a measurement.
    private static string Points(double rate)
    {
        var points = Math.Max(0.01, rate * 100);
        var unit = Math.Pow(10, Math.Floor(Math.Log10(points)));
        return $"{Math.Round(Math.Ceiling(points / unit - 1e-9) * unit, 6):0.######}pp";
    }

    private static string Shown(GuardSpec guard, double level) => (guard.Scale, guard.Signal.Kind) switch
    {
        (Scale.Ratio, _) => Words.Number(level) + "x",
        (Scale.JensenShannon, _) => Words.Number(level) + " bits",
        (_, SignalKind.Latency or SignalKind.FirstToken) => level < 1 ? Words.Number(level * 1000) + " ms" : Words.Number(level) + " s",
        (_, SignalKind.Mean) => Words.Number(level),
        (Scale.Difference, _) => Words.Number(level * 100) + " points",
        _ => Words.Number(level * 100) + " %",
    };

    private static string Missing(GuardSpec guard) => guard.Signal.Kind switch
    {
        SignalKind.Accuracy or SignalKind.Calibration => "labels",
        SignalKind.FirstToken => "firstToken",
        SignalKind.EventRate => $"events: {{ {guard.Signal.Name}: … }}",
        SignalKind.Mean => $"values: {{ {guard.Signal.Name}: … }}",
        _ => guard.Signal.ToString(),
    };
}
