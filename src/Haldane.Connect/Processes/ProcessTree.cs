using System.Globalization;
using Haldane.Core.Ports;

namespace Haldane.Connect.Processes;

/// <summary>What a process and all that it has started use, where no control group counts it.</summary>
/// <remarks>One that has let go of the process that started it is not found, nor its time; and memory that several share counts for each.</remarks>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100; // USER_HZ: what the kernel counts in towards programs, whatever its own clock is
    private const int LongestLine = 1_024; // more than all that is read of a line, were each number the largest

    /// <summary>What it uses now; null when it is not there.</summary>
    public static ProcessUsage? Usage(int root) => Sum(root, All());

    /// <summary>Adds up a process and its descendants. Pure.</summary>
    internal static ProcessUsage? Sum(int root, IReadOnlyDictionary<int, ProcessStat> all)
    {
        if (!all.ContainsKey(root))
        {
            return null;
        }

        var children = all.ToLookup(p => p.Value.Parent, p => p.Key);
        var (ticks, pages, open) = (0L, 0L, new Stack<int>([root]));
        while (open.TryPop(out var process))
        {
            (ticks, pages) = (ticks + all[process].Ticks, pages + all[process].Pages);
            foreach (var child in children[process].Where(c => c != root)) // lines are of different moments: a number that was given anew must not close a circle
            {
                open.Push(child);
            }
        }

        return new(ticks / TicksPerSecond, pages * Environment.SystemPageSize);
    }

    private static Dictionary<int, ProcessStat> All()
    {
        var all = new Dictionary<int, ProcessStat>();
        Span<byte> line = stackalloc byte[LongestLine];
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture, out var process) && Read(folder, line) is { } stat)
            {
                all[process] = stat;
            }
        }

        return all;
    }

    private static ProcessStat? Read(string folder, Span<byte> line)
    {
        try
        {
            using var file = File.OpenHandle(Path.Combine(folder, "stat"), share: FileShare.ReadWrite);
            return ProcessStat.Read(line[..RandomAccess.Read(file, line, 0)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it has ended meanwhile, or is hidden from us
        }
    }
}
