using System.Globalization;
using Haldane.Core.Ports;

namespace Haldane.Connect.Processes;

/// <summary>A control group (cgroup v2) of one process and all that it starts: the limits, and the end of all of them at once.</summary>
internal sealed class ControlGroup
{
    private const int Period = 100_000; // microseconds, as the kernel has it unless told otherwise

    private const string CpuTime = "usage_usec ";

    private readonly string _folder;

    private ControlGroup(string folder) => _folder = folder;

    /// <summary>A command that runs another one within the group.</summary>
    public string[] Within => ["/bin/sh", "-c", "echo 0 > \"$0/cgroup.procs\" && exec \"$@\"", _folder];

    /// <summary>Makes the group with its limits.</summary>
    /// <exception cref="ProcessRefusedException">The system does not allow it; the message says what is missing.</exception>
    public static ControlGroup Make(string root, string name, double? cpu, long? memory)
    {
        var folder = Path.Combine(root, name.Replace('/', '_'));
        try
        {
            if (!File.Exists(Path.Combine(root, "cgroup.controllers")))
            {
                throw new ProcessRefusedException($"'{root}' is no folder of cgroup v2: wanted is one with cgroup.controllers in it, e.g. one that systemd delegates (Delegate=yes)");
            }

            File.WriteAllText(Path.Combine(root, "cgroup.subtree_control"), "+cpu +memory");
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "cpu.max"), cpu is { } cores ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1_000, (long)(cores * Period))} {Period}") : $"max {Period}");
            File.WriteAllText(Path.Combine(folder, "memory.max"), memory?.ToString(CultureInfo.InvariantCulture) ?? "max");
            var group = new ControlGroup(folder);
            group.Kill(); // what an earlier process has left
            return group;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProcessRefusedException($"the control group '{folder}' cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Ends everything in it.</summary>
    public void Kill() => Try(() => File.WriteAllText(Path.Combine(_folder, "cgroup.kill"), "1"));

    /// <summary>Takes the group away.</summary>
    public void Remove() => Try(() => Directory.Delete(_folder));

    /// <summary>Whether the kernel has ended a process of it for want of memory.</summary>
    public bool WasOutOfMemory()
    {
        var found = false;
        Try(() => found = File.ReadLines(Path.Combine(_folder, "memory.events")).Any(l => l.StartsWith("oom_kill ", StringComparison.Ordinal) && l != "oom_kill 0"));
        return found;
    }

    /// <summary>What all that is in it uses; null when it is gone.</summary>
    public ProcessUsage? Usage()
    {
        ProcessUsage? usage = null;
        Try(() => usage = long.TryParse(File.ReadLines(Path.Combine(_folder, "cpu.stat")).FirstOrDefault(l => l.StartsWith(CpuTime, StringComparison.Ordinal))?[CpuTime.Length..], CultureInfo.InvariantCulture, out var microseconds)
            && long.TryParse(File.ReadAllText(Path.Combine(_folder, "memory.current")), CultureInfo.InvariantCulture, out var bytes)
                ? new(microseconds / 1e6, bytes)
                : null);
        return usage;
    }

    // A group that has gone, or has still somebody in it, is looked after by the next start.
    private static void Try(Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As said.
        }
    }
}
