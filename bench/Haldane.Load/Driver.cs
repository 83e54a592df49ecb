using System.Net;
using Haldane.Load.Sockets;

namespace Haldane.Load;

/// <summary>What a run has shown; times in microseconds.</summary>
/// <param name="Rate">Answers a second.</param>
/// <param name="Latency">From when a request was due to the end of its answer.</param>
/// <param name="Lag">From when a request was due, and a connection free, to when it was sent: how late this program was itself.</param>
/// <param name="Failed">Answers other than 2xx, and connections that broke.</param>
internal sealed record Driven(double Rate, Histogram Latency, Histogram Lag, long Failed)
{
    public override string ToString() =>
        $"result {Rate:F0} {Latency.Count} {Latency.Quantile(0.5):F0} {Latency.Quantile(0.99):F0} {Failed} {Latency.Quantile(0.999):F0} {Latency.Most / 1000.0:F0} {Lag.Quantile(0.99):F0}";
}

/// <summary>Sends requests over a number of connections, at a rate or as fast as they are answered, and measures each from when it was due.</summary>
/// <remarks>
/// At a rate, a request that is due while all connections wait is counted from then on, so that a server that stands still is charged for all whom it keeps waiting (no coordinated omission).
/// The connection that has rested longest is taken next. One thread.
/// </remarks>
internal sealed class Driver : IDisposable
{
    private readonly Poller _poller = new();
    private readonly Request _request;
    private readonly Random _chance = new(1);
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly Caller[] _callers;
    private readonly byte[][] _first;
    private readonly long[] _due;
    private readonly bool[] _busy;
    private readonly Queue<int> _free;
    private readonly long[] _freeSince;
    private Histogram _latency = new();
    private Histogram _lag = new();
    private long _failed;
    private long _counted;
    private long _from;
    private long _end;

    /// <summary>With so many connections, which are open from the beginning.</summary>
    public Driver(IPEndPoint to, Request request, int connections)
    {
        _request = request;
        _callers = [.. Enumerable.Range(0, connections).Select(key => new Caller(to, _poller, key))];
        _first = [.. _callers.Select(_ => request.First())];
        (_due, _busy, _freeSince) = (new long[connections], new bool[connections], new long[connections]);
        _free = new(Enumerable.Range(0, connections));
        foreach (var caller in _callers)
        {
            caller.TryOpen();
        }
    }

    /// <summary>Drives, and measures after a warm-up.</summary>
    /// <param name="rate">Requests a second; 0 for as many as are answered.</param>
    /// <param name="warm">Seconds that are not counted.</param>
    /// <param name="seconds">Seconds that are.</param>
    public Driven Run(double rate, double warm, double seconds)
    {
        var begin = Clock.Now;
        _from = begin + (long)(warm * Clock.Second);
        _end = _from + (long)(seconds * Clock.Second);
        (_latency, _lag, _failed, _counted) = (new(), new(), 0, 0);
        var schedule = new Schedule(rate, begin);
        for (var now = begin; now < _end; now = Clock.Now)
        {
            while (_free.Count > 0 && schedule.Next <= now)
            {
                Ask(_free.Dequeue(), schedule.Take());
            }

            var ready = _poller.Wait(_free.Count > 0 ? Math.Min(schedule.Next, _end) : _end);
            for (var i = 0; i < ready; i++)
            {
                Serve(_poller.Key(i));
            }
        }

        if (schedule.IsPaced)
        {
            ChargeUnanswered(schedule);
        }

        return new(_counted / seconds, _latency, _lag, _failed);
    }

    public void Dispose()
    {
        Array.ForEach(_callers, caller => caller.Dispose());
        _poller.Dispose();
    }

    private void Ask(int key, long due)
    {
        (_due[key], _busy[key]) = (due, true);
        _request.Renew(_first[key], _chance);
        if (due >= _from)
        {
            _lag.Add(Clock.Now - Math.Max(due, _freeSince[key]));
        }

        if (!_callers[key].TryAsk(_first[key], _request.Rest))
        {
            Fail(key);
        }
    }

    private void Serve(int key)
    {
        var caller = _callers[key];
        if (!caller.IsOpen || (caller.IsSending && !caller.TryGoOn()) || caller.Receive(_buffer) is not { } count)
        {
            return;
        }

        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, count);
        while (caller.Reader.TryTake(ref bytes, out _))
        {
        }

        if (_busy[key] && caller.Reader.IsWhole && caller.Reader.IsGood)
        {
            End(key);
        }
        else if (count == 0 || caller.Reader.IsWhole)
        {
            Fail(key);
        }
    }

    private void End(int key)
    {
        var now = Clock.Now;
        if (_due[key] >= _from)
        {
            _latency.Add(now - _due[key]);
        }

        _counted += now >= _from && now < _end ? 1 : 0;
        Free(key, now);
        if (!_callers[key].Reader.KeepsAlive)
        {
            _callers[key].Close();
        }
    }

    // A connection that is closed while nothing is asked of it fails nobody.
    private void Fail(int key)
    {
        _callers[key].Close();
        if (_busy[key])
        {
            _failed++;
            Free(key, Clock.Now);
        }
    }

    private void Free(int key, long now)
    {
        (_busy[key], _freeSince[key]) = (false, now);
        _free.Enqueue(key);
    }

    // Those without an answer at the end have waited so long at least.
    private void ChargeUnanswered(Schedule schedule)
    {
        for (var key = 0; key < _busy.Length; key++)
        {
            if (_busy[key] && _due[key] >= _from)
            {
                _latency.Add(_end - _due[key]);
            }
        }

        while (schedule.Next < _end)
        {
            var due = schedule.Take();
            if (due >= _from)
            {
                _latency.Add(_end - due);
            }
        }
    }
}
