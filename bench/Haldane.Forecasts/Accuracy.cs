using System.Globalization;
using System.Text;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Simulation.Chance;
using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Runs;
using Haldane.Simulation.Traffic;

namespace Haldane.Forecasts;

/// <summary>Holds the forecast that is given at the start of a good canary against runs in slices of a second.</summary>
internal static class Accuracy
{
    private const double Factor = 1.5;

    private sealed record Plan(string Name, string Traffic, string Stages, string Guards);

    private const string Errors = "{ name: errors, signal: error-rate, atMost: { ratio: 2.0 } }";
    private const string P99 = "{ name: p99, signal: latency-p99, atMost: { ratio: 1.10 } }";
    private const string Mix = "{ name: mix, signal: prediction-drift, atMost: { jensenShannon: 0.05 } }";
    private const string Right = "{ name: accuracy, signal: accuracy, atLeast: { difference: -2pp } }";
    private const string Usual = "latency: { p50: 20ms, p99: 80ms }, classes: { legit: 97%, fraud: 3% }, labels: { coverage: 30%, after: 12s, accuracy: 92% }";
    private const string Steps = "{ share: 1%, bake: 20s }, { share: 10%, bake: 20s }, { share: 50%, bake: 20s }";

    private static readonly Plan[] Plans =
    [
        new("errors 1 %, half", "rate: 200/s, errors: 1%", "{ share: 50%, bake: 1s }", Errors),
        new("errors 1 %, a tenth", "rate: 200/s, errors: 1%", "{ share: 10%, bake: 1s }", Errors),
        new("errors 5 %, a tenth", "rate: 200/s, errors: 5%", "{ share: 10%, bake: 1s }", Errors),
        new("errors 0.2 %, three stages", "rate: 500/s, errors: 0.2%", Steps, Errors),
        new("errors by points, 1 %", "rate: 200/s, errors: 1%", "{ share: 10%, bake: 1s }", "{ name: errors, signal: error-rate, atMost: { difference: 1pp } }"),
        new("a limit of 2 % on 1 %", "rate: 200/s, errors: 1%", "{ share: 10%, bake: 1s }", "{ name: errors, signal: error-rate, atMost: { value: 2% } }"),
        new("p99, half", $"rate: 200/s, {Usual}", "{ share: 50%, bake: 1s }", P99),
        new("p99, a tenth", $"rate: 1000/s, {Usual}", "{ share: 10%, bake: 1s }", P99),
        new("p50 within 5 %, a tenth", $"rate: 200/s, {Usual}", "{ share: 10%, bake: 1s }", "{ name: p50, signal: latency-p50, atMost: { ratio: 1.05 } }"),
        new("accuracy, half", $"rate: 200/s, {Usual}", "{ share: 50%, bake: 1s }", Right),
        new("accuracy, a tenth, late labels", "rate: 200/s, labels: { coverage: 50%, after: 10m, accuracy: 80% }", "{ share: 10%, bake: 1s }", Right),
        new("mix, half", $"rate: 20/s, {Usual}", "{ share: 50%, bake: 1s }", Mix),
        new("mix, a tenth", $"rate: 200/s, {Usual}", "{ share: 10%, bake: 1s }", Mix),
        new("the demo's plan, 200/s", $"rate: 200/s, errors: 0.5%, {Usual}", Steps, $"{Errors}, {P99}, {Mix}, {Right}"),
        new("the demo's plan, 2,000/s", $"rate: 2000/s, errors: 0%, {Usual}", Steps, $"{Errors}, {P99}, {Mix}, {Right}"),
        new("the demo's plan, bakes of 15 min", $"rate: 200/s, errors: 0.5%, {Usual}", Steps.Replace("20s", "15m", StringComparison.Ordinal), $"{Errors}, {P99}, {Mix}, {Right}"),
    ];

