using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests.Clients;

/// <summary>How a scenario went.</summary>
internal sealed record ScenarioResult(bool Ok, string? Why);

/// <summary>The fake server and a <c>haldane run</c> in front of it; runs each suite once, when it is first asked for.</summary>
public sealed class ClientRuns : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyDictionary<string, ScenarioResult>>>> _suites = new(StringComparer.Ordinal);
    private readonly Workspace _workspace = new();
    private Process? _server;
    private RunningHaldane? _haldane;
    private string _addresses = "{}";

    public async ValueTask InitializeAsync()
    {
        if (!ClientSuites.AreInstalled)
        {
            return;
        }

        _server = Node("server/main.mjs");
        var errors = _server.StandardError.ReadToEndAsync();
        const string prefix = "ready ";
        var ready = await _server.StandardOutput.ReadLineAsync();
        if (ready?.StartsWith(prefix, StringComparison.Ordinal) != true)
        {
            throw new InvalidOperationException($"the fake server did not start: {ready} {await errors}");
        }

        var at = JsonNode.Parse(ready[prefix.Length..])!.AsObject();
        _haldane = await RunningHaldane.StartAsync(_workspace.Write("clients.yaml", ClientSpecification.Of(at)), _workspace.Store, more: ["--data", "h2c://127.0.0.1:0"]);
        (at["gateway"], at["grpcGateway"], at["admin"]) = (_haldane.AllData[0].Authority, _haldane.AllData[1].Authority, _haldane.Admin.Authority);
        _addresses = at.ToJsonString();
    }

    /// <summary>How a suite's scenarios went.</summary>
    internal Task<IReadOnlyDictionary<string, ScenarioResult>> RunAsync(string suite) =>
        _suites.GetOrAdd(suite, name => new(() => RunOnceAsync(name))).Value;

    public async ValueTask DisposeAsync()
    {
        if (_haldane is not null)
        {
            await _haldane.DisposeAsync();
        }

        if (_server is not null)
        {
            _server.StandardInput.Close();
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        _workspace.Dispose();
    }

    private async Task<IReadOnlyDictionary<string, ScenarioResult>> RunOnceAsync(string suite)
    {
        using var run = Node("run.mjs", suite);
        using var patience = new CancellationTokenSource(Patience);
        var errors = run.StandardError.ReadToEndAsync(CancellationToken.None);
        var results = new Dictionary<string, ScenarioResult>(StringComparer.Ordinal);
        try
        {
            while (await run.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                var said = JsonNode.Parse(line)!;
                results[(string)said["name"]!] = new((bool)said["ok"]!, (string?)said["why"]);
            }

            await run.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            run.Kill();
        }

        return run.ExitCode == 0 ? results : throw new InvalidOperationException($"the suite {suite} ended with {run.ExitCode} after {results.Count} scenarios: {await errors}");
    }

    private Process Node(params string[] arguments)
    {
        var start = new ProcessStartInfo("node", arguments)
        {
            WorkingDirectory = ClientSuites.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["CLIENTS_AT"] = _addresses;
        return Process.Start(start)!;
    }
}
