using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>What a finished program said.</summary>
internal sealed record Said(int Code, string Out, string Error);

/// <summary>A running <c>haldane run</c> or <c>haldane demo --keep</c>, in a process of its own.</summary>
internal sealed partial class RunningHaldane : IAsyncDisposable
{
    private readonly Process _process;

    private RunningHaldane(Process process, Uri[] data, Uri admin)
    {
        _process = process;
        AllData = data;
        Admin = admin;
    }

    public Uri Data => AllData[0];

    /// <summary>Every address of the data port, in the order in which they were asked for.</summary>
    public IReadOnlyList<Uri> AllData { get; }

    public Uri Admin { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>The number of its process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts the program on free ports and waits until it serves; without a file where none is given.</summary>
    public static Task<RunningHaldane> StartAsync(
        string? specification, string store, string admin = "127.0.0.1:0", IDictionary<string, string>? environment = null, string[]? more = null, string[]? within = null) =>
        OfAsync(Terminal.Start(["run", .. specification is null ? [] : new[] { specification }, "--data", "127.0.0.1:0", "--admin", admin, "--store", store, .. more ?? []], environment, within));

    /// <summary>Waits until a process that was started serves.</summary>
    public static async Task<RunningHaldane> OfAsync(Process process)
    {
        var errors = process.StandardError.ReadToEndAsync();
        Uri[] data = [];
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data ", StringComparison.Ordinal))
            {
                data = [.. Address().Matches(line).Select(m => new Uri(m.Value))];
            }
            else if (line.StartsWith("dashboard ", StringComparison.Ordinal) && Address().Matches(line) is [var admin, var port])
            {
                _ = process.StandardOutput.ReadToEndAsync(); // it goes on telling, and must not wait for somebody who reads
                return new(process, [new(port.Value)], new(admin.Value));
            }
            else if (line.StartsWith("admin ", StringComparison.Ordinal))
            {
                return new(process, data, new(Address().Match(line).Value));
            }
        }

        throw new InvalidOperationException($"haldane run ended with {process.ExitCode}: {await errors}");
    }

    /// <summary>The operating system takes it away, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, as a service manager does. Not SIGINT: a shell that runs us in the background has it ignored.</summary>
    public async Task<int> StopAsync()
    {
        using var signal = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"https?://[0-9.:\[\]]+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Address();
}

/// <summary>Runs the program as somebody at a terminal would.</summary>
internal static class Terminal
{
    public static Task<Said> RunAsync(params string[] arguments) => RunWithinAsync(null, arguments);

    /// <summary>Runs it by a command that gives it its own place; null: as it is.</summary>
    public static async Task<Said> RunWithinAsync(string[]? within, params string[] arguments)
    {
        using var process = Start(arguments, null, within);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Starts the program.</summary>
    /// <param name="arguments">What stands behind its name.</param>
    /// <param name="environment">What is set beside what is set here.</param>
    /// <param name="within">A command that runs it in its own place; null: as it is.</param>
    public static Process Start(IReadOnlyList<string> arguments, IDictionary<string, string>? environment = null, string[]? within = null)
    {
        Assert.True(File.Exists(Repository.Program), $"{Repository.Program} is not built; run ./test, which builds the whole solution");
        string[] command = [.. within ?? [], "dotnet", Repository.Program, .. arguments];
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
