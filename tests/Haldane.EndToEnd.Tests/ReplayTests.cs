using System.Text.Json;
using Dapper;
using Haldane.Core;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.EndToEnd.Tests.Support;
using Haldane.Store.Sqlite;
using Microsoft.Data.Sqlite;

namespace Haldane.EndToEnd.Tests;

/// <summary>What the ledger says of rollouts that went through the controller into a real store, judged anew by the command.</summary>
public sealed class ReplayTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(null, 0.0, Phase.Promoted)]
    [InlineData("errors", 1.5, Phase.RolledBack)]
    [InlineData("slow", 1.5, Phase.RolledBack)]
    [InlineData("mix", 1.5, Phase.RolledBack)]
    public async Task Every_verdict_of_a_rollout_comes_out_as_it_was_recorded(string? guard, double margins, Phase end)
    {
        using var workspace = new Workspace();
        await using var store = await SqliteStore.OpenAsync(workspace.Store, None);
        await using var host = new SimulatedRollout(store, SimulatedRollout.Canary(guard, margins));
        await host.StartAsync();

        Assert.Equal(end, await host.RunAsync(200));

        await AssertEqualAsync(workspace, runs: 1); // while the store is open
    }

    [Fact]
    public async Task People_and_restarts_change_nothing()
    {
        using var workspace = new Workspace();
        await using (var store = await SqliteStore.OpenAsync(workspace.Store, None))
        {
            var world = SimulatedRollout.Canary(null, 0);
            await using (var first = new SimulatedRollout(store, world))
            {
                await first.StartAsync();
                await first.AskAsync(RolloutCommand.Pause, "lunch"); // before the first slice
                await first.RunAsync(4);
                await first.AskAsync(RolloutCommand.Resume, null);
                await first.RunAsync(3);
                await first.AskAsync(RolloutCommand.Advance, "in a hurry");
                await first.RunAsync(5);
            }

            await store.RecordAsync(Aside(), None); // stands among its records, and has no run
            await using var second = new SimulatedRollout(store, world, seed: 99);
            await second.RecoverAsync();
            await second.RunAsync(3);
            await second.AskAsync(RolloutCommand.RollBack, "a smell"); // in steps
            Assert.Equal(Phase.RolledBack, await second.RunAsync(20));
            await second.AskAsync(RolloutCommand.Retry, null);
            Assert.Equal(Phase.Promoted, await second.RunAsync(200));
        }

        var report = await AssertEqualAsync(workspace, runs: 2);
        var kinds = report.GetProperty("runs")[0].GetProperty("records").EnumerateArray().Select(r => r.GetProperty("kind").GetString()).ToList();
        Assert.All(["paused", "resumed", "stage-entered", "returning", "rolled-back"], kind => Assert.Contains(kind, kinds));
        var one = await ReplayAsync(workspace, "--run", "2");
        Assert.Equal([2], one.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("run").GetInt32()));
    }

    [Fact]
    public async Task A_slice_that_was_altered_is_told()
    {
        using var workspace = new Workspace();
        await using (var store = await SqliteStore.OpenAsync(workspace.Store, None))
        {
            await using var host = new SimulatedRollout(store, SimulatedRollout.Canary("errors", 3));
            await host.StartAsync();
            Assert.Equal(Phase.RolledBack, await host.RunAsync(200));
        }

        await using (var file = new SqliteConnection($"Data Source={workspace.Store};Pooling=False"))
        {
            Assert.Equal(1, await file.ExecuteAsync("UPDATE evidence SET body = json_set(body, '$.canary.cells[0].errors', 0) WHERE run = 1 AND number = 1"));
        }

        var drawn = await Terminal.RunAsync("judge", "--replay", "fraud-v2", "--store", workspace.Store);
        var report = await Terminal.RunAsync("judge", "--replay", "fraud-v2", "--store", workspace.Store, "--json");

        Assert.Equal((1, 1, ""), (drawn.Code, report.Code, drawn.Error));
        Assert.Contains("differs", drawn.Out, StringComparison.Ordinal);
        Assert.Contains("DIFFERENT: ", drawn.Out, StringComparison.Ordinal);
        var last = JsonDocument.Parse(report.Out).RootElement.GetProperty("runs")[0].GetProperty("records").EnumerateArray().Last();
        var differences = last.GetProperty("differences").EnumerateArray().Select(d => d.GetString()!).ToList();
        Assert.StartsWith("evidence: up to slice ", differences[0], StringComparison.Ordinal);
        Assert.Contains(differences, d => d.StartsWith("errors: reason is ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_replayed_is_one_line_and_code_2()
    {
        using var workspace = new Workspace();
        await using var store = await SqliteStore.OpenAsync(workspace.Store, None);
        await using var host = new SimulatedRollout(store, SimulatedRollout.Canary(null, 0));
        await host.StartAsync();

        var early = await Terminal.RunAsync("judge", "--replay", "fraud-v2", "--store", workspace.Store);
        await host.RunAsync(3);
        var strange = await Terminal.RunAsync("judge", "--replay", "fraud-v3", "--store", workspace.Store);
        var never = await Terminal.RunAsync("judge", "--replay", "fraud-v2", "--run", "7", "--store", workspace.Store);
        var nowhere = await Terminal.RunAsync("judge", "--replay", "fraud-v2", "--store", workspace.Store + ".not");

        Assert.All([early, strange, never, nowhere], said => Assert.Equal((2, "", 1), (said.Code, said.Out, said.Error.Trim().Split('\n').Length)));
        Assert.Contains("there is nothing to replay", early.Error, StringComparison.Ordinal);
        Assert.Contains("holds no record of a rollout fraud-v3, only of fraud-v2", strange.Error, StringComparison.Ordinal);
        Assert.Contains("fraud-v2 has no run 7, only 1", never.Error, StringComparison.Ordinal);
        Assert.Contains("there is no store", nowhere.Error, StringComparison.Ordinal);
    }

    private static LedgerEntry Aside() => new()
    {
        At = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero),
        Kind = LedgerKinds.Set,
        Rollout = "",
        Run = 0,
        Model = "fraud",
        By = "ann",
        Why = "the fix",
        Stage = 0,
        From = Share.None,
        To = Share.None,
        Setting = new(Setting.Override, "fraud-v2", JsonElement.Parse("""{"rollout":"fraud-v2","freezes":[],"by":"ann","why":"the fix"}""")),
    };

    private static async Task<JsonElement> AssertEqualAsync(Workspace workspace, int runs)
    {
        var report = await ReplayAsync(workspace);
        var drawn = await Terminal.RunAsync("judge", "--replay", "fraud-v2", "--store", workspace.Store);

        var records = report.GetProperty("runs").EnumerateArray().SelectMany(r => r.GetProperty("records").EnumerateArray()).ToList();
        Assert.Equal(runs, report.GetProperty("runs").GetArrayLength());
        Assert.True(records.Sum(r => r.GetProperty("verdicts").GetInt32()) >= 6, "three verdicts at the first proof, three at the end of the way back");
        Assert.True(report.GetProperty("equal").GetBoolean());
        Assert.Equal((0, ""), (drawn.Code, drawn.Error));
        Assert.Contains("come out of the stored evidence as they were recorded", drawn.Out.ReplaceLineEndings(" "), StringComparison.Ordinal);
        return report;
    }

    private static async Task<JsonElement> ReplayAsync(Workspace workspace, params string[] more)
    {
        var said = await Terminal.RunAsync(["judge", "--replay", "fraud-v2", "--store", workspace.Store, "--json", .. more]);
        Assert.True(said.Code == 0, $"{said.Error}{said.Out}");
        return JsonDocument.Parse(said.Out).RootElement;
    }
}
