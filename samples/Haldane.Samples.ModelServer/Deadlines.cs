namespace Haldane.Samples.ModelServer;

/// <summary>Wakes calls at a given time, to about half a millisecond and without bias.</summary>
/// <remarks>
/// <see cref="Task.Delay(TimeSpan)"/> counts whole ticks of a clock that moves in steps of up to 4 ms and is always late.
/// Here one thread looks every millisecond, while somebody waits, and releases whoever is due within half a tick.
/// Any thread may wait.
/// </remarks>
internal sealed class Deadlines : IDisposable
{
    private const int TickMilliseconds = 1;

    private readonly TimeProvider _time;
    private readonly long _halfTick;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private readonly AutoResetEvent _changed = new(initialState: false);
    private readonly Thread _thread;
    private bool _stopped;

    public Deadlines(TimeProvider time)
    {
        _time = time;
        _halfTick = time.TimestampFrequency * TickMilliseconds / 2000;
        _thread = new Thread(Run) { IsBackground = true, Name = "deadlines" };
        _thread.Start();
    }

    /// <summary>Completes at this timestamp of the time provider; at once if it has passed.</summary>
    public Task Until(long timestamp)
    {
        if (timestamp - _time.GetTimestamp() <= _halfTick)
        {
            return Task.CompletedTask;
        }

        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_stopped)
            {
                return Task.CompletedTask;
            }

            _waiting.Enqueue(source, timestamp);
            if (_waiting.Count > 1)
            {
                return source.Task; // the thread is ticking already
            }
        }

        _changed.Set();
        return source.Task;
    }

    /// <summary>Lets everybody go at once and ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
        }

        _changed.Set();
        _thread.Join();
        _changed.Dispose();
    }

    private void Run()
    {
        while (ReleaseDue(out var someoneWaits))
        {
            _changed.WaitOne(someoneWaits ? TickMilliseconds : Timeout.Infinite);
        }
    }

    private bool ReleaseDue(out bool someoneWaits)
    {
        var now = _time.GetTimestamp() + _halfTick;
        lock (_gate)
        {
            while (_waiting.TryPeek(out var source, out var due) && (_stopped || due <= now))
            {
                _waiting.Dequeue();
                source.SetResult();
            }

            someoneWaits = _waiting.Count > 0;
            return !_stopped;
        }
    }
}
