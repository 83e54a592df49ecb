namespace Haldane.Gateway.Routing;

/// <summary>Whether the canary of a run has just started. Any thread, without a lock.</summary>
/// <remarks>
/// It is cold until it has served for a while: from the first call that is its own, again when its process comes back, and when it was dead and answers again. The time is what counts, not the arm, so that what both did while the canary was cold is compared with each other.
/// </remarks>
/// <param name="lasts">How long it is cold.</param>
internal sealed class ColdStart(TimeSpan lasts)
{
    private readonly long _lasts = (long)lasts.TotalMilliseconds;
    private long _until = long.MaxValue;

    /// <summary>Sees a call.</summary>
    /// <param name="isOfCanary">Whether it is the canary's.</param>
    /// <param name="now">In milliseconds of the watch.</param>
    /// <returns>Whether the canary is cold.</returns>
    public bool See(bool isOfCanary, long now)
    {
        var until = Volatile.Read(ref _until);
        if (until == long.MaxValue && isOfCanary)
        {
            Interlocked.CompareExchange(ref _until, now + _lasts, until);
        }

        return now < until;
    }

    /// <summary>It has started anew, and waits for its first call.</summary>
    public void Again() => Volatile.Write(ref _until, long.MaxValue);
}
