namespace Haldane.Gateway.Copies;

/// <summary>Lets through so many a second, and a second's worth at once after a pause.</summary>
/// <remarks>
/// The generic cell rate algorithm (ITU-T I.371, annex A), which is a token bucket kept as one number: the time by which all that was let through would have come at the rate. Any thread, no lock; whoever is
/// refused writes nothing.
/// </remarks>
internal sealed class RateCap
{
    private readonly TimeProvider _time;
    private readonly double _interval; // in ticks of the stopwatch
    private readonly double _burst;
    private double _due;

    /// <summary>Nothing was let through yet.</summary>
    /// <param name="perSecond">Above 0.</param>
    /// <param name="time">The clock.</param>
    public RateCap(double perSecond, TimeProvider time)
    {
        _time = time;
        _interval = time.TimestampFrequency / perSecond;
        _burst = Math.Max(0, time.TimestampFrequency - _interval);
        _due = time.GetTimestamp();
    }

    /// <summary>Whether one more may pass now.</summary>
    public bool TryPass()
    {
        double now = _time.GetTimestamp();
        while (true)
        {
            var due = Volatile.Read(ref _due);
            if (due - now > _burst)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _due, Math.Max(due, now) + _interval, due) == due)
            {
                return true;
            }
        }
    }
}
