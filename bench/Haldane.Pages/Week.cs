using System.Diagnostics;
using Haldane.Pages.Running;
using Haldane.Pages.Weeks;

namespace Haldane.Pages;

/// <summary>How long the pages of ten rollouts take to open that have run for a week.</summary>
internal static class Week
{
    private const int Rollouts = 10;
    private const double Target = 500;

    // Each is in its last stage on the fourth day, and stays there.
    private const string Stages = "{ share: 5%, bake: 1d }, { share: 20%, bake: 2d }, { share: 50%, bake: 30d }";

    public static async Task RunAsync(int times, TimeSpan every)
    {
        Console.WriteLine($"\n## week: {Rollouts} rollouts, a slice each {every.TotalSeconds:0} s for a week, and each second in its last ten minutes\n");
        using var plan = new Plan();
        await using Model v1 = await Model.StartAsync(20), v2 = await Model.StartAsync(19);
        var specification = plan.Write(Rollouts, v1.Address, v2.Address, Stages, "manual");
        var since = Stopwatch.GetTimestamp();
        var slices = await WeekOfEvidence.WriteAsync(plan.Store, specification, every);
        Console.WriteLine($"{slices:N0} slices a rollout, {new FileInfo(plan.Store).Length / 1e6:N0} MB, written in {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s.");

        since = Stopwatch.GetTimestamp();
        await using var server = await Server.StartAsync(specification, plan.Store);
        Console.WriteLine($"The server serves after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s, and holds {server.Resident:0} MB.\n");
        await using var callers = new Callers(server.Data, Rollouts, 2, TimeSpan.FromMilliseconds(10));
        await using var chromium = await Chromium.StartAsync();
        var table = new PageTable(chromium, times, Target);
        PageTable.Head();
        await Task.Delay(3_000);
        for (var i = 0; i < Rollouts; i++)
        {
            await table.RunAsync($"rollout {i + 1}", server.Admin, $"/rollouts/{Plan.RolloutName(i)}", isWarmToo: i == 0);
        }

        await table.RunAsync("verdict", server.Admin, $"/rollouts/{Plan.RolloutName(0)}/guards/slow");
        await table.RunAsync("overview", server.Admin, "/");
    }
}
