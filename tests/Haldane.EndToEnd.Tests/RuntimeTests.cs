using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests;

/// <summary>A canary with a process of its own: a real model server that Haldane starts, watches and ends, under real callers.</summary>
public sealed class RuntimeTests : IAsyncLifetime
{
    private readonly Workspace _workspace = new();
    private readonly int _port = FreePort();
    private FixedModel _model = null!;

    public async ValueTask InitializeAsync() => _model = await FixedModel.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        _workspace.Dispose();
    }

    [Fact]
    public async Task A_canary_of_its_own_is_started_when_it_is_needed_survives_its_death_and_ends_with_us()
    {
        var file = Write(["dotnet", Server, "--port", $"{_port}", "--median", "1"]);
        await using var first = await RunningHaldane.StartAsync(file, _workspace.Store, more: ["--run-commands"]);
        var idle = await ProcessesAsync(first);
        Assert.Equal(0, (await Terminal.RunAsync("rollout", "start", "fraud-v2", "--by", "ann", "--admin", first.Admin.ToString())).Code);
        using var http = new HttpClient { BaseAddress = first.Data };
        await UntilCanaryAsync(http); // until then the baseline answers, and nobody sees an error
        var ready = await ProcessesAsync(first);

        Process.GetProcessById(Child()!.Value).Kill();
        await UntilAsync(async () => (await ProcessesAsync(first))[0].GetProperty("starts").GetInt32() == 2);
        await UntilCanaryAsync(http);
        var rollout = await Terminal.RunAsync("rollout", "list", "--admin", first.Admin.ToString());
        await first.KillAsync();
        if (File.Exists("/usr/bin/setpriv"))
        {
            await UntilAsync(() => Task.FromResult(Child() is null)); // nobody is left to keep the address
        }

        await using var second = await RunningHaldane.StartAsync(file, _workspace.Store, more: ["--run-commands"]);
        using var again = new HttpClient { BaseAddress = second.Data };
        await UntilCanaryAsync(again);
        await second.StopAsync();

        Assert.Empty(idle);
        Assert.Equal(("v2", "Ready", 1), (ready[0].GetProperty("version").GetString(), ready[0].GetProperty("phase").GetString(), ready[0].GetProperty("starts").GetInt32()));
        Assert.Contains("Running", rollout.Out, StringComparison.Ordinal);
        await UntilAsync(() => Task.FromResult(Child() is null));
    }

    [Fact]
    public async Task What_a_canary_of_its_own_holds_is_read_and_guarded()
    {
        var file = Write(["dotnet", Server, "--port", $"{_port}", "--median", "1"], gauge: "{ name: memory, process: memory }", guard: "{ name: room, signal: gauge:memory, atMost: { value: 4000000000 } }");
        await using var haldane = await RunningHaldane.StartAsync(file, _workspace.Store, more: ["--run-commands"]);
        var admin = haldane.Admin.ToString();
        await Terminal.RunAsync("rollout", "start", "fraud-v2", "--by", "ann", "--admin", admin);
        JsonElement[] gauges = [];
        await UntilAsync(async () =>
        {
            gauges = [.. JsonDocument.Parse((await Terminal.RunAsync("gauges", "list", "--json", "--admin", admin)).Out).RootElement.EnumerateArray()];
            return gauges.Any(g => g.TryGetProperty("value", out _));
        });
        using var server = Process.GetProcessById(Child()!.Value);
        var pushed = await Terminal.RunAsync("gauges", "push", "fraud", "v2", "memory=1", "--admin", admin);
        var listed = await Terminal.RunAsync("gauges", "list", "--admin", admin);

        var read = gauges.Single(g => g.GetProperty("version").GetString() == "v2");
        Assert.Equal("Memory", read.GetProperty("process").GetString());
        Assert.InRange(read.GetProperty("value").GetDouble(), 0.5 * server.WorkingSet64, 2.0 * server.WorkingSet64);
        Assert.False(gauges.Single(g => g.GetProperty("version").GetString() == "v1").TryGetProperty("trouble", out _)); // it has no process of its own
        Assert.Equal("readings[0]: memory is read from the version's process, it cannot be pushed", pushed.Error.Trim());
        Assert.Contains("process", listed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_never_comes_up_is_taken_back_and_callers_notice_nothing()
    {
        var file = Write(["sh", "-c", "exit 3"], "restarts: 1");
        await using var haldane = await RunningHaldane.StartAsync(file, _workspace.Store, more: ["--run-commands"]);
        var admin = haldane.Admin.ToString();
        await Terminal.RunAsync("rollout", "start", "fraud-v2", "--by", "ann", "--admin", admin);
        using var http = new HttpClient { BaseAddress = haldane.Data };
        JsonElement rollout;
        do
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal("baseline", (await Callers.CallAsync(http, $"user-{i}")).Arm);
            }

            rollout = (await http.GetFromJsonAsync(haldane.Admin, "/api/v1/rollouts/fraud-v2")).GetProperty("rollout");
        }
        while (rollout.GetProperty("phase").GetString() == "Running");

        var listed = await Terminal.RunAsync("processes", "--admin", admin);
        Assert.Equal("the canary does not serve: its process has failed: it ended with exit code 3; it was started 2 times and is given up", rollout.GetProperty("reason").GetString());
        Assert.Contains("v2", listed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_leave_nothing_is_run()
    {
        var file = Write(["touch", _workspace.Path("touched")]);
        var refused = await Terminal.RunAsync("run", file, "--store", _workspace.Store, "--data", "127.0.0.1:0", "--admin", "127.0.0.1:0");

        Assert.Equal((2, "haldane: version v2 of model fraud has a runtime, a program to be run, and this Haldane runs none: start it with --run-commands"), (refused.Code, refused.Error.Trim()));
        Assert.False(File.Exists(_workspace.Path("touched")));
    }

    [Fact]
    public async Task Limits_without_a_control_group_are_refused_not_ignored()
    {
        var file = Write(["sleep", "60"], "cpu: 1, memory: 64MiB");
        await using var haldane = await RunningHaldane.StartAsync(file, _workspace.Store, more: ["--run-commands"]);
        await Terminal.RunAsync("rollout", "start", "fraud-v2", "--by", "ann", "--admin", haldane.Admin.ToString());
        using var http = new HttpClient();
        await UntilAsync(async () => (await http.GetFromJsonAsync(haldane.Admin, "/api/v1/rollouts/fraud-v2")).GetProperty("rollout").GetProperty("phase").GetString() == "RolledBack");

        var fault = (await ProcessesAsync(haldane)).Select(p => p.GetProperty("fault").GetString()).FirstOrDefault();
        Assert.Contains("cpu and memory are limits of a control group, and there is none", fault, StringComparison.Ordinal);
    }

    private static string Server => Path.Combine(Path.GetDirectoryName(Repository.Program)!, "demo", "model-server", "Haldane.Samples.ModelServer.dll");

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    // The process that has the port on its command line.
    private int? Child()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                var words = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, "cmdline"))).Split('\0');
                if (words is ["dotnet" or "/usr/bin/dotnet", ..] && words.Contains($"{_port}") && words.Contains(Server))
                {
                    return int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture);
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return null;
    }

    private string Write(string[] command, string more = "", string gauge = "", string guard = "")
    {
        var text = File.ReadAllText(_workspace.WriteRollout(_model.Address, $"http://127.0.0.1:{_port}", "{ share: 50%, bake: 1h }", "manual", guard: guard))
            .Replace("  signals:\n", $"  signals:\n    gauges: [{gauge}]\n", StringComparison.Ordinal);
        var runtime = $"runtime: {{ command: {JsonSerializer.Serialize(command)}{(more.Length == 0 ? "" : $", {more}")} }}";
        return _workspace.Write("rollout.yaml", text.Replace($":{_port}\"] }}", $":{_port}\"], {runtime} }}", StringComparison.Ordinal));
    }

    private static async Task<JsonElement[]> ProcessesAsync(RunningHaldane haldane)
    {
        using var http = new HttpClient();
        return [.. (await http.GetFromJsonAsync(haldane.Admin, "/api/v1/processes")).EnumerateArray()];
    }

    private static async Task UntilCanaryAsync(HttpClient http)
    {
        var i = 0;
        await UntilAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Callers.Path) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
            request.Headers.Add("X-User-Id", $"caller-{i++}");
            using var answer = await http.SendAsync(request);

            // The model server refuses a call without inputs: that it answers is what counts here.
            var arm = answer.Headers.GetValues("x-haldane-arm").Single();
            Assert.Equal(arm == "canary" ? HttpStatusCode.BadRequest : HttpStatusCode.OK, answer.StatusCode);
            return arm == "canary";
        });
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}

/// <summary>Asks the admin port.</summary>
internal static class AdminCalls
{
    public static async Task<JsonElement> GetFromJsonAsync(this HttpClient http, Uri admin, string path) => JsonDocument.Parse(await http.GetStringAsync(new Uri(admin, path))).RootElement;
}