    public static void Report(TextWriter output, int runs)
    {
        output.WriteLine($"{runs} runs of a good canary for each plan, slices of a second; the forecast is the median of {PlanForecast.UsualRuns} runs with growing slices and other seeds.");
        output.WriteLine();
        output.WriteLine($"| plan | forecast (8 of 10 runs) | median | forecast / median | runs within a factor of {Factor} | runs in the range | guards: runs within {Factor} |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | --- |");
        int within = 0, inRange = 0, all = 0, medians = 0, guardsWithin = 0, guardRuns = 0;
        foreach (var plan in Plans)
        {
            var row = Row(plan, runs);
            output.WriteLine(row.Text);
            (within, inRange, all, medians) = (within + row.Within, inRange + row.InRange, all + runs, medians + (row.MedianIsNear ? 1 : 0));
            (guardsWithin, guardRuns) = (guardsWithin + row.GuardsWithin, guardRuns + row.GuardRuns);
        }

        output.WriteLine();
        output.WriteLine($"Medians within a factor of {Factor} of their forecast: {medians} of {Plans.Length}. Single runs: {Percent(within, all)} to the promotion, {Percent(guardsWithin, guardRuns)} to a guard's Pass; "
            + $"in the forecast's range: {Percent(inRange, all)}.");
    }

    private static (string Text, int Within, int InRange, bool MedianIsNear, int GuardsWithin, int GuardRuns) Row(Plan plan, int runs)
    {
        var (traffic, rollout) = Read(plan);
        var forecasts = new RunOutcome[PlanForecast.UsualRuns];
        Parallel.For(0, forecasts.Length, run => forecasts[run] = PlanForecast.RunOf(traffic, rollout, run));
        var forecast = PlanForecast.From(rollout, forecasts);
        var outcomes = new RunOutcome[runs];
        Parallel.For(0, runs, run => outcomes[run] = SimulatedRun.Of(World.AsBaseline(traffic), rollout, Dice.SeedOf(7, (ulong)run), Pacing.Seconds, PlanForecast.Horizon));

        var promoted = forecast.Promoted!;
        TimeSpan[] times = [.. outcomes.Select(o => o.Phase == Phase.Promoted ? o.Time : PlanForecast.Horizon).Order()];
        var median = times[runs / 2];
        var ratio = promoted.Median / median;
        var within = times.Count(t => IsNear(promoted.Median, t));
        var inRange = times.Count(t => t >= promoted.Early && t <= promoted.Late);
        List<string> guards = [];
        int guardsWithin = 0, guardRuns = 0;
        for (var g = 0; g < rollout.Guards.Count; g++)
        {
            var passed = outcomes.Select(o => o.Passed[g]).OfType<TimeSpan>().ToList();
            var near = forecast.Guards[g].Passes is { } passes ? passed.Count(t => IsNear(passes.Median, t)) : 0;
            guards.Add($"{rollout.Guards[g].Name} {Percent(near, passed.Count)}");
            (guardsWithin, guardRuns) = (guardsWithin + near, guardRuns + passed.Count);
        }

        return (
            $"| {plan.Name} | {Words.Time(promoted.Median)} ({Words.Time(promoted.Early)} to {Words.Time(promoted.Late ?? PlanForecast.Horizon)}) | {Words.Time(median)} | {ratio:0.00} "
            + $"| {Percent(within, runs)} | {Percent(inRange, runs)} | {string.Join(", ", guards)} |",
            within, inRange, IsNear(promoted.Median, median), guardsWithin, guardRuns);
    }

    private static bool IsNear(TimeSpan forecast, TimeSpan time) => forecast / time is >= 1 / Factor and <= Factor;

    private static string Percent(int part, int all) => all == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / all:0} %");

    private static (TrafficModel Traffic, RolloutSpec Rollout) Read(Plan plan)
    {
        var text = $$"""
            apiVersion: haldane.dev/v1
            kind: Model
            metadata: { name: fraud }
            spec:
              route: { path: /fraud }
              signals: { prediction: { response: /class, classes: [legit, fraud] } }
              versions: [{ name: v1, endpoints: ["http://one"] }, { name: v2, endpoints: ["http://two"] }]
              traffic: { {{plan.Traffic}} }
            ---
            apiVersion: haldane.dev/v1
            kind: Rollout
            metadata: { name: plan }
            spec: { model: fraud, baseline: v1, canary: v2, stages: [{{plan.Stages}}], guards: [{{plan.Guards}}] }
            """;
        var result = SpecificationReader.Read([new(plan.Name, Encoding.UTF8.GetBytes(text))]);
        var set = result.Set ?? throw new InvalidOperationException(string.Join('\n', result.Errors));
        return (TrafficSource.Of(set.Models[0])!, set.Rollouts[0]);
    }
}
