using System.CommandLine;
using Haldane.Core.Specification;
using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Traffic;
using Haldane.Simulations;

namespace Haldane.Commands;

/// <summary><c>haldane validate FILE|DIR...</c></summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Description = "Specification files, or directories that hold them.", Arity = ArgumentArity.OneOrMore };
        var strict = new Option<bool>("--strict") { Description = "A warning is a failure too: exit code 1." };
        var command = new Command("validate", "Checks specifications, reports every mistake at once, and says what a plan cannot do.") { files, strict };
        command.SetAction(async (parsed, cancel) =>
        {
            var set = await SpecificationFiles.ReadAsync(parsed.GetValue(files)!, System.Console.Error, cancel);
            if (set is null)
            {
                return ExitCode.CannotRun;
            }

            System.Console.WriteLine($"ok: {Count(set.Models.Count, "model")}, {Count(set.Rollouts.Count, "rollout")}{(set.Policies.Count == 0 ? "" : $", {set.Policies.Count} polic{(set.Policies.Count == 1 ? "y" : "ies")}")}");
            var warned = false;
            foreach (var remark in set.Rollouts.SelectMany(rollout => Look(set, rollout, cancel)))
            {
                warned |= remark.Kind == RemarkKind.Warning;
                await System.Console.Error.WriteLineAsync(remark.ToString());
            }

            return warned && parsed.GetValue(strict) ? ExitCode.No : ExitCode.Done;
        });
        return command;
    }

    private static IReadOnlyList<Remark> Look(SpecificationSet set, RolloutSpec whole, CancellationToken cancel)
    {
        if (SplitPlan.Of(whole) is not { } rollout)
        {
            return [];
        }

        if (TrafficSource.Of(set.FindModel(rollout.Model)!) is not { } traffic)
        {
            return [PlanLinter.NoTraffic(rollout)];
        }

        var forecast = PlanForecast.From(rollout, Workers.Run(PlanForecast.UsualRuns, run => PlanForecast.RunOf(traffic, rollout, run), static () => { }, cancel));
        if (forecast.Promoted is { } promoted)
        {
            System.Console.WriteLine($"rollout {rollout.Name}: a canary that is as the baseline is promoted after about {Words.Time(promoted.Median)} "
                + $"(8 of 10 runs between {Words.Time(promoted.Early)} and {(promoted.Late is { } late ? Words.Time(late) : "never")})");
        }

        return PlanLinter.Check(traffic, rollout, forecast);
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
