using Haldane.Core.Rollouts;

namespace Haldane.Gateway.Routing;

/// <summary>Whether the canary of a run is plainly dead, so that its callers are the baseline's at once, before the judge has looked; and when it may be tried again.</summary>
/// <remarks>
/// <para>Any thread, without a lock; a race costs a second of ejection at most.</para>
/// <para>Failures in a row, with no success of any caller in between, add up: five calls that nobody accepts, ten that break or ten of both, twenty answers of 5xx. What is not that plain is the judge's. Where one call in ten
/// breaks, ten in a row come once in 10^10 calls; at one in two, once in 2,046, long after the judge's proof; twenty errors at one in two once in two millions. Calls fail together when a process ends, so the row must also have lasted for a moment.</para>
/// </remarks>
internal sealed class ArmHealth
{
    private const int Dead = 20, OfUnreachable = 4, OfBroken = 2, OfErring = 1;

    // Ten connections that break in the same moment are one event; the others may answer.
    private const long Moment = 100;

    private const long FirstPause = 1_000, LongestPause = 30_000;

    private Ejected? _ejected;
    private int _points;
    private int _failures;
    private long _firstAt = long.MaxValue;
    private long _probeAt;
    private long _pause;

    /// <summary>Whether the baseline serves the canary's callers.</summary>
    public bool IsEjected => Volatile.Read(ref _ejected) is not null;

    /// <summary>The canary has answered a call.</summary>
    public void Succeeded()
    {
        if (Volatile.Read(ref _points) != 0 || IsEjected)
        {
            Volatile.Write(ref _ejected, null);
            Volatile.Write(ref _firstAt, long.MaxValue);
            Volatile.Write(ref _failures, 0);
            Volatile.Write(ref _points, 0);
        }
    }

    /// <summary>A call has failed.</summary>
    /// <param name="cause">How.</param>
    /// <param name="now">In milliseconds of the watch.</param>
    public void Failed(EjectionCause cause, long now)
    {
        var failures = Interlocked.Increment(ref _failures);
        var points = Interlocked.Add(ref _points, cause switch { EjectionCause.Unreachable => OfUnreachable, EjectionCause.Broken => OfBroken, _ => OfErring });
        Interlocked.CompareExchange(ref _firstAt, now, long.MaxValue);
        if (Volatile.Read(ref _ejected) is { } standing)
        {
            Interlocked.CompareExchange(ref _ejected, new(standing.Since, cause, failures), standing);
        }
        else if (points >= Dead && now - Volatile.Read(ref _firstAt) >= Moment)
        {
            Volatile.Write(ref _pause, FirstPause);
            Volatile.Write(ref _probeAt, now + FirstPause);
            Interlocked.CompareExchange(ref _ejected, new(now, cause, failures), null);
        }
    }

    /// <summary>Whether a call is let through, to see whether the canary is back: one after a second, then after twice as long each time, up to half a minute.</summary>
    /// <param name="now">In milliseconds of the watch.</param>
    /// <param name="isHarmless">Whether the call can be repeated at the baseline. One that cannot is let through only where nobody accepted connections: what nobody has seen is not repeated.</param>
    public bool TryProbe(long now, bool isHarmless)
    {
        var at = Volatile.Read(ref _probeAt);
        if (now < at || !(isHarmless || Volatile.Read(ref _ejected) is { Cause: EjectionCause.Unreachable }))
        {
            return false;
        }

        var pause = Math.Min(LongestPause, 2 * Volatile.Read(ref _pause));
        if (Interlocked.CompareExchange(ref _probeAt, now + pause, at) != at)
        {
            return false;
        }

        Volatile.Write(ref _pause, pause);
        return true;
    }

    /// <summary>The ejection as the controller is told; null when there is none.</summary>
    /// <param name="now">In milliseconds of the watch.</param>
    public Ejection? Told(long now) =>
        Volatile.Read(ref _ejected) is { } ejected ? new(TimeSpan.FromMilliseconds(Math.Max(0, now - ejected.Since)), ejected.Cause, ejected.Failures) : null;

    private sealed record Ejected(long Since, EjectionCause Cause, int Failures);
}
