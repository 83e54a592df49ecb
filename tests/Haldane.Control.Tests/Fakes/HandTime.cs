namespace Haldane.Control.Tests.Fakes;

/// <summary>A clock that stands still until a test moves it; its timers fire by hand. Any thread.</summary>
internal sealed class HandTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<HandTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private readonly TaskCompletionSource _timerMade = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _ticks = 977;

    /// <summary>Somebody waits for the time to come.</summary>
    public Task TimerMade => _timerMade.Task;

    /// <summary>Odd on purpose: a test that mixes ticks of two kinds must not pass by luck.</summary>
    public override long TimestampFrequency => 7_000_003;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _ticks;
        }
    }

    /// <summary>Time goes by.</summary>
    public void Pass(TimeSpan time)
    {
        lock (_gate)
        {
            _now += time;
            _ticks += (long)Math.Round(time.TotalSeconds * TimestampFrequency);
        }
    }

    /// <summary>Somebody sets the clock of the machine; no time goes by.</summary>
    public void SetBy(TimeSpan step)
    {
        lock (_gate)
        {
            _now += step;
        }
    }

    /// <summary>Fires every timer once.</summary>
    public void Fire()
    {
        HandTimer[] timers;
        lock (_gate)
        {
            timers = [.. _timers];
        }

        foreach (var timer in timers)
        {
            timer.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, callback, state);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        _timerMade.TrySetResult();

        return timer;
    }

    private sealed class HandTimer(HandTime owner, TimerCallback callback, object? state) : ITimer
    {
        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
