using System.CommandLine;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Screens;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane rollout list|show|start|retry|pause|resume|advance|rollback|watch|pairs</c></summary>
internal static class RolloutCommands
{
    public static Command Create() => new("rollout", "Shows, moves and follows the rollouts of a running Haldane.")
    {
        List(), Show(),
        Order("start", "Starts a rollout."),
        Order("retry", "Starts a rollout that has ended anew, from its first stage and on new evidence."),
        Order("pause", "Lets a rollout stay in its stage; its guards are judged on, and harm takes the canary back.", asksWhy: true),
        Order("resume", "Lets a paused rollout go on."),
        Order("advance", "Enters the next stage before the conditions of this one are met. The last stage is left by proof only.", asksWhy: true),
        Order("rollback", "Takes a canary back: of a running rollout, or of a promoted one while the old version is kept ready."),
        Watch(), Pairs(),
    };

    private static Command List()
    {
        var json = Options.Json();
        return Options.ForServer(new("list", "Lists the rollouts.") { json }, async (client, parsed, cancel) =>
        {
            var views = await client.RolloutsAsync(cancel);
            if (parsed.GetValue(json))
            {
                System.Console.WriteLine(JsonSerializer.Serialize(views, CoreJson.Default.IReadOnlyListRolloutView));
            }
            else
            {
                AnsiConsole.Write(RolloutScreen.List(views));
            }

            return ExitCode.Done;
        });
    }

    private static Command Show()
    {
        var name = Name();
        var json = Options.Json();
        return Options.ForServer(new("show", "Shows one rollout with its guards and verdicts.") { name, json }, async (client, parsed, cancel) =>
        {
            var view = await client.RolloutAsync(parsed.GetValue(name)!, cancel);
            if (parsed.GetValue(json))
            {
                System.Console.WriteLine(JsonSerializer.Serialize(view, CoreJson.Default.RolloutView));
            }
            else
            {
                AnsiConsole.Write(RolloutScreen.Of(view));
            }

            return ExitCode.Done;
        });
    }

    private static Command Order(string verb, string description, bool asksWhy = false)
    {
        var name = Name();
        var by = new Option<string>("--by") { Description = "Who says so; stands in the ledger.", DefaultValueFactory = _ => Environment.UserName };
        var why = new Option<string>("--why") { Description = "Why; stands in the ledger.", Required = asksWhy };
        return Options.ForServer(new(verb, description) { name, by, why }, async (client, parsed, cancel) =>
        {
            var (code, message) = await client.CommandAsync(
                parsed.GetValue(name)!, verb, parsed.GetValue(by)!, parsed.GetValue(why), cancel);
            (code == ExitCode.Done ? System.Console.Out : System.Console.Error).WriteLine(message);
            return code;
        });
    }

    private static Command Watch()
    {
        var name = Name();
        return Options.ForServer(new("watch", "Follows a rollout until it ends.") { name }, async (client, parsed, cancel) =>
        {
            var views = client.FollowAsync(parsed.GetValue(name)!, cancel);
            var last = await FollowAsync(views);
            return last?.Rollout.Phase switch
            {
                Core.Rollouts.Phase.Promoted => ExitCode.Done,
                Core.Rollouts.Phase.Concluded => ExitCode.Unproven, // it proves nothing by itself
                Core.Rollouts.Phase.RolledBack => ExitCode.No,

                // The server left before the end: whoever waits must not take that for a promotion.
                _ => ExitCode.CannotRun,
            };
        });
    }

    private static Command Pairs()
    {
        var name = Name();
        var json = Options.Json();
        return Options.ForServer(new("pairs", "Shows pairs of answers that differ, as far as the shadow stage keeps them.") { name, json }, async (client, parsed, cancel) =>
        {
            var pairs = await client.PairsAsync(parsed.GetValue(name)!, cancel);
            if (parsed.GetValue(json))
            {
                System.Console.WriteLine(JsonSerializer.Serialize(pairs, CoreJson.Default.IReadOnlyListDifferingPair));
            }
            else
            {
                PairScreen.Write(System.Console.Out, pairs);
            }

            return ExitCode.Done;
        });
    }

    /// <summary>Draws views as they come until the rollout has ended; lines instead of a moving picture where there is no terminal.</summary>
    internal static async Task<RolloutView?> FollowAsync(IAsyncEnumerable<RolloutView> views)
    {
        RolloutView? last = null;
        if (AnsiConsole.Profile.Capabilities.Interactive && !System.Console.IsOutputRedirected)
        {
            await AnsiConsole.Live(new Text("")).StartAsync(async screen =>
            {
                await foreach (var view in views)
                {
                    last = view with { Series = view.Series.Count > 0 ? view.Series : last?.Series ?? [] };
                    screen.UpdateTarget(RolloutScreen.Of(last));
                    if (view.Rollout.Ended)
                    {
                        return;
                    }
                }
            });
            return last;
        }

        await foreach (var view in views)
        {
            if (last?.Rollout.Phase != view.Rollout.Phase || last.Rollout.Stage != view.Rollout.Stage || last.Rollout.Hold != view.Rollout.Hold)
            {
                System.Console.WriteLine($"{view.Rollout.Name} {view.Rollout.Phase} {view.Rollout.CanaryShare}: {view.Rollout.Reason}");
            }

            last = view;
            if (view.Rollout.Ended)
            {
                break;
            }
        }

        return last;
    }

    private static Argument<string> Name() => new("name") { Description = "The rollout's name." };
}
