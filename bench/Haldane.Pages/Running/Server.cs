using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Haldane.Pages.Running;

/// <summary>A running <c>haldane run</c> in a process of its own.</summary>
internal sealed partial class Server : IAsyncDisposable
{
    private const double TicksPerSecond = 100; // of /proc/PID/stat, on every Linux that we know

    private readonly Process _process;
    private readonly HttpClient _api;

    private Server(Process process, Uri data, Uri admin)
    {
        (_process, Data, Admin) = (process, data, admin);
        _api = new() { BaseAddress = admin };
    }

    public Uri Data { get; }

    public Uri Admin { get; }

    /// <summary>Starts it on free ports and waits until it serves.</summary>
    /// <param name="specification">The folder.</param>
    /// <param name="store">The file.</param>
    /// <param name="core">The only core that it may use; null: all.</param>
    public static async Task<Server> StartAsync(string specification, string store, int? core = null)
    {
        var process = Child.Start(core, "dotnet", Repository.Haldane, "run", specification, "--data", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--store", store);
        var errors = process.StandardError.ReadToEndAsync();
        Uri? data = null;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data ", StringComparison.Ordinal))
            {
                data = new(Address().Match(line).Value);
            }
            else if (line.StartsWith("admin ", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return new(process, data!, new(Address().Match(line).Value));
            }
        }

        await process.WaitForExitAsync();
        throw new InvalidOperationException($"haldane run ended with {process.ExitCode}: {await errors}");
    }

    /// <summary>Seconds of processor that it has used so far.</summary>
    public double Cpu
    {
        get
        {
            // The name of the program, in brackets, may hold blanks.
            var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary>What it holds in memory, MB.</summary>
    public double Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1e6;
        }
    }

    /// <summary>Does what the API offers for a rollout.</summary>
    public async Task DoAsync(string rollout, string verb)
    {
        using var answer = await _api.PostAsJsonAsync($"/api/v1/rollouts/{rollout}/{verb}", new { why = "a measurement" });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>What the API says of a rollout contains a word; waits until it does.</summary>
    public async Task SaysAsync(string rollout, string word)
    {
        while (!(await _api.GetStringAsync($"/api/v1/rollouts/{rollout}")).Contains(word, StringComparison.Ordinal))
        {
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await Child.EndAsync(_process);
    }

    [GeneratedRegex(@"http://[0-9.:]+", RegexOptions.None, 1_000)]
    private static partial Regex Address();
}
