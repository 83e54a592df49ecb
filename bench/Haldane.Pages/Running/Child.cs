using System.Diagnostics;

namespace Haldane.Pages.Running;

/// <summary>Processes that a measurement starts and ends.</summary>
internal static class Child
{
    /// <summary>Starts a process.</summary>
    /// <param name="core">The only core that it may use; null: all.</param>
    /// <param name="command">Name and arguments.</param>
    public static Process Start(int? core, params string[] command)
    {
        string[] all = core is { } only ? ["taskset", "-c", $"{only}", .. command] : command;
        return Process.Start(new ProcessStartInfo(all[0], all.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
    }

    /// <summary>Ends a process, and waits until it has.</summary>
    public static async Task EndAsync(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }
}
