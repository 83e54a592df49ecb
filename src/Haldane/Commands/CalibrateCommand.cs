using System.CommandLine;
using Haldane.Core.Evidence;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Screens;
using Haldane.Simulation.Chance;
using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Recorded;
using Haldane.Simulation.Runs;
using Haldane.Simulations;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane calibrate</c></summary>
internal static class CalibrateCommand
{
    private sealed record Asked(string[] Files, string Store, string? Rollout, int Runs, int Seed, bool Json);

    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Description = "Files with another plan for the same model. Default: the plan that was recorded.", Arity = ArgumentArity.ZeroOrMore };
        var store = new Option<string>("--store") { Description = "The file that keeps ledger and evidence; it may be in use.", DefaultValueFactory = _ => "haldane.db" };
        var rollout = new Option<string>("--rollout") { Description = "Whose newest run to take. Default: the newest run of all." };
        var runs = Options.Whole("--runs", "How many divisions of the recorded traffic", 20, 100_000, 200);
        var seed = new Option<int>("--seed") { Description = "Another seed, other divisions; the same one, the same report.", DefaultValueFactory = _ => 1 };
        var json = Options.Json();
        var command = new Command("calibrate", "Shows how often a plan raises a false alarm on the live model's own recorded traffic, baseline against baseline.") { files, store, rollout, runs, seed, json };
        command.SetAction((parsed, cancel) =>
        {
            var asked = new Asked(
                parsed.GetValue(files) ?? [], parsed.GetValue(store)!, parsed.GetValue(rollout), parsed.GetValue(runs), parsed.GetValue(seed), parsed.GetValue(json));
            return Options.OfflineAsync("calibration", () => RunAsync(asked, cancel), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(Asked asked, CancellationToken cancel)
    {
        if (await PlanAsync(asked, cancel) is not var (run, plan))
        {
            return ExitCode.CannotRun;
        }

        var comparison = new SelfComparison(run.Model, plan, run.Slices);
        var outcomes = ProgressLine.Run($"{asked.Runs} divisions of run {run.Rollout.Run}", asked.Runs, done =>
            Workers.Run(asked.Runs, i => comparison.Run(Dice.SeedOf((ulong)asked.Seed, (ulong)i)), done, cancel));
        var report = Report(asked, run, plan, outcomes);
        if (asked.Json)
        {
            System.Console.WriteLine(report.ToJson());
        }
        else
        {
            Draw(report, plan);
        }

        return ExitCode.Done;
    }

    private static async Task<(RecordedRun Run, RolloutSpec Plan)?> PlanAsync(Asked asked, CancellationToken cancel)
    {
        if (asked.Files.Length == 0)
        {
            var recorded = await RecordedRun.ReadAsync(asked.Store, asked.Rollout, cancel);
            return (recorded, recorded.Rollout.Spec);
        }

        if (await SpecificationFiles.ReadAsync(asked.Files, System.Console.Error, cancel) is not { } set || PlanChoice.Rollout(set, asked.Rollout) is not { } plan)
        {
            return null;
        }

        return (await RecordedRun.OfModelAsync(asked.Store, set.FindModel(plan.Model)!, cancel), plan);
    }

    private static CalibrationReport Report(Asked asked, RecordedRun run, RolloutSpec plan, RunOutcome[] outcomes) => new()
    {
        Rollout = plan.Name,
        RecordedRun = run.Rollout.Run,
        RecordedSeconds = run.Slices.Sum(s => s.Length.TotalSeconds),
        BaselineExchanges = run.Slices.Sum(s => s.Baseline.Cells[SegmentCells.Everyone].Exchanges),
        Runs = asked.Runs,
        Seed = asked.Seed,
        FalseRollbackPromise = plan.Promise.FalseRollback,
        RolledBack = Count(outcomes, o => o.Phase == Phase.RolledBack),
        Promoted = Count(outcomes, o => o.Phase == Phase.Promoted),
        Neither = Count(outcomes, o => o.Phase is not (Phase.RolledBack or Phase.Promoted)),
        Guards = [.. plan.Guards.Select((guard, g) => Guard(guard, g, outcomes))],
    };

    private static GuardCalibration Guard(GuardSpec guard, int index, RunOutcome[] outcomes)
    {
        double[] passed = [.. outcomes.Select(o => o.Passed[index]).OfType<TimeSpan>().Select(t => t.TotalSeconds).Order()];
        return new(
            guard.Name,
            Count(outcomes, o => o.Failed[index] is not null),
            Count(outcomes, o => o.Passed[index] is not null),
            passed.Length * 2 >= outcomes.Length ? passed[outcomes.Length / 2 - 1] : null);
    }

    private static ChanceReport Count(RunOutcome[] outcomes, Func<RunOutcome, bool> counts) => ChanceReport.Of(outcomes.Count(counts), outcomes.Length);

    private static void Draw(CalibrationReport report, RolloutSpec plan)
    {
        System.Console.WriteLine($"{plan.Name} on run {report.RecordedRun}: {report.BaselineExchanges:N0} exchanges of the baseline in {Words.Time(TimeSpan.FromSeconds(report.RecordedSeconds))}, "
            + $"divided {report.Runs} times, seed {report.Seed}");
        var table = new Table().Border(TableBorder.Rounded).AddColumns("guard", "failed", "passed", "passed after");
        foreach (var guard in report.Guards)
        {
            table.AddRow(guard.Guard, Said(guard.Failed), Said(guard.Passed), guard.MedianPassSeconds is { } seconds ? Words.Time(TimeSpan.FromSeconds(seconds)) : "-");
        }

        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        AnsiConsole.Write(table);
        System.Console.WriteLine($"taken back by mistake: {Said(report.RolledBack)}; the promise is at most {report.FalseRollbackPromise:0.##%}");
        System.Console.WriteLine($"promoted: {Said(report.Promoted)}; undecided when the record ended: {Said(report.Neither)}");
        foreach (var guard in plan.Guards.Where((guard, g) => guard.Scale == Scale.Value && report.Guards[g].Failed.Runs > 0))
        {
            System.Console.WriteLine($"{guard.Name} is a limit, not a comparison: it fails where the baseline itself was beyond it for a while.");
        }

        System.Console.WriteLine("The division is by exchange, and by subject only for errors: what else a user's requests have in common is not seen here.");
    }

    private static string Said(ChanceReport chance) => $"{chance.Chance:0.#%} ({chance.Low:0.#%} to {chance.High:0.#%})";
}
