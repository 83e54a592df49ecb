using System.Text.Json.Nodes;
using Haldane.Core.Ledger;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.EndToEnd.Tests.Support;
using Haldane.Simulation.Traffic;
using Haldane.Store.Sqlite;

namespace Haldane.EndToEnd.Tests;

/// <summary>What a plan can do, asked from the command line before it is used.</summary>
[Collection(Alone.Name)]
public sealed class SimulationTests
{
    private const string Traffic = "traffic: { rate: 400/s, errors: 5%, latency: { p50: 20ms, p99: 60ms } }";

    [Fact]
    public async Task Validate_says_what_a_plan_cannot_do_and_fails_only_when_asked()
    {
        using var workspace = new Workspace();
        var file = Write(workspace, "traffic: { rate: 2/s, errors: 0.01% }", "{ share: 1%, bake: 30m }");

        var said = await Terminal.RunAsync("validate", file);
        var strict = await Terminal.RunAsync("validate", file, "--strict");

        Assert.Equal((0, 1), (said.Code, strict.Code));
        Assert.StartsWith("ok: 1 model, 1 rollout", said.Out, StringComparison.Ordinal);
        Assert.Contains("warning: rollout fraud-v2: guard errors: at 1% of 2 requests/s it does not pass within 30 days", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_forecasts_where_the_traffic_is_known_and_says_so_where_it_is_not()
    {
        using var workspace = new Workspace();

        var known = await Terminal.RunAsync("validate", "--strict", Write(workspace, Traffic, "{ share: 10%, bake: 1m }"));
        var unknown = await Terminal.RunAsync("validate", "--strict", Write(workspace, "", "{ share: 10%, bake: 1m }"));

        Assert.Equal((0, ""), (known.Code, known.Error));
        Assert.Matches("rollout fraud-v2: a canary that is as the baseline is promoted after about [0-9.]+ (s|min)", known.Out);
        Assert.Equal((0, "ok: 1 model, 1 rollout"), (unknown.Code, unknown.Out.Trim()));
        Assert.StartsWith("note: rollout fraud-v2: the model fraud says nothing of its traffic", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Simulate_reports_the_chances_of_good_and_bad_canaries()
    {
        using var workspace = new Workspace();
        var file = Write(workspace, Traffic, "{ share: 10%, bake: 10s }, { share: 50%, bake: 10s }");
        string[] command = ["simulate", file, "--runs", "40", "--seed", "3", "--horizon", "1h"];

        var drawn = await Terminal.RunAsync(command);
        var json = await Terminal.RunAsync([.. command, "--json"]);
        var again = await Terminal.RunAsync([.. command, "--json"]);

        Assert.True(drawn.Code == 0, drawn.Error);
        Assert.Contains("at the bad line", drawn.Out, StringComparison.Ordinal);
        Assert.Contains("● rolled back", drawn.Out, StringComparison.Ordinal);
        Assert.Equal(json.Out, again.Out);
        var canaries = JsonNode.Parse(json.Out)!["canaries"]!.AsArray();
        var good = canaries[0]!;
        Assert.Equal("as the baseline", (string)good["size"]!);
        Assert.InRange((double)good["promoted"]!["low"]!, 0.85, 1);
        Assert.True((double)good["rolledBack"]!["low"]! <= 0.01);
        foreach (var bad in canaries.Where(c => (string)c!["kind"]! == "Bad"))
        {
            Assert.True((double)bad!["promoted"]!["low"]! <= 0.05, bad.ToJsonString());
        }

        Assert.Equal(1, (double)canaries.Last(c => (string)c!["size"]! == "3 margins")!["rolledBack"]!["chance"]!);
    }

    [Fact]
    public async Task Without_traffic_simulate_says_what_to_do()
    {
        using var workspace = new Workspace();

        var nothing = await Terminal.RunAsync("simulate", Write(workspace, "", "{ share: 10%, bake: 1m }"));
        var noStore = await Terminal.RunAsync("simulate", Write(workspace, "", "{ share: 10%, bake: 1m }"), "--evidence", workspace.Store);
        var horizon = await Terminal.RunAsync("simulate", Write(workspace, Traffic, "{ share: 10%, bake: 1m }"), "--horizon", "24");

        Assert.Equal((2, 2, 2), (nothing.Code, noStore.Code, horizon.Code));
        Assert.Contains("give it spec.traffic, at least { rate: 200/s }, or take recorded evidence with --evidence STORE", nothing.Error, StringComparison.Ordinal);
        Assert.Contains("there is no store", noStore.Error, StringComparison.Ordinal);
        Assert.Contains("--horizon: found \"24\"; wanted a duration", horizon.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calibrate_compares_the_recorded_baseline_with_itself()
    {
        using var workspace = new Workspace();
        var file = Write(workspace, Traffic, "{ share: 10%, bake: 10s }, { share: 50%, bake: 10s }");
        await RecordAsync(file, workspace.Store, slices: 200);

        var drawn = await Terminal.RunAsync("calibrate", "--store", workspace.Store, "--runs", "40");
        var json = await Terminal.RunAsync("calibrate", "--store", workspace.Store, "--runs", "40", "--json");
        var simulated = await Terminal.RunAsync("simulate", file, "--evidence", workspace.Store, "--runs", "20", "--horizon", "20m", "--json");

        Assert.True(drawn.Code == 0, drawn.Error);
        Assert.Contains("taken back by mistake: 0% (0% to ", drawn.Out.Replace(" %", "%", StringComparison.Ordinal), StringComparison.Ordinal);
        var report = JsonNode.Parse(json.Out)!;
        Assert.Equal(("fraud-v2", 1), ((string)report["rollout"]!, (int)report["recordedRun"]!));
        Assert.True((double)report["rolledBack"]!["low"]! <= 0.01);
        Assert.Equal("errors", (string)report["guards"]![0]!["guard"]!);
        Assert.True((double)report["promoted"]!["chance"]! > 0.5, json.Out);
        Assert.InRange((double)JsonNode.Parse(simulated.Out)!["requestsPerSecond"]!, 390, 410);
    }

    [Fact]
    public async Task Without_evidence_calibrate_says_what_to_do()
    {
        using var workspace = new Workspace();
        await (await SqliteStore.OpenAsync(workspace.Store, CancellationToken.None)).DisposeAsync();

        var said = await Terminal.RunAsync("calibrate", "--store", workspace.Store);

        Assert.Equal(2, said.Code);
        Assert.Contains("holds no run of any rollout. Evidence is taken while a rollout runs. For a model that has had none, run one whose canary has the endpoints of the baseline", said.Error, StringComparison.Ordinal);
    }

    private static async Task RecordAsync(string file, string path, int slices)
    {
        var set = SpecificationReader.Read([new(file, await File.ReadAllBytesAsync(file))]).Set!;
        var rollout = RolloutMachine.Next(new() { Spec = set.Rollouts[0] }, new Signal.Start(1, "test"), RandomTraffic.Start).Next with { Model = set.Models[0] };
        await using var store = await SqliteStore.OpenAsync(path, CancellationToken.None);
        var entry = new LedgerEntry
        {
            At = RandomTraffic.Start, Kind = "started", Rollout = rollout.Name, Run = 1, Model = "fraud", By = "test", Why = "test", Stage = 0, From = Core.Share.None, To = rollout.CanaryShare,
        };
        await store.RecordAsync(entry, rollout, CancellationToken.None);
        var traffic = new RandomTraffic(World.AsBaseline(TrafficSource.Of(set.Models[0])!), 1);
        for (var i = 0; i < slices; i++)
        {
            await store.AppendEvidenceAsync(1, traffic.Next(0, rollout.CanaryShare), CancellationToken.None);
        }
    }

    private static string Write(Workspace workspace, string traffic, string stages) => workspace.Write("plan.yaml", $$"""
        apiVersion: haldane.dev/v1
        kind: Model
        metadata: { name: fraud }
        spec:
          route: { path: /fraud }
          segments: [{ name: country, header: X-Country, values: [MY, SG] }]
          versions: [{ name: v1, endpoints: ["http://127.0.0.1:9"] }, { name: v2, endpoints: ["http://127.0.0.1:10"] }]
          {{traffic}}
        ---
        apiVersion: haldane.dev/v1
        kind: Rollout
        metadata: { name: fraud-v2 }
        spec:
          model: fraud
          baseline: v1
          canary: v2
          stages: [{{stages}}]
          guards: [{ name: errors, signal: error-rate, atMost: { ratio: 2.0 }, floor: 0% }]
        """);
}
