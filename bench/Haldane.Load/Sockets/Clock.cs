using System.Diagnostics;

namespace Haldane.Load.Sockets;

/// <summary>Nanoseconds of the machine's monotonic clock, the same for all its processes.</summary>
internal static class Clock
{
    public const long Second = 1_000_000_000;

    private static readonly long Tick = Second / Stopwatch.Frequency;

    public static long Now => Stopwatch.GetTimestamp() * Tick;
}
