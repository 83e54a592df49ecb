using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests;

/// <summary>A rollout that begins in the shadow, over real sockets and in a process of its own.</summary>
[Collection(Alone.Name)]
public sealed class ShadowTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("legit", "Promoted")]
    [InlineData("fraud", "RolledBack")]
    public async Task Only_a_canary_that_agrees_ever_serves_a_caller(string label, string phase)
    {
        using var workspace = new Workspace();
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync(label);
        await using var haldane = await RunningHaldane.StartAsync(
            workspace.WriteRollout(
                v1.Address, v2.Address, "{ kind: shadow, bake: 2s, rate: 5000/s, keepPairs: 5 }, { share: 50%, bake: 2s }", guard: "{ name: same, signal: agreement, atLeast: { value: 90% } }"),
            workspace.Store);
        using HttpClient data = new() { BaseAddress = haldane.Data }, admin = new() { BaseAddress = haldane.Admin };
        var (arms, kept) = (new HashSet<string>(), 0);

        JsonNode? view = null;
        var since = Stopwatch.GetTimestamp();
        var subject = 0;
        do
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                var copies = (await admin.GetStringAsync("/metrics")).Split('\n').Where(line => line.StartsWith("haldane_shadow", StringComparison.Ordinal));
                Assert.Fail($"not ended after {subject} calls: {view}\n{string.Join('\n', copies)}");
            }

            foreach (var call in await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Callers.CallAsync(data, $"user-{subject++}"))))
            {
                arms.Add(call.Arm);
            }

            view = (await admin.GetFromJsonAsync<JsonObject>("/api/v1/rollouts/fraud-v2"))!["rollout"]!;
            using var pairs = await admin.GetAsync("/api/v1/rollouts/fraud-v2/pairs");
            kept = Math.Max(kept, pairs.IsSuccessStatusCode ? (await pairs.Content.ReadFromJsonAsync<JsonArray>())!.Count : 0);
        }
        while ((string)view["phase"]! == "Running");

        Assert.Equal(phase, (string)view["phase"]!);
        Assert.Equal(phase == "Promoted" ? ["baseline", "canary"] : ["baseline"], arms.Order());
        Assert.InRange(kept, phase == "Promoted" ? 0 : 1, phase == "Promoted" ? 0 : 5);
        Assert.Contains("haldane_shadow_pairs_total{model=\"fraud\"}", await admin.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.Equal(0, (await Terminal.RunAsync("ledger", "verify", "--store", workspace.Store)).Code);
    }
}
