using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Connect.Processes;

/// <summary>A process that was started, with all that it starts.</summary>
internal sealed partial class VersionProcess : IVersionProcess
{
    private const int SigTerm = 15, FromSignal = 128;

    // What every program needs; everything else of ours, tokens and keys among it, is none of its business.
    private static readonly string[] Inherited = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DOTNET_ROOT"];

    // Ends the process when we are gone, however we went: an orphan would keep the address of its next one.
    private static readonly string[] WithUs = File.Exists("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"] : [];

    private readonly Process _process;
    private readonly int _id; // the program's: what starts it turns into it (exec)
    private readonly ControlGroup? _group;

    private VersionProcess(Process process, ControlGroup? group)
    {
        (_process, _id, _group) = (process, process.Id, group);
        Ended = WaitAsync();
    }

    /// <inheritdoc/>
    public Task<string> Ended { get; }

    /// <summary>Starts it.</summary>
    /// <exception cref="ProcessRefusedException">It cannot be started.</exception>
    public static VersionProcess Start(RuntimeSpec runtime, ControlGroup? group)
    {
        string[] command = [.. group?.Within ?? [], .. WithUs, .. runtime.Command];
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            WorkingDirectory = runtime.Directory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Except(Inherited).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var variable in runtime.Environment)
        {
            start.Environment[variable.Name] = variable.Value;
        }

        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
            return new(process, group);
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            throw new ProcessRefusedException($"{runtime.Command[0]} cannot be started: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public ProcessUsage? Usage() => Ended.IsCompleted ? null : _group is null ? ProcessTree.Usage(_id) : _group.Usage();

    /// <inheritdoc/>
    public void Terminate()
    {
        if (!_process.HasExited)
        {
            _ = Signal(_process.Id, SigTerm);
        }
    }

    /// <inheritdoc/>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _group?.Kill();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
        _group?.Remove();
    }

    private async Task<string> WaitAsync()
    {
        await _process.WaitForExitAsync();
        var code = _process.ExitCode;
        return code > FromSignal ? $"it was ended by signal {code - FromSignal}{(_group?.WasOutOfMemory() == true ? ", for it was out of memory" : "")}" : $"it ended with exit code {code}";
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int process, int signal);
}
