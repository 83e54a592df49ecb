namespace Haldane.Samples.Caller;

/// <summary>Poisson arrivals: calls somebody at random times, whether or not earlier calls were answered.</summary>
/// <remarks>
/// One thread looks every millisecond and makes the calls that have fallen due. After a stall it catches up over several ticks
/// instead of in one burst. The sequence of gaps depends on the <see cref="Random"/> only.
/// </remarks>
/// <param name="random">Draws the gaps.</param>
/// <param name="rate">Calls a second, on average.</param>
/// <param name="rampUp">How long the rate grows evenly from nothing, so that who is called may get warm.</param>
/// <param name="time">The clock.</param>
internal sealed class Arrivals(Random random, double rate, TimeSpan rampUp, TimeProvider time)
{
    private const int TickMilliseconds = 1;

    // Four times the average, and not below what chance alone puts into a tick.
    private readonly int _mostPerTick = (int)Math.Max(8, 4 * rate * TickMilliseconds / 1000);

    // How many were to come by the next arrival, on average: arrivals of a changing rate are those of rate 1 on a clock that runs at it (Çinlar, Introduction to Stochastic Processes, 1975, section 4.7).
    private double _expected;
    private double _next;

    /// <summary>Calls until the token is cancelled or the time is over; blocks the thread.</summary>
    public void Run(Action arrived, TimeSpan? length, CancellationToken stop)
    {
        var (start, end) = (time.GetTimestamp(), length?.TotalSeconds ?? double.PositiveInfinity);
        DrawNext();
        while (_next < end && !stop.WaitHandle.WaitOne(TickMilliseconds))
        {
            var now = time.GetElapsedTime(start).TotalSeconds;
            for (var due = TakeDue(Math.Min(now, end)); due > 0; due--)
            {
                arrived();
            }
        }
    }

    /// <summary>How many arrivals to make now, in seconds since the start.</summary>
    internal int TakeDue(double now)
    {
        var due = 0;
        while (_next <= now && due < _mostPerTick)
        {
            DrawNext();
            due++;
        }

        return due;
    }

    private void DrawNext()
    {
        _expected -= Math.Log(1.0 - random.NextDouble());
        var (ramp, at) = (rampUp.TotalSeconds, _expected / rate);
        _next = at < ramp / 2 ? Math.Sqrt(2 * ramp * at) : at + (ramp / 2);
    }
}
