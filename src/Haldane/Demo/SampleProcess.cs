using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Haldane.Demo;

/// <summary>A sample program in a process of its own. It ends when its standard input closes, so it never outlives us.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly List<string> _complaints = [];

    private SampleProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Accept(line.Data);
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text && _complaints.Count < 20)
            {
                _complaints.Add(text);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Whether it is still up.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts a program of <c>samples/</c>.</summary>
    /// <param name="folder">Its folder beside ours.</param>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    public static SampleProcess Start(string folder, string program, params IEnumerable<string> arguments)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "demo", folder, $"{program}.dll");
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"the sample program {program} was not built beside haldane; build the whole solution", path);
        }

        var start = new ProcessStartInfo(DotnetPath()) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(path);
        foreach (var argument in arguments.Append("--exit-with-stdin"))
        {
            start.ArgumentList.Add(argument);
        }

        return new(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
    }

    /// <summary>The rest of the line that says that it is ready.</summary>
    public async Task<string> ReadyAsync(CancellationToken cancel)
    {
        const string prefix = "ready ";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(StartPatience);
        await foreach (var line in _lines.Reader.ReadAllAsync(patience.Token))
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
            {
                return line[prefix.Length..];
            }
        }

        throw new IOException($"{_process.StartInfo.ArgumentList[0]} ended before it was ready: {string.Join(" | ", _complaints)}");
    }

    /// <summary>Lets it end and gives its last line.</summary>
    public async Task<string?> FinishAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(EndPatience);
        string? last = null;
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(patience.Token))
            {
                last = line;
            }
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        return last;
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    public void Kill() => _process.Kill();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await FinishAsync();
        }

        _process.Dispose();
    }

    // The runtime that runs us runs them too, wherever it was installed.
    private static string DotnetPath()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var path = Path.Combine(root, "dotnet");
        return File.Exists(path) ? path : "dotnet";
    }

    private void Accept(string? line)
    {
        if (line is null)
        {
            _lines.Writer.TryComplete();
        }
        else
        {
            _lines.Writer.TryWrite(line);
        }
    }
}
