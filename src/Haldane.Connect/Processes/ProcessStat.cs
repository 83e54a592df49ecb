using System.Globalization;

namespace Haldane.Connect.Processes;

/// <summary>What the kernel says of a process in <c>/proc/PID/stat</c> (proc_pid_stat(5)). Pure.</summary>
/// <param name="Parent">Who has started it, or has taken it over.</param>
/// <param name="Ticks">Time of processors: its own, and that of its children that have ended and were waited for.</param>
/// <param name="Pages">Memory that is resident.</param>
internal readonly record struct ProcessStat(int Parent, long Ticks, long Pages)
{
    // Places behind the name, which may hold whatever its owner likes, spaces and brackets among it.
    private const int ParentAt = 1, FirstTimeAt = 11, LastTimeAt = 14, PagesAt = 21;

    /// <summary>Reads a line, or the beginning of one; null when it is none.</summary>
    public static ProcessStat? Read(ReadOnlySpan<byte> line)
    {
        var rest = line[(line.LastIndexOf((byte)')') + 1)..].TrimStart((byte)' ');
        var (at, parent, ticks) = (0, 0, 0L);
        foreach (var field in rest.Split((byte)' '))
        {
            // The state alone, the first, is no number.
            if (!long.TryParse(rest[field], CultureInfo.InvariantCulture, out var number) && at > 0)
            {
                return null;
            }

            if (at == PagesAt)
            {
                return new(parent, ticks, number);
            }

            parent = at == ParentAt ? (int)number : parent;
            ticks += at is >= FirstTimeAt and <= LastTimeAt ? number : 0;
            at++;
        }

        return null;
    }
}
