using System.CommandLine;
using Haldane.Client;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Screens;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane rollout list|show|watch|wait|pairs</c>, and what moves it</summary>
internal static class RolloutCommands
{
    public static Command Create()
    {
        var command = new Command("rollout", "Shows, moves and follows the rollouts of a running Haldane.") { List(), Show(), Watch(), WaitCommand.Create(), Pairs() };
        foreach (var rule in CommandRule.All)
        {
            command.Add(Order(rule));
        }

        return command;
    }
    /// <summary>A command of <see cref="CommandRule"/>.</summary>
    public static Command Order(CommandRule rule)
    {
        var name = Name();
        var (by, why) = (Options.By(), Options.Why(rule.NeedsWhy));
        return Options.ForServer(new(rule.Verb, rule.About) { name, by, why }, (client, parsed, cancel) => client.SayAsync(
            $"/api/v1/rollouts/{Uri.EscapeDataString(parsed.GetValue(name)!)}/{rule.Verb}", AdminClient.Body(parsed.GetValue(by), parsed.GetValue(why)), cancel));
    }

    private static Command List() => Options.Showing(
        new("list", "Lists the rollouts."), (client, _, cancel) => client.RolloutsAsync(cancel), CoreJson.Default.IReadOnlyListRolloutView, views => AnsiConsole.Write(RolloutScreen.List(views)));

    private static Command Show()
    {
        var name = Name();
        return Options.Showing(
            new("show", "Shows one rollout with its guards and verdicts.") { name },
            (client, parsed, cancel) => client.RolloutAsync(parsed.GetValue(name)!, cancel),
            CoreJson.Default.RolloutView,
            view => AnsiConsole.Write(RolloutScreen.Of(view)));
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
        return Options.Showing(
            new("pairs", "Shows pairs of answers that differ, as far as the shadow stage keeps them.") { name },
            (client, parsed, cancel) => client.PairsAsync(parsed.GetValue(name)!, cancel),
            CoreJson.Default.IReadOnlyListDifferingPair,
            pairs => PairScreen.Write(System.Console.Out, pairs));
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

        var lines = new RolloutLines();
        await foreach (var view in views)
        {
            if (lines.Next(view) is { } line)
            {
                System.Console.WriteLine(line);
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
