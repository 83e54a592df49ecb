using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Haldane.EndToEnd.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Haldane.EndToEnd.Tests;

/// <summary>Series from files, from a store of metrics and over the API, with the program as somebody runs it.</summary>
[Collection(Alone.Name)]
public sealed class JudgeSeriesTests
{
    [Fact]
    public async Task A_fine_canary_passes_a_bad_one_fails_and_few_points_are_neither()
    {
        using var workspace = new Workspace();
        var (fine, bad, few) = (
            workspace.Write("fine.csv", Csv(120, 1)),
            workspace.Write("bad.csv", Csv(120, 1.3)),
            workspace.Write("few.csv", Csv(5, 1)));

        var passed = await Terminal.RunAsync("judge", "series", fine);
        var failed = await Terminal.RunAsync("judge", "series", bad);
        var unproven = await Terminal.RunAsync("judge", "series", few);
        var allowed = await Terminal.RunAsync("judge", "series", bad, "--direction", "p99=decrease");
        var margin = await Terminal.RunAsync("judge", "series", bad, "--bad", "p99=60%");

        Assert.Equal((0, 1, 3, 0, 0), (passed.Code, failed.Code, unproven.Code, allowed.Code, margin.Code));
        Assert.StartsWith("Fail  p99: ", failed.Out, StringComparison.Ordinal);
        Assert.Contains("% higher (p ", failed.Out, StringComparison.Ordinal);
        Assert.StartsWith("NoData  p99: 5 of at least 10 points", unproven.Out, StringComparison.Ordinal);
        Assert.All([passed, failed, unproven], said => Assert.Equal("", said.Error));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes_and_JSON_has_all_numbers()
    {
        using var workspace = new Workspace();
        var file = workspace.Write("bad.csv", Csv(120, 1.1));
        string[] command = ["judge", "series", file, "--format", "json", "--seed", "42"];

        var (first, second) = (await Terminal.RunAsync(command), await Terminal.RunAsync(command));

        Assert.Equal(first.Out, second.Out);
        var verdict = JsonDocument.Parse(first.Out).RootElement;
        Assert.Equal((42, "Fail", 120), (verdict.GetProperty("seed").GetInt32(), verdict.GetProperty("verdict").GetString(), verdict.GetProperty("metrics")[0].GetProperty("canaryCount").GetInt32()));
        Assert.InRange(verdict.GetProperty("metrics")[0].GetProperty("estimate").GetDouble(), 0.05, 0.15);
    }

    [Fact]
    public async Task Every_mistake_is_one_line_and_the_code_is_2()
    {
        using var workspace = new Workspace();
        var file = workspace.Write("bad.csv", "time,baseline,canary\n1,2,x\n2,y,1\n");
        var json = workspace.Write("bad.json", "{\"metrics\": [{]}");

        var said = await Terminal.RunAsync("judge", "series", file, json, "nowhere.csv", "--false-rollback", "much", "--query-baseline", "up");

        Assert.Equal(2, said.Code);
        var lines = said.Error.Trim().Split('\n');
        Assert.Equal(6, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("haldane: ", line, StringComparison.Ordinal));
        Assert.Contains("bad.csv:3: the value is y", said.Error, StringComparison.Ordinal);
        Assert.Contains("bad.json:1:15: is not JSON", said.Error, StringComparison.Ordinal);
        Assert.Contains("--query-canary is missing", said.Error, StringComparison.Ordinal);
        Assert.Equal("", said.Out);
    }

    [Fact]
    public async Task Nothing_to_judge_is_told()
    {
        var said = await Terminal.RunAsync("judge", "series");

        Assert.Equal((2, "haldane: there is no metric; wanted is at least one"), (said.Code, said.Error.Trim()));
    }

    [Fact]
    public async Task A_store_of_metrics_is_asked_by_the_command_and_by_the_API_of_a_running_Haldane()
    {
        using var workspace = new Workspace();
        await using var model = await FixedModel.StartAsync();
        await using var store = await StoreAsync();
        var address = store.Urls.First();
        var specification = workspace.WriteRollout(model.Address, model.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), "{ share: 50%, bake: 1h }", "manual");
        await using var haldane = await RunningHaldane.StartAsync(specification, workspace.Store, more: ["--prometheus", address]);
        using var http = new HttpClient { BaseAddress = haldane.Admin };

        var asked = await Terminal.RunAsync("judge", "series", "--prometheus", address, "--query-baseline", "1", "--query-canary", "1.4", "--step", "15s");
        using var good = await PostAsync(http, "/api/v1/judge", """{"metrics":[{"name":"p99","baselineQuery":"1","canaryQuery":"1"}]}""");
        using var bad = await PostAsync(http, "/api/v1/judge/flagger", """{"name":"a","namespace":"b","phase":"Progressing","metadata":{"baselineQuery":"1","canaryQuery":"1.4"}}""");

        Assert.True(asked.Code == 1, asked.Out + asked.Error);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Conflict), (good.StatusCode, bad.StatusCode));
        Assert.Contains("\"verdict\":\"Pass\"", await good.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("\"verdict\":\"Fail\"", await bad.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, string path, string body) =>
        http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    private static string Csv(int count, double ratio)
    {
        var random = new Random(11);
        var text = new StringBuilder("time,metric,arm,value\n");
        for (var i = 0; i < count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{60 * i},p99,baseline,{0.2 + 0.01 * random.NextDouble()}\n");
            text.Append(CultureInfo.InvariantCulture, $"{60 * i},p99,canary,{ratio * (0.2 + 0.01 * random.NextDouble())}\n");
        }

        return text.ToString();
    }

    // Speaks Prometheus' JSON; a query is the level that its series has.
    private static async Task<WebApplication> StoreAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapPost("/api/v1/query_range", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            var (start, step, level) = (double.Parse(form["start"]!), double.Parse(form["step"]!), double.Parse(form["query"]!));
            var random = new Random((int)(level * 10));
            var values = Enumerable.Range(0, 120).Select(i => string.Create(CultureInfo.InvariantCulture, $"[{start + i * step},\"{level * (1 + 0.05 * random.NextDouble())}\"]"));
            return Results.Text($$"""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[{{string.Join(',', values)}}] } ] } }""", "application/json");
        });
        await app.StartAsync();
        return app;
    }
}
