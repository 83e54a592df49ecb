using System.Diagnostics;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests;

/// <summary><c>haldane rollout wait</c>, and the step of a pipeline that is made of it.</summary>
public sealed class WaitTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("legit", 0, "fraud-v2 Promoted 100%: every guard has passed")]
    [InlineData("fraud", 1, "fraud-v2 RolledBack 0%: guard mix failed: ")]
    public async Task The_sample_of_a_pipeline_ends_as_the_canary_deserves(string answers, int code, string line)
    {
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync(answers);
        var file = _workspace.WriteRollout(v1.Address, v2.Address, "{ share: 50%, bake: 2s }", "manual");
        var model = _workspace.Write("model.yaml", (await File.ReadAllTextAsync(file)).Split("---")[0]);
        await using var haldane = await RunningHaldane.StartAsync(model, _workspace.Store);
        using var over = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 8).Select(i => CallAsync(haldane, i, over.Token)).ToArray();

        var said = await ShellAsync(file, haldane);
        await over.CancelAsync();
        await Task.WhenAll(callers);

        Assert.True(said.Code == code, $"{said.Code}\n{said.Out}\n{said.Error}");
        Assert.Contains(line, said.Out, StringComparison.Ordinal);
        Assert.Equal(code == 0, said.Out.Contains("deploying may go on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_waits_over_kill_9_of_the_server_and_tells_each_end_apart()
    {
        await using var v1 = await FixedModel.StartAsync();
        var file = _workspace.WriteRollout(v1.Address, v1.Address, "{ share: 10%, bake: 1h }", "manual");
        await using var first = await RunningHaldane.StartAsync(file, _workspace.Store);
        var admin = first.Admin.ToString();
        var early = await WaitAsync(admin, "fraud-v2", "--for", "running", "--timeout", "1s");
        await Terminal.RunAsync("rollout", "start", "fraud-v2", "--by", "ann", "--admin", admin);
        var running = await WaitAsync(admin, "fraud-v2", "--for", "running");
        var unknown = await WaitAsync(admin, "nope");
        var refused = await WaitAsync(admin, "fraud-v2", "--timeout", "soon");

        using var waiting = Terminal.Start(["rollout", "wait", "fraud-v2", "--timeout", "2m", "--admin", admin]);
        var errors = waiting.StandardError.ReadToEndAsync();
        var begun = await waiting.StandardOutput.ReadLineAsync();
        await first.KillAsync();
        await using var second = await RunningHaldane.StartAsync(file, _workspace.Store, $"127.0.0.1:{first.Admin.Port}");
        await Terminal.RunAsync("rollout", "rollback", "fraud-v2", "--by", "ann", "--why", "enough", "--admin", admin);
        var rest = await waiting.StandardOutput.ReadToEndAsync();
        await waiting.WaitForExitAsync();
        var ended = await WaitAsync(admin, "fraud-v2", "--for", "ended");
        await second.KillAsync();
        var nobody = await WaitAsync(admin, "fraud-v2");

        Assert.Equal((4, "haldane: fraud-v2 is not running after 1s"), (early.Code, early.Error.Trim()));
        Assert.Equal((0, 2, 0, 2), (running.Code, unknown.Code, ended.Code, nobody.Code));
        Assert.Contains("there is no rollout nope", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("wanted is a duration such as 2h", refused.Error, StringComparison.Ordinal);
        Assert.StartsWith("fraud-v2 Running 10%", begun, StringComparison.Ordinal);
        Assert.Equal((1, "fraud-v2 RolledBack 0%: ann: enough"), (waiting.ExitCode, rest.Trim().Split('\n')[^1]));
        Assert.Contains("the server is away, it is asked again", await errors, StringComparison.Ordinal);
    }

    private static Task<Said> WaitAsync(string admin, params string[] more) => Terminal.RunAsync(["rollout", "wait", .. more, "--admin", admin]);

    private static async Task<Said> ShellAsync(string file, RunningHaldane haldane)
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "samples", "pipeline.sh"));
        start.ArgumentList.Add(file);
        start.ArgumentList.Add("fraud-v2");
        start.ArgumentList.Add(haldane.Admin.ToString());
        (start.Environment["HALDANE"], start.Environment["TIMEOUT"]) = ($"dotnet {Repository.Program}", "2m");
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    private static async Task CallAsync(RunningHaldane haldane, int caller, CancellationToken over)
    {
        using var http = new HttpClient { BaseAddress = haldane.Data };
        try
        {
            for (var i = 0; ; i++)
            {
                await Callers.CallAsync(http, $"user-{caller}-{i}", over);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The pipeline is through.
        }
    }
}
