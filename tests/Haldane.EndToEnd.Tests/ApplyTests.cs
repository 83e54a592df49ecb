using System.Net;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests;

/// <summary>The specification of a server that runs: <c>haldane apply|plan|diff|delete|get</c>.</summary>
public sealed class ApplyTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly HttpClient _caller = new();

    public void Dispose()
    {
        _caller.Dispose();
        _workspace.Dispose();
    }

    [Fact]
    public async Task A_server_without_files_serves_what_is_applied_also_after_kill_9()
    {
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync();
        var file = _workspace.WriteRollout(v1.Address, v2.Address, "{ share: 10%, bake: 1h }", "manual");
        await using var first = await RunningHaldane.StartAsync(null, _workspace.Store);
        var before = await CallAsync(first);

        var plan = await AskAsync(first, "plan", file);
        var applied = await AskAsync(first, "apply", file, "--why", "new");
        var again = await AskAsync(first, "apply", file);
        var during = await CallAsync(first);
        await first.KillAsync();
        await using var second = await RunningHaldane.StartAsync(null, _workspace.Store);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.OK), (before, during, await CallAsync(second)));
        Assert.Equal((0, 0, 0), (plan.Code, applied.Code, again.Code));
        Assert.Contains("+ model fraud\n+ rollout fraud-v2\n> fraud is served at /v2/models/fraud/** by v1\nnothing was changed", plan.Out, StringComparison.Ordinal);
        Assert.Contains("in force: revision ", applied.Out, StringComparison.Ordinal);
        Assert.StartsWith("all of it is in force already", again.Out, StringComparison.Ordinal);
        var ledger = await Terminal.RunAsync("ledger", "verify", "--admin", second.Admin.ToString());
        Assert.Equal((0, true), (ledger.Code, ledger.Out.StartsWith("the ledger is whole: 2 records", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_in_force_can_be_read_and_put_in_force_elsewhere()
    {
        var file = _workspace.WriteRollout("http://127.0.0.1:9", "http://127.0.0.1:10", "{ share: 10%, bake: 1h }", "manual");
        using var elsewhere = new Workspace();
        await using var one = await RunningHaldane.StartAsync(file, _workspace.Store);
        await using var other = await RunningHaldane.StartAsync(null, elsewhere.Store);

        var listed = await AskAsync(one, "get");
        var all = await AskAsync(one, "get", "--all");
        var copy = _workspace.Write("copy.yaml", all.Out);
        var applied = await AskAsync(other, "apply", copy);
        var same = await AskAsync(one, "diff", copy);
        var changed = _workspace.Write("changed.yaml", all.Out.Replace("share: 10%", "share: 20%", StringComparison.Ordinal));
        var differs = await AskAsync(other, "diff", changed);

        Assert.Equal("model fraud\nrollout fraud-v2\n", listed.Out);
        Assert.Equal((0, 0, 1), (applied.Code, same.Code, differs.Code));
        Assert.Equal("~ rollout fraud-v2\n    spec.stages[0].share: 10% -> 20%\n", differs.Out);
    }

    [Fact]
    public async Task A_plan_under_a_run_changes_only_when_somebody_agrees_and_callers_see_none_of_it()
    {
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync();
        var file = _workspace.WriteRollout(v1.Address, v2.Address, "{ share: 50%, bake: 1h }");
        await using var haldane = await RunningHaldane.StartAsync(file, _workspace.Store);
        await Terminal.RunAsync("rollout", "wait", "fraud-v2", "--for", "running", "--admin", haldane.Admin.ToString());
        using var over = new CancellationTokenSource();
        var calls = CallOnAsync(haldane, over.Token);
        var changed = _workspace.Write("changed.yaml", (await File.ReadAllTextAsync(file)).Replace("bake: 1h", "bake: 2h", StringComparison.Ordinal));

        var refused = await AskAsync(haldane, "apply", changed);
        var agreed = await AskAsync(haldane, "apply", changed, "--move-traffic", "--why", "longer");
        var running = await Terminal.RunAsync("rollout", "wait", "fraud-v2", "--for", "running", "--timeout", "20s", "--admin", haldane.Admin.ToString());
        await over.CancelAsync();

        Assert.Equal((1, 0, 0), (refused.Code, agreed.Code, running.Code));
        Assert.Contains("! fraud-v2 is taken back", refused.Out, StringComparison.Ordinal);
        Assert.Contains("say --move-traffic to agree", refused.Error, StringComparison.Ordinal);
        var (asked, failed) = await calls;
        Assert.True(asked > 50, $"{asked} calls only");
        Assert.Equal(0, failed);
    }

    [Fact]
    public async Task What_is_applied_names_the_secrets_that_are_made_for_it_and_no_others()
    {
        await using var v1 = await FixedModel.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(_workspace.Store)!, "secrets"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "team"), "sesame\n");
        var environment = new Dictionary<string, string> { ["HALDANE_SECRET_KEY"] = "open", ["OTHER_KEY"] = "not to be had" };
        await using var haldane = await RunningHaldane.StartAsync(null, _workspace.Store, environment: environment, more: ["--secrets", folder.FullName]);
        string With(string secret) => _workspace.Write("model.yaml", $$"""
            apiVersion: haldane.dev/v1
            kind: Model
            metadata: { name: fraud }
            spec:
              route: { path: "/v2/models/fraud/**" }
              versions:
                - name: v1
                  endpoints: ["{{v1.Address}}"]
                  override: { headers: { Authorization: { {{secret}} } } }
            """);

        var other = await AskAsync(haldane, "apply", With("env: OTHER_KEY"));
        var passwd = await AskAsync(haldane, "apply", With("file: /etc/hostname"));
        var above = await AskAsync(haldane, "apply", With($"file: {folder.FullName}/../haldane.db"));
        var before = await CallAsync(haldane);
        var made = await AskAsync(haldane, "apply", With("env: HALDANE_SECRET_KEY, prefix: 'Bearer '"));
        await CallAsync(haldane);
        var kept = await AskAsync(haldane, "apply", With($"file: {folder.FullName}/team"));
        await CallAsync(haldane);

        Assert.All([other, passwd, above], said =>
        {
            Assert.Equal(2, said.Code);
            Assert.Contains("may not be named by what is applied", said.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("not to be had", said.Error, StringComparison.Ordinal);
        });
        Assert.Equal((HttpStatusCode.NotFound, 0, 0), (before, made.Code, kept.Code));
        Assert.Contains("Authorization: Bearer open", v1.Heard);
        Assert.Contains("Authorization: sesame", v1.Heard);
    }

    [Fact]
    public async Task A_webhook_that_is_applied_is_told_of_what_follows_until_it_is_removed()
    {
        await using var receiver = await FixedModel.StartAsync();
        var file = _workspace.WriteRollout("http://127.0.0.1:9", "http://127.0.0.1:10", "{ share: 10%, bake: 1h }", "manual");
        await using var haldane = await RunningHaldane.StartAsync(file, _workspace.Store);
        string Webhook(string team) => _workspace.Write("webhook.yaml", $$"""
            apiVersion: haldane.dev/v1
            kind: Webhook
            metadata: { name: ops }
            spec: { url: "{{receiver.Address}}/hook", headers: { X-Team: {{team}} } }
            """);

        await AskAsync(haldane, "apply", Webhook("red"));
        await StartAsync(haldane);
        var first = await HeardAsync(receiver, "X-Team: red");
        await AskAsync(haldane, "apply", Webhook("blue"));
        await Terminal.RunAsync("rollout", "rollback", "fraud-v2", "--why", "x", "--admin", haldane.Admin.ToString());
        var second = await HeardAsync(receiver, "X-Team: blue");
        var listed = await Terminal.RunAsync("webhooks", "list", "--json", "--admin", haldane.Admin.ToString());
        await AskAsync(haldane, "delete", "webhook", "ops");
        await Task.Delay(TimeSpan.FromSeconds(2));
        var gone = await Terminal.RunAsync("webhooks", "list", "--json", "--admin", haldane.Admin.ToString());

        Assert.True(first && second);
        Assert.Contains("\"ops\"", listed.Out, StringComparison.Ordinal);
        Assert.Equal("[]", gone.Out.Trim());
    }

    [Fact]
    public async Task Files_that_have_not_changed_take_nothing_back_at_a_restart()
    {
        var file = _workspace.WriteRollout("http://127.0.0.1:9", "http://127.0.0.1:10", "{ share: 10%, bake: 1h }", "manual");
        await using var first = await RunningHaldane.StartAsync(file, _workspace.Store);
        var changed = _workspace.Write("changed.yaml", (await File.ReadAllTextAsync(file)).Replace("share: 10%", "share: 20%", StringComparison.Ordinal));
        await AskAsync(first, "apply", changed);
        await first.StopAsync();

        await using var second = await RunningHaldane.StartAsync(file, _workspace.Store);
        var kept = await AskAsync(second, "diff", changed);
        await second.StopAsync();
        await using var third = await RunningHaldane.StartAsync(file, _workspace.Store, more: ["--prune"]);
        var pruned = await AskAsync(third, "diff", file);

        Assert.Equal((0, 0), (kept.Code, pruned.Code));
    }

    private static Task<Said> AskAsync(RunningHaldane haldane, string command, params string[] more) => Terminal.RunAsync([command, .. more, "--admin", haldane.Admin.ToString()]);

    private static Task<Said> StartAsync(RunningHaldane haldane) => Terminal.RunAsync("rollout", "start", "fraud-v2", "--why", "x", "--admin", haldane.Admin.ToString());

    private static async Task<bool> HeardAsync(FixedModel receiver, string field)
    {
        for (var i = 0; i < 100 && !receiver.Heard.Contains(field); i++)
        {
            await Task.Delay(100);
        }

        return receiver.Heard.Contains(field);
    }

    private async Task<(int Asked, int Failed)> CallOnAsync(RunningHaldane haldane, CancellationToken over)
    {
        var (asked, failed) = (0, 0);
        while (!over.IsCancellationRequested)
        {
            asked++;
            failed += await CallAsync(haldane, $"user-{asked}") == HttpStatusCode.OK ? 0 : 1;
        }

        return (asked, failed);
    }

    private async Task<HttpStatusCode> CallAsync(RunningHaldane haldane, string user = "ann")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(haldane.Data, "/v2/models/fraud/infer")) { Content = new StringContent("""{"inputs":[]}""") };
        request.Headers.Add("X-User-Id", user);
        using var response = await _caller.SendAsync(request);
        return response.StatusCode;
    }
}
