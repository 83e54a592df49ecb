namespace Haldane.Control.Compute;

/// <summary>When a process that has ended is started again. Pure.</summary>
internal static class RestartPolicy
{
    // Starts that are longer ago than the window count no more.
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10), First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait before the next start; null to give it up.</summary>
    /// <param name="starts">When it was started, the first first.</param>
    /// <param name="now">The time.</param>
    /// <param name="restarts">How many starts after the first are allowed in the window.</param>
    public static TimeSpan? Next(IReadOnlyList<DateTimeOffset> starts, DateTimeOffset now, int restarts)
    {
        var recent = starts.Count(s => now - s < Window);
        return recent > restarts ? null : TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Clamp(recent - 1, 0, 10)));
    }
}
