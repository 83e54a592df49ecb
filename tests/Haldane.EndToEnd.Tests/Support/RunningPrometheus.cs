using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>A real Prometheus on loopback, in a process of its own, and its tool.</summary>
internal sealed class RunningPrometheus : IAsyncDisposable
{
    public const string Reason = "needs prometheus and promtool, which ./test fetches on Debian";

    private readonly Process _process;
    private readonly Task<string> _log;
    private readonly HttpClient _http;

    private RunningPrometheus(Process process, Uri address) =>
        (_process, _log, _http) = (process, process.StandardError.ReadToEndAsync(), new() { BaseAddress = address });

    public static bool IsThere => Find("prometheus") is not null && Find("promtool") is not null;

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="folder">Where its configuration is, and where it keeps its points.</param>
    /// <param name="config">The name of its configuration.</param>
    public static async Task<RunningPrometheus> StartAsync(string folder, string config)
    {
        var address = $"127.0.0.1:{FreePort()}";
        var server = new RunningPrometheus(Run("prometheus", folder, $"--config.file={config}", "--storage.tsdb.path=points", $"--web.listen-address={address}"), new($"http://{address}"));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await server.IsReadyAsync(patience.Token))
        {
            Assert.False(server._process.HasExited, server._process.HasExited ? await server._log : "");
            await Task.Delay(50, patience.Token);
        }

        return server;
    }

    /// <summary>Runs promtool.</summary>
    public static async Task<Said> ToolAsync(string folder, params string[] arguments)
    {
        using var process = Run("promtool", folder, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Asks its API and gives the data of the answer; a mistake ends the test with its own words.</summary>
    public async Task<JsonNode> AskAsync(string path, params (string Name, string Value)[] query)
    {
        using var answer = await _http.GetAsync(new Uri($"/api/v1/{path}?{string.Join('&', query.Select(q => $"{q.Name}={Uri.EscapeDataString(q.Value)}"))}", UriKind.Relative));
        var said = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.True(answer.IsSuccessStatusCode, $"{path} {string.Join(' ', query)}: {said}");
        return said["data"]!;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancel)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("/-/ready", UriKind.Relative), cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }

    private static Process Run(string program, string folder, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Find(program)!, arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Append(Path.Combine(Repository.Root, "artifacts", "tools", "prometheus", "usr", "bin"))
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
