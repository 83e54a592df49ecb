using System.Text.Json;
using Haldane.EndToEnd.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Haldane.EndToEnd.Tests;

/// <summary>A canary that answers quickly, without an error, and worse: a real evaluator says so.</summary>
[Collection(Alone.Name)]
public sealed class EvaluatorTests : IAsyncLifetime
{
    private readonly Workspace _workspace = new();
    private FixedModel _good = null!, _bad = null!;
    private WebApplication _grader = null!;
    private int _unheralded;

    public async ValueTask InitializeAsync()
    {
        (_good, _bad) = (await FixedModel.StartAsync(), await FixedModel.StartAsync("fraud"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _grader = builder.Build();
        _grader.MapPost("/score", async context =>
        {
            using var asked = await JsonDocument.ParseAsync(context.Request.Body);
            Interlocked.Add(ref _unheralded, context.Request.Headers.Authorization == "Bearer of-the-grader" ? 0 : 1);
            var said = asked.RootElement.GetProperty("answer").GetProperty("body").GetProperty("outputs")[0].GetProperty("data")[0].GetString();
            await context.Response.WriteAsync(said == "legit" ? """{"scores":{"plausible":0.9}}""" : """{"scores":{"plausible":0.3}}""");
        });
        await _grader.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _grader.DisposeAsync();
        await _good.DisposeAsync();
        await _bad.DisposeAsync();
        _workspace.Dispose();
    }

    [Fact]
    public async Task Its_scores_take_the_canary_back_and_are_in_the_ledgers_evidence()
    {
        var file = _workspace.Write("rollout.yaml", File.ReadAllText(_workspace.WriteRollout(_good.Address, _bad.Address, "{ share: 50%, bake: 1h }", "manual"))
            .Replace("  signals:\n", $"  signals:\n    values: [{{ name: plausible, max: 1 }}]\n    evaluators: [{{ name: grader, url: \"{_grader.Urls.First()}/score\", values: [plausible], rate: 100/s, headers: {{ Authorization: {{ file: {_workspace.Write("key", "of-the-grader\n")}, prefix: \"Bearer \" }} }} }}]\n", StringComparison.Ordinal)
            .Replace("    - { name: mix, signal: prediction-drift, atMost: { jensenShannon: 0.05 } }", "    - { name: plausible, signal: mean:plausible, atLeast: { difference: -0.2 } }", StringComparison.Ordinal));
        await using var haldane = await RunningHaldane.StartAsync(file, _workspace.Store);
        var admin = haldane.Admin.ToString();
        Assert.Equal(0, (await Terminal.RunAsync("rollout", "start", "fraud-v2", "--by", "ann", "--admin", admin)).Code);
        using var http = new HttpClient { BaseAddress = haldane.Data };
        JsonElement rollout;
        var calls = 0;
        do
        {
            for (var i = 0; i < 100; i++)
            {
                await Callers.CallAsync(http, $"user-{calls++}");
            }

            rollout = (await http.GetFromJsonAsync(haldane.Admin, "/api/v1/rollouts/fraud-v2")).GetProperty("rollout");
        }
        while (rollout.GetProperty("phase").GetString() == "Running" && calls < 60_000);

        var listed = await Terminal.RunAsync("evaluators", "--json", "--admin", admin);
        var replayed = await Terminal.RunAsync("judge", "--replay", "fraud-v2", "--store", _workspace.Store);
        Assert.Equal(("RolledBack", "plausible"), (rollout.GetProperty("phase").GetString(), rollout.GetProperty("guard").GetString()));
        Assert.Equal(0, _unheralded);
        var shown = JsonDocument.Parse(listed.Out).RootElement[0];
        var (baseline, canary) = (shown.GetProperty("baseline").GetProperty("scored").GetInt64(), shown.GetProperty("canary").GetProperty("scored").GetInt64());
        Assert.InRange(baseline - canary, -30, 30); // of both arms alike, but for what was under way
        Assert.Equal(0, replayed.Code);
    }
}
