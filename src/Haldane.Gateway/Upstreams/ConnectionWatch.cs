using System.Collections.Concurrent;

namespace Haldane.Gateway.Upstreams;

/// <summary>Something that waits, and not for ever.</summary>
internal interface IWatched
{
    /// <summary>Ends the wait if its time is over.</summary>
    /// <param name="now">In milliseconds of the watch.</param>
    void Look(long now);
}

/// <summary>A coarse clock that looks at everything that waits, so that no wait needs a timer of its own.</summary>
/// <remarks>Any thread. Deadlines are kept to a tick.</remarks>
internal sealed class ConnectionWatch : IDisposable
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<IWatched, byte> _watched = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly long _begun;
    private long _now;

    /// <summary>Begins to tick.</summary>
    public ConnectionWatch(TimeProvider time)
    {
        _time = time;
        _begun = time.GetTimestamp();
        _timer = time.CreateTimer(static watch => ((ConnectionWatch)watch!).Look(), this, Tick, Tick);
    }

    /// <summary>Milliseconds since it began, as of the last tick.</summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>When something that begins now and may take so long is late.</summary>
    public long After(TimeSpan patience) => Exactly + (long)patience.TotalMilliseconds;

    /// <summary>Milliseconds since it began, whatever became of the ticks.</summary>
    public long Exactly => (long)_time.GetElapsedTime(_begun).TotalMilliseconds;

    public void Add(IWatched watched) => _watched.TryAdd(watched, 0);

    public void Remove(IWatched watched) => _watched.TryRemove(watched, out _);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = Exactly;
        Volatile.Write(ref _now, now);
        foreach (var (watched, _) in _watched)
        {
            watched.Look(now);
        }
    }
}
