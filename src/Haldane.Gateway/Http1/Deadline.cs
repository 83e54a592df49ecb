using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Http1;

/// <summary>The time by which one wait has to end.</summary>
/// <remarks>One thread sets and clears it, in turns; another may look. Whoever is first decides: a wait that was cleared in time is never ended.</remarks>
internal sealed class Deadline(ConnectionWatch watch)
{
    private const long None = 0, Expired = -1;

    private long _at;
    private TimeSpan _patience;
    private Action? _end;
    private Func<bool>? _isHeld;

    /// <summary>Begins a wait.</summary>
    /// <param name="patience">How long.</param>
    /// <param name="end">Ends the wait; called on another thread.</param>
    /// <param name="isHeld">Whether the patience begins anew, because it is somebody else's turn; called on another thread.</param>
    /// <returns>When it begins, in milliseconds of the watch.</returns>
    public long Set(TimeSpan patience, Action end, Func<bool>? isHeld = null) => Begin(watch.Exactly, patience, end, isHeld);

    /// <summary>Begins a wait as of the watch's last tick: for a patience of minutes, the clock need not be read.</summary>
    /// <inheritdoc cref="Set"/>
    public long SetRoughly(TimeSpan patience, Action end) => Begin(watch.Now, patience, end, null);

    /// <summary>The wait is over; false when it took too long.</summary>
    public bool Clear() => Interlocked.Exchange(ref _at, None) != Expired;

    /// <summary>Ends the wait if it is late.</summary>
    public void Look(long now)
    {
        var at = Volatile.Read(ref _at);
        if (at <= 0 || now < at)
        {
            return;
        }

        // Read before the exchange: after it, the next wait may have begun.
        var (end, isHeld, patience) = (_end!, _isHeld, _patience);
        if (isHeld?.Invoke() == true)
        {
            Interlocked.CompareExchange(ref _at, watch.After(patience), at);
        }
        else if (Interlocked.CompareExchange(ref _at, Expired, at) == at)
        {
            end();
        }
    }

    /// <summary>Begins a wait under way anew. Any thread.</summary>
    public void Renew()
    {
        var at = Volatile.Read(ref _at);
        if (at > 0)
        {
            Interlocked.CompareExchange(ref _at, watch.After(_patience), at);
        }
    }

    /// <summary>Milliseconds of the watch.</summary>
    public long Now => watch.Exactly;

    private long Begin(long now, TimeSpan patience, Action end, Func<bool>? isHeld)
    {
        (_patience, _end, _isHeld) = (patience, end, isHeld);
        Volatile.Write(ref _at, now + (long)patience.TotalMilliseconds);
        return now;
    }
}
