using System.CommandLine;
using Haldane.Core.Ports;
using Haldane.Demo;
using Haldane.Screens;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane demo [SCENARIO]</c></summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var scenario = new Argument<string>("scenario") { Description = "Which story to tell; see --list.", DefaultValueFactory = _ => "good" };
        scenario.CompletionSources.Add(Scenario.All.Select(s => s.Name).ToArray());
        var rate = new Option<int>("--rate") { Description = "Requests per second.", DefaultValueFactory = _ => 2_000 };
        rate.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 50 or > 20_000)
            {
                r.AddError("--rate: wanted is 50 to 20000 requests per second");
            }
        });
        var seed = new Option<int>("--seed") { Description = "Makes traffic, models and faults the same again.", DefaultValueFactory = _ => 1 };
        var keep = new Option<bool>("--keep") { Description = "Stay up at the end until Ctrl-C." };
        var store = new Option<string?>("--store") { Description = "A new file that keeps ledger and evidence, for `haldane judge --replay` and `haldane ledger`. Default: they are gone at the end." };
        store.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string?>() is { } file && File.Exists(file))
            {
                r.AddError($"--store: {file} is there already; wanted is a new file");
            }
        });
        var json = new Option<bool>("--json") { Description = "Nothing but one JSON object at the end." };
        var list = new Option<bool>("--list") { Description = "List the scenarios and how they must end." };
        var command = new Command("demo", "Runs a canary of a real model server, from start to promotion or rollback.") { scenario, rate, seed, store, keep, json, list };
        command.Validators.Add(r =>
        {
            if (r.GetValue(keep) && r.GetValue(json))
            {
                r.AddError("--keep and --json do not go together: --json prints at the end, --keep has none");
            }
        });
        command.SetAction((parsed, cancel) => parsed.GetValue(list)
            ? Task.FromResult(List())
            : RunAsync(parsed.GetValue(scenario)!, parsed.GetValue(rate), parsed.GetValue(seed), parsed.GetValue(store), parsed.GetValue(keep), parsed.GetValue(json), cancel));
        return command;
    }

    private static int List()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("scenario", "the canary", "ends");
        foreach (var scenario in Scenario.All)
        {
            table.AddRow(scenario.Name, scenario.Canary, scenario.Right);
        }

        AnsiConsole.Write(table);
        return ExitCode.Done;
    }

    private static async Task<int> RunAsync(string name, int rate, int seed, string? store, bool keep, bool json, CancellationToken cancel)
    {
        if (Array.Find(Scenario.All, s => s.Name == name) is not { } scenario)
        {
            await System.Console.Error.WriteLineAsync($"haldane: there is no scenario \"{name}\"; one of {string.Join(", ", Scenario.All.Select(s => s.Name))}");
            return ExitCode.CannotRun;
        }

        try
        {
            if (!json)
            {
                System.Console.WriteLine($"scenario {scenario.Name}: {scenario.Canary}; it should end {scenario.Right}");
                System.Console.WriteLine("training two models, starting their servers ...");
            }

            await using var run = await DemoRun.StartAsync(scenario, rate, seed, store, cancel);
            if (!json)
            {
                System.Console.WriteLine($"dashboard {run.PageAddress}   data port {run.DataAddress}   {rate:N0} requests/s");
            }

            await (json ? DrainAsync(run.PlayAsync(cancel)) : RolloutCommands.FollowAsync(run.PlayAsync(cancel)));
            if (keep)
            {
                System.Console.WriteLine("stays up; Ctrl-C ends it");
                await Task.Delay(Timeout.Infinite, cancel).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }

            var result = await run.FinishAsync(CancellationToken.None);
            var mistakes = result.Mistakes(scenario, run.View.Rollout.Hold).ToList();
            Report(json, run.View, result, mistakes);
            return mistakes.Count == 0 ? ExitCode.Done : ExitCode.No;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await System.Console.Error.WriteLineAsync("haldane: the demo was stopped");
            return ExitCode.CannotRun;
        }
        catch (OperationCanceledException)
        {
            await System.Console.Error.WriteLineAsync("haldane: a sample program was not ready within a minute");
            return ExitCode.CannotRun;
        }
        catch (Exception e) when (e is IOException or StoreUnavailableException)
        {
            await System.Console.Error.WriteLineAsync($"haldane: {e.Message}");
            return ExitCode.CannotRun;
        }
    }

    private static async Task DrainAsync(IAsyncEnumerable<RolloutView> views)
    {
        await foreach (var _ in views)
        {
            // Only the end is printed.
        }
    }

    private static void Report(bool json, RolloutView view, DemoResult result, List<string> mistakes)
    {
        if (json)
        {
            System.Console.WriteLine(result.ToJson());
        }
        else
        {
            // A terminal shows them already, from the last moment of the moving picture.
            if (System.Console.IsOutputRedirected)
            {
                AnsiConsole.Write(RolloutScreen.Guards(view));
            }

            System.Console.WriteLine($"{result.Phase} after {result.Seconds} s: {result.Reason}");
            System.Console.WriteLine($"{result.Requests:N0} requests, {result.CanaryRequests:N0} to the canary; it failed {result.CanaryFailures:N0}, callers saw {result.CallerErrors:N0} errors");
        }

        foreach (var mistake in mistakes)
        {
            System.Console.Error.WriteLine($"NOT as it should be: {mistake}");
        }
    }
}
