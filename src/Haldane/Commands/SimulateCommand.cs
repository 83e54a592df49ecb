using System.CommandLine;
using Haldane.Core.Specification;
using Haldane.Screens;
using Haldane.Simulation.Chance;
using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Trials;
using Haldane.Simulation.Runs;
using Haldane.Simulation.Traffic;
using Haldane.Simulations;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane simulate FILE|DIR...</c></summary>
internal static class SimulateCommand
{
    private sealed record Asked(string[] Files, string? Rollout, int Runs, int Seed, string? Horizon, string? Evidence, bool Json);

    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Description = "Specification files, or directories that hold them.", Arity = ArgumentArity.OneOrMore };
        var rollout = new Option<string>("--rollout") { Description = "Which rollout, if there are several." };
        var runs = Options.Whole("--runs", "How many runs of each canary", 20, 100_000, 100);
        var seed = new Option<int>("--seed") { Description = "Another seed, other chance; the same one, the same report.", DefaultValueFactory = _ => 1 };
        var horizon = new Option<string>("--horizon") { Description = "When to give up on a run, simulated time, e.g. 24h. Default: 24h, or four times all bakes." };
        var evidence = new Option<string>("--evidence") { Description = "Take the traffic from the newest run of the model in this store instead of the specification." };
        var json = Options.Json();
        var command = new Command("simulate", "Shows what a plan would do to good, borderline and bad canaries, before it is used.") { files, rollout, runs, seed, horizon, evidence, json };
        command.SetAction((parsed, cancel) =>
        {
            var asked = new Asked(
                parsed.GetValue(files)!, parsed.GetValue(rollout), parsed.GetValue(runs), parsed.GetValue(seed), parsed.GetValue(horizon), parsed.GetValue(evidence), parsed.GetValue(json));
            return Options.OfflineAsync("simulation", () => RunAsync(asked, cancel), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(Asked asked, CancellationToken cancel)
    {
        if (await SpecificationFiles.ReadAsync(asked.Files, System.Console.Error, cancel) is not { } set || PlanChoice.Rollout(set, asked.Rollout) is not { } rollout)
        {
            return ExitCode.CannotRun;
        }

        if (HorizonOf(asked.Horizon, rollout) is not { } horizon || await PlanChoice.TrafficAsync(set.FindModel(rollout.Model)!, asked.Evidence, cancel) is not var (traffic, from))
        {
            return ExitCode.CannotRun;
        }

        var forecast = ProgressLine.Run("forecast", PlanForecast.UsualRuns, done =>
            PlanForecast.From(rollout, Workers.Run(PlanForecast.UsualRuns, run => PlanForecast.RunOf(traffic, rollout, run), done, cancel)));
        var summaries = Simulate(traffic, rollout, asked, horizon, cancel);
        var remarks = PlanLinter.Check(traffic, rollout, forecast);
        if (asked.Json)
        {
            System.Console.WriteLine(Report(asked, rollout, traffic, from, horizon, forecast, summaries, remarks).ToJson());
        }
        else
        {
            Draw(asked, rollout, traffic, from, horizon, forecast, summaries, remarks);
        }

        return ExitCode.Done;
    }

    private static List<CaseSummary> Simulate(TrafficModel traffic, RolloutSpec rollout, Asked asked, TimeSpan horizon, CancellationToken cancel)
    {
        var cases = CanaryCases.For(traffic, rollout);
        var outcomes = ProgressLine.Run($"{cases.Count} canaries, {asked.Runs} runs each", cases.Count * asked.Runs, done => Workers.Run(
            cases.Count * asked.Runs,
            i => SimulatedRun.Of(
                cases[i / asked.Runs].World, rollout, Dice.SeedOf((ulong)asked.Seed, (ulong)(i / asked.Runs), (ulong)(i % asked.Runs)), Pacing.Fine, horizon),
            done,
            cancel));
        return [.. cases.Select((canary, c) => CaseSummary.Of(canary, outcomes[(c * asked.Runs)..((c + 1) * asked.Runs)]))];
    }

    private static TimeSpan? HorizonOf(string? text, RolloutSpec rollout)
    {
        if (text is null)
        {
            return PlanTrial.HorizonOf(rollout);
        }

        if (Durations.TryRead(text, out var horizon) && horizon >= TimeSpan.FromSeconds(1) && horizon <= TimeSpan.FromDays(365))
        {
            return horizon;
        }

        System.Console.Error.WriteLine($"haldane: --horizon: found \"{text}\"; wanted a duration from 1s to 365d, e.g. 24h");
        return null;
    }

    private static SimulationReport Report(
        Asked asked, RolloutSpec rollout, TrafficModel traffic, string from, TimeSpan horizon, PlanForecast forecast, List<CaseSummary> summaries, IReadOnlyList<Remark> remarks) => new()
    {
        Rollout = rollout.Name,
        Model = rollout.Model,
        Traffic = from,
        RequestsPerSecond = traffic.RatePerSecond,
        Runs = asked.Runs,
        Seed = asked.Seed,
        HorizonSeconds = horizon.TotalSeconds,
        FalseRollbackPromise = rollout.Promise.FalseRollback,
        FalsePromotionPromise = rollout.Promise.FalsePromotion,
        Guards = [.. forecast.Guards.Select(GuardReport.Of)],
        Canaries = [.. summaries.Select(CanaryReport.Of)],
        Remarks = [.. remarks.Select(r => r.ToString())],
    };

    private static void Draw(
        Asked asked, RolloutSpec rollout, TrafficModel traffic, string from, TimeSpan horizon, PlanForecast forecast, List<CaseSummary> summaries, IReadOnlyList<Remark> remarks)
    {
        var stages = string.Join(" → ", rollout.Stages.Select(s => $"{s.Share} ({Words.Time(s.Bake)})"));
        System.Console.WriteLine($"{rollout.Name}: {stages}; promise: false rollback at most {rollout.Promise.FalseRollback:0.##%}, false promotion at most {rollout.Promise.FalsePromotion:0.##%}");
        System.Console.WriteLine($"traffic of {from}: {Words.Rate(traffic.RatePerSecond)}, {Words.Number(traffic.Baseline.Errors * 100)} % errors, "
            + $"p50 {Words.Number(traffic.Baseline.Latency.Quantile(0.5) * 1000)} ms, p99 {Words.Number(traffic.Baseline.Latency.Quantile(0.99) * 1000)} ms");
        System.Console.WriteLine($"{asked.Runs} runs of each canary, seed {asked.Seed}, given up after {Words.Time(horizon)} of simulated time");
        AnsiConsole.Write(SimulationScreen.Guards(rollout, forecast));
        AnsiConsole.Write(SimulationScreen.Canaries(summaries));
        AnsiConsole.Write(SimulationScreen.Curves(summaries));
        System.Console.WriteLine("a chance from so many runs is known to about ±" + Words.Number(100 * 1.96 * Math.Sqrt(0.25 / asked.Runs)) + " points; --json has exact intervals");
        foreach (var remark in remarks)
        {
            System.Console.WriteLine(remark);
        }
    }
}
