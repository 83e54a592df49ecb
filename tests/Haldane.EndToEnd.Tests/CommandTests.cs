using System.Diagnostics;
using System.Net;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests;

/// <summary>The commands as somebody types them.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task Validate_reports_every_mistake_with_its_place()
    {
        using var workspace = new Workspace();
        var file = workspace.Write("bad.yaml", """
            apiVersion: haldane.dev/v1
            kind: Model
            metadata: { name: fraud }
            spec:
              route: { path: "v2/models" }
              versoins: []
            """);

        var said = await Terminal.RunAsync("validate", file);

        Assert.Equal(2, said.Code);
        Assert.Contains("bad.yaml:5:18: ", said.Error, StringComparison.Ordinal);
        Assert.Contains("did you mean \"versions\"?", said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_quickstart_is_valid()
    {
        var said = await Terminal.RunAsync("validate", Path.Combine(Repository.Root, "samples", "quickstart.yaml"));

        Assert.Equal((0, "ok: 1 model, 1 rollout"), (said.Code, said.Out.Trim()));
    }

    [Fact]
    public async Task A_taken_port_is_one_line_not_a_stack_trace()
    {
        using var workspace = new Workspace();
        await using var model = await FixedModel.StartAsync();
        var file = workspace.WriteRollout(model.Address, model.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), "{ share: 1%, bake: 1m }", "manual");
        var taken = new Uri(model.Address).Authority;

        var said = await Terminal.RunAsync("run", file, "--data", taken, "--admin", "127.0.0.1:0", "--store", workspace.Store);

        Assert.Equal(2, said.Code);
        Assert.Single(said.Error.Trim().Split('\n'));
        Assert.Contains(taken, said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_admin_port_that_others_can_reach_needs_a_token()
    {
        using var workspace = new Workspace();
        var file = workspace.WriteRollout("http://127.0.0.1:9", "http://127.0.0.1:10", "{ share: 1%, bake: 1m }", "manual");

        var said = await Terminal.RunAsync("run", file, "--data", "127.0.0.1:0", "--admin", "0.0.0.0:0", "--store", workspace.Store);

        Assert.Equal(2, said.Code);
        Assert.Contains("HALDANE_ADMIN_TOKEN", said.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--most-callers", "0", "wanted is 1 to 1000000")]
    [InlineData("--most-per-endpoint", "65537", "wanted is 1 to 65536")]
    [InlineData("--most-body-mib", "0", "wanted is 1 to 65536")]
    public async Task A_limit_that_cannot_be_kept_is_refused(string limit, string value, string wanted)
    {
        var said = await Terminal.RunAsync("run", "nothing.yaml", limit, value);

        Assert.NotEqual(0, said.Code);
        Assert.Contains($"{limit}: {wanted}", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_beyond_the_limit_that_was_given_are_told_to_come_again()
    {
        using var workspace = new Workspace();
        await using var model = await FixedModel.StartAsync();
        var file = workspace.WriteRollout(model.Address, model.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), "{ share: 1%, bake: 1m }", "manual");
        await using var haldane = await RunningHaldane.StartAsync(file, workspace.Store, more: ["--most-callers", "1"]);
        using HttpClient first = new() { BaseAddress = haldane.Data }, second = new() { BaseAddress = haldane.Data };

        await Callers.CallAsync(first, "ann");
        using var refused = await second.PostAsync(Callers.Path, null);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (refused.StatusCode, refused.Headers.RetryAfter is not null));
    }

    [Fact]
    public async Task Without_a_server_the_rollout_commands_say_where_they_looked()
    {
        var said = await Terminal.RunAsync("rollout", "list", "--admin", "http://127.0.0.1:9");

        Assert.Equal(2, said.Code);
        Assert.Contains("nothing answers at http://127.0.0.1:9", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollout_is_started_shown_and_rolled_back_from_the_command_line()
    {
        using var workspace = new Workspace();
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync();
        await using var haldane = await RunningHaldane.StartAsync(workspace.WriteRollout(v1.Address, v2.Address, "{ share: 50%, bake: 1h }", "manual"), workspace.Store);
        string[] admin = ["--admin", haldane.Admin.ToString()];

        var started = await Terminal.RunAsync(["rollout", "start", "fraud-v2", "--by", "ann", .. admin]);
        var again = await Terminal.RunAsync(["rollout", "start", "fraud-v2", .. admin]);
        var list = await Terminal.RunAsync(["rollout", "list", .. admin]);
        var rolledBack = await Terminal.RunAsync(["rollout", "rollback", "fraud-v2", "--by", "bob", "--why", "lunch", .. admin]);
        var ledger = await Terminal.RunAsync(["ledger", "show", "--json", .. admin]);
        var verified = await Terminal.RunAsync(["ledger", "verify", .. admin]);
        var unknown = await Terminal.RunAsync(["rollout", "show", "nope", .. admin]);

        Assert.True(list.Code == 0, list.Error);
        Assert.Equal((0, 1, 0, 0, 0), (started.Code, again.Code, list.Code, rolledBack.Code, verified.Code));
        Assert.Contains("running already", again.Error, StringComparison.Ordinal);
        Assert.Contains("50%", list.Out, StringComparison.Ordinal);
        Assert.Contains("bob: lunch", ledger.Out, StringComparison.Ordinal);
        Assert.Equal(2, unknown.Code);
        Assert.Contains("there is no rollout nope", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollout_is_paused_resumed_advanced_taken_back_and_tried_again_from_the_command_line()
    {
        using var workspace = new Workspace();
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync();
        await using var haldane = await RunningHaldane.StartAsync(
            workspace.WriteRollout(v1.Address, v2.Address, "{ share: 10%, bake: 1h }, { share: 50%, bake: 1h }", "manual"), workspace.Store);
        var codes = new List<int>();
        var said = new List<string>();
        foreach (var command in new[] { "start", "pause --why lunch", "pause --why again", "resume", "advance --why quick", "advance --why quicker", "retry", "rollback --why enough", "retry" })
        {
            var words = command.Split(' ');
            var answer = await Terminal.RunAsync(["rollout", words[0], "fraud-v2", "--by", "ann", .. words[1..], "--admin", haldane.Admin.ToString()]);
            codes.Add(answer.Code);
            said.Add((answer.Out + answer.Error).Trim());
        }

        var pauseless = await Terminal.RunAsync(["rollout", "pause", "fraud-v2", "--admin", haldane.Admin.ToString()]);
        var verified = await Terminal.RunAsync(["ledger", "verify", "--admin", haldane.Admin.ToString()]);

        Assert.Equal([0, 0, 1, 0, 0, 1, 1, 0, 0], codes);
        Assert.Equal(
            [
                "fraud-v2 runs: v2 serves 10%",
                "fraud-v2 is paused: v2 keeps 10%, its guards are judged on",
                "fraud-v2 is paused already, by ann",
                "fraud-v2 runs: v2 serves 10%",
                "fraud-v2 runs: v2 serves 50%",
                "fraud-v2 is in its last stage: behind it comes the promotion, which takes proof on every guard",
                "fraud-v2 has not ended: it is Running",
                "fraud-v2 is rolled back: v1 serves everyone",
                "fraud-v2 runs: v2 serves 10%",
            ],
            said);
        Assert.NotEqual(0, pauseless.Code);
        Assert.Contains("--why", pauseless.Error, StringComparison.Ordinal);
        Assert.Equal(0, verified.Code);
    }

    [Theory]
    [InlineData("haldane rollout ro", "rollback")]
    [InlineData("haldane apply --mo", "--move-traffic")]
    public async Task Bash_completes_what_is_typed(string line, string completed)
    {
        var words = line.Split(' ');
        var script = $$"""
            haldane() { dotnet "{{Repository.Program}}" "$@"; }
            source <(haldane completion bash)
            COMP_LINE="{{line}}"; COMP_POINT={{line.Length}}; COMP_WORDS=({{line}}); COMP_CWORD={{words.Length - 1}}
            _haldane haldane
            echo "${COMPREPLY[@]}"
            """;
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var said = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();

        Assert.Equal(completed, said.Trim());
    }
}
