using Haldane.Pages.Running;

namespace Haldane.Pages;

/// <summary>How long pages take to open, and how much comes over the wire.</summary>
internal static class Loads
{
    private const double Target = 300;
    private const int Many = 200;

    // One in ten pairs differs, and is kept.
    private const string Shadow = "{ kind: shadow, bake: 1h, rate: 5000/s, keepPairs: 200 }, { share: 50%, bake: 1h }";

    private static readonly TimeSpan Traffic = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(int times)
    {
        Console.WriteLine($"\n## load: each page {times} times, from the start of the navigation to the load event\n");
        await using var chromium = await Chromium.StartAsync();
        await using Model v1 = await Model.StartAsync(20), v2 = await Model.StartAsync(19);
        var table = new PageTable(chromium, times, Target);
        PageTable.Head();
        await ServeAsync(v1, v2, 1, Plan.Half, async admin =>
        {
            await table.RunAsync("two words, without a style", admin, "/healthz");
            await table.RunAsync("overview of one rollout", admin, "/");
            await table.RunAsync("rollout", admin, $"/rollouts/{Plan.RolloutName(0)}");
            await table.RunAsync("verdict", admin, $"/rollouts/{Plan.RolloutName(0)}/guards/errors");
            await table.RunAsync("plan", admin, $"/rollouts/{Plan.RolloutName(0)}/plan");
            await table.RunAsync("ledger", admin, "/ledger");
        });
        await ServeAsync(v1, v2, 1, Shadow, admin => table.RunAsync("pairs, 200 kept", admin, $"/rollouts/{Plan.RolloutName(0)}/pairs"));
        await ServeAsync(v1, v2, Many, Plan.Half, async admin =>
        {
            await table.RunAsync($"overview of {Many} rollouts", admin, "/");
            await table.RunAsync($"ledger of {Many} rollouts", admin, "/ledger");
        });
    }

    // With callers before and meanwhile, so that there is something to show and to keep fresh.
    private static async Task ServeAsync(Model baseline, Model canary, int rollouts, string stages, Func<Uri, Task> measure)
    {
        using var plan = new Plan();
        await using var server = await Server.StartAsync(plan.Write(rollouts, baseline.Address, canary.Address, stages), plan.Store);
        await server.SaysAsync(Plan.RolloutName(rollouts - 1), "\"Running\"");
        await using var callers = new Callers(server.Data, rollouts, 4, TimeSpan.FromMilliseconds(10));
        await Task.Delay(Traffic);
        await measure(server.Admin);
    }
}
