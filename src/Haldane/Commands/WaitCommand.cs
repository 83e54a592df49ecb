using System.CommandLine;
using Haldane.Client;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Screens;

namespace Haldane.Commands;

/// <summary><c>haldane rollout wait NAME</c>: for pipelines, which go by the exit code.</summary>
internal static class WaitCommand
{
    private const string Promoted = "promoted", Ended = "ended", Running = "running";

    // What a timer of .NET can hold is less than 50 days.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(30);

    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "The rollout's name." };
        var goal = new Option<string>("--for") { Description = "What is waited for: promoted, ended (however) or running.", DefaultValueFactory = _ => Promoted };
        goal.AcceptOnlyFromAmong(Promoted, Ended, Running);
        var timeout = Options.Duration("--timeout", "How long at most, e.g. 2h. Default: as long as it takes.", "2h, at most 30d", LongestTimeout);
        return Options.ForServer(new("wait", "Waits for a rollout, over restarts of the server, and says by its exit code how it went.") { name, goal, timeout }, (client, parsed, cancel) => WaitAsync(
            client, parsed.GetValue(name)!, parsed.GetValue(goal)!, parsed.GetValue(timeout), cancel));
    }

    private static async Task<int> WaitAsync(AdminClient client, string name, string goal, TimeSpan? timeout, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (timeout is { } limit)
        {
            over.CancelAfter(limit);
        }

        var lines = new RolloutLines();
        try
        {
            await foreach (var view in client.FollowSteadilyAsync(name, TimeProvider.System, why => System.Console.Error.WriteLine($"haldane: the server is away, it is asked again: {why}"), over.Token))
            {
                if (lines.Next(view) is { } line)
                {
                    System.Console.WriteLine(line);
                }

                if (CodeOf(view.Rollout.Phase, goal) is { } code)
                {
                    return code;
                }
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            await System.Console.Error.WriteLineAsync($"haldane: {name} is not {goal} after {Durations.Show(timeout!.Value)}");
            return ExitCode.TimedOut;
        }

        return ExitCode.CannotRun;
    }

    // Null while it is not decided. Who is promoted has run, also if that was over before we looked.
    private static int? CodeOf(Phase phase, string goal) => (phase, goal) switch
    {
        (Phase.Promoted, _) or (Phase.RolledBack or Phase.Concluded, Ended) or (Phase.Running, Running) => ExitCode.Done,
        (Phase.RolledBack, _) => ExitCode.No,
        (Phase.Concluded, _) => ExitCode.Unproven,
        _ => null,
    };
}
