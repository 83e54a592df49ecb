using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Haldane.EndToEnd.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Haldane.EndToEnd.Tests;

/// <summary>A webhook of the real program, its receiver on a real socket, and <c>kill -9</c> in between.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private const string Key = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly Dictionary<string, string> Secrets = new(StringComparer.Ordinal) { ["HALDANE_TEST_HOOK"] = "whsec_" + Key, ["HALDANE_TEST_BEARER"] = "geheim-4711" };

    private readonly List<(string Id, string Signed, string Bearer, JsonNode Event)> _got = [];
    private readonly Workspace _workspace = new();
    private WebApplication _receiver = null!;
    private volatile int _status = 200;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _receiver = builder.Build();
        _receiver.MapFallback(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var (body, headers) = (await reader.ReadToEndAsync(), context.Request.Headers);
            var mine = HMACSHA256.HashData(Convert.FromBase64String(Key), Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}"));
            context.Response.StatusCode = _status;
            lock (_got)
            {
                _got.Add((headers["webhook-id"]!, headers["webhook-signature"] == "v1," + Convert.ToBase64String(mine) ? "rightly" : "wrongly", headers.Authorization!, JsonNode.Parse(body)!));
            }
        });
        await _receiver.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _workspace.Dispose();
    }

    [Fact]
    public async Task Every_record_arrives_in_order_over_refusals_and_kill_9_and_no_secret_is_shown()
    {
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync();
        var file = _workspace.WriteRollout(v1.Address, v2.Address, "{ share: 10%, bake: 1h }", "manual");
        await File.AppendAllTextAsync(file, """

            ---
            apiVersion: haldane.dev/v1
            kind: Webhook
            metadata: { name: ops }
            spec:
              url: { env: HALDANE_TEST_URL }
              secret: { env: HALDANE_TEST_HOOK }
              headers: { Authorization: { env: HALDANE_TEST_BEARER, prefix: "Bearer " } }
            """);
        string list, json;
        await using (var first = await StartAsync(file))
        {
            await SayAsync(first, "start");
            await GotAsync(1, e => (string)e["type"]! == "dev.haldane.rollout.started");
            _status = 503;
            await SayAsync(first, "pause");
            await GotAsync(2);
            (list, json) = await WaitingAsync(first);
            await first.KillAsync();
        }

        _status = 200;
        await using var second = await StartAsync(file);
        await SayAsync(second, "resume");
        var retried = await Terminal.RunAsync("webhooks", "retry", "ops", "--admin", second.Admin.ToString());
        using var admin = new HttpClient { BaseAddress = second.Admin };
        var ledger = (await admin.GetFromJsonAsync<JsonArray>("/api/v1/ledger?after=0"))!;
        await GotAsync(1, e => (long)e["data"]!["number"]! == ledger.Count);

        var all = Got();
        var taken = all.Where((g, i) => i == 0 || g.Id != all[i - 1].Id).ToArray(); // a repeat comes straight after
        var ofRollouts = ledger.Where(r => (string)JsonNode.Parse((string)r!["body"]!)!["rollout"]! == "fraud-v2").Select(r => (long)r!["number"]!);
        Assert.Equal(ofRollouts, taken.Select(t => (long)t.Event["data"]!["number"]!));
        Assert.True(all.Count > taken.Length, "what was answered with 503 comes again");
        Assert.All(all, g => Assert.Equal(("rightly", "Bearer geheim-4711"), (g.Signed, g.Bearer)));
        Assert.Equal("dev.haldane.rollout.started", (string)taken[0].Event["type"]!);
        Assert.Equal((0, "ops is tried again"), (retried.Code, retried.Out.Trim()));
        Assert.Contains("503", list, StringComparison.Ordinal);
        Assert.All([list, json, ledger.ToJsonString()], shown => Assert.DoesNotMatch($"geheim|{Key}", shown));
    }

    [Fact]
    public async Task A_key_that_is_none_stops_the_start_by_the_name_of_its_place()
    {
        await using var v1 = await FixedModel.StartAsync();
        var file = _workspace.WriteRollout(v1.Address, v1.Address, "{ share: 10%, bake: 1h }", "manual");
        await File.AppendAllTextAsync(file, "\n---\napiVersion: haldane.dev/v1\nkind: Webhook\nmetadata: { name: ops }\nspec: { url: \"https://x\", secret: { env: HALDANE_TEST_BEARER } }\n");

        using var process = Terminal.Start(["run", file, "--data", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--store", _workspace.Store], Secrets);
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("webhook ops: what stands in the environment variable HALDANE_TEST_BEARER is no key of a webhook", error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error, StringComparison.Ordinal);
    }

    private Task<RunningHaldane> StartAsync(string file) => RunningHaldane.StartAsync(file, _workspace.Store, environment: new Dictionary<string, string>(Secrets) { ["HALDANE_TEST_URL"] = $"{_receiver.Urls.First()}/services/T-geheim" });

    private static async Task SayAsync(RunningHaldane haldane, string verb) =>
        Assert.Equal(0, (await Terminal.RunAsync("rollout", verb, "fraud-v2", "--by", "ann", "--why", "test", "--admin", haldane.Admin.ToString())).Code);

    private static async Task<(string List, string Json)> WaitingAsync(RunningHaldane haldane)
    {
        var admin = haldane.Admin.ToString();
        for (var i = 0; i < 20; i++)
        {
            var json = (await Terminal.RunAsync("webhooks", "list", "--json", "--admin", admin)).Out;
            if (json.Contains("\"state\":\"Retrying\"", StringComparison.Ordinal))
            {
                return ((await Terminal.RunAsync("webhooks", "show", "ops", "--admin", admin)).Out, json);
            }
        }

        throw new TimeoutException("the refusal is not shown");
    }

    private List<(string Id, string Signed, string Bearer, JsonNode Event)> Got()
    {
        lock (_got)
        {
            return [.. _got];
        }
    }

    // Looks again after a moment, for a receiver tells nobody; the next record may be there by then too.
    private async Task GotAsync(int least, Func<JsonNode, bool>? one = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        while (Got() is var got && (got.Count < least || (one is not null && !got.Any(g => one(g.Event)))))
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
