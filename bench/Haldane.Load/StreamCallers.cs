using System.Net;
using Haldane.Load.Sockets;

namespace Haldane.Load;

/// <summary>Callers of streams, all at once, each of which asks for another when one has ended; measures the first event and every one after it.</summary>
/// <remarks>
/// An event carries the time at which the model server sent it, on the same machine's clock, so its way is measured one way. A gap is the time between two events of a stream as they arrive. One thread.
/// </remarks>
internal sealed class StreamCallers : IDisposable
{
    // Ten events late.
    private const long Stall = 10 * TokenEvent.Period;

    private readonly Poller _poller = new();
    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Stream[] _streams;
    private readonly Histogram _first = new();
    private readonly Histogram _delay = new();
    private readonly Histogram _gap = new();
    private long _from;
    private long _stalled;
    private long _failed;

    /// <summary>So many callers.</summary>
    public StreamCallers(IPEndPoint to, int streams)
    {
        _request = new Request(to, "/v2/models/fraud/stream", 0).First();
        _streams = [.. Enumerable.Range(0, streams).Select(key => new Stream(new(to, _poller, key)))];
    }

    /// <summary>Calls for the length of a stream until all have begun, and then measures.</summary>
    /// <returns>The result line.</returns>
    public string Run(double seconds)
    {
        // One after the other over the length of a stream, so that streams begin and end all the time.
        var (begin, length) = (Clock.Now, TokenEvent.Period * TokenEvent.PerStream);
        _from = begin + length + Clock.Second;
        var end = _from + (long)(seconds * Clock.Second);
        var begun = 0;
        for (var now = begin; now < end; now = Clock.Now)
        {
            long due;
            while ((due = begun == _streams.Length ? end : begin + (begun * length / _streams.Length)) <= now)
            {
                Ask(_streams[begun++]);
            }

            var ready = _poller.Wait(due);
            for (var i = 0; i < ready; i++)
            {
                Serve(_streams[_poller.Key(i)]);
            }
        }

        // Those that stand still at the end have stalled too.
        _stalled += _streams.Count(stream => end - Math.Max(stream.Last, stream.Asked) > Stall);
        return $"result {_delay.Count / seconds:F0} {_delay.Count} {_first.Quantile(0.5):F1} {_first.Quantile(0.99):F1} {_failed} "
            + $"{_delay.Quantile(0.5):F1} {_delay.Quantile(0.99):F1} {_gap.Quantile(0.99):F1} {_gap.Most / 1000.0:F1} {_stalled}";
    }

    public void Dispose()
    {
        Array.ForEach(_streams, stream => stream.Caller.Dispose());
        _poller.Dispose();
    }

    private void Ask(Stream stream)
    {
        stream.Begin(Clock.Now);
        if (!stream.Caller.TryAsk(_request))
        {
            Fail(stream);
        }
    }

    private void Serve(Stream stream)
    {
        var caller = stream.Caller;
        if (!caller.IsOpen || caller.Receive(_buffer) is not { } count)
        {
            return;
        }

        var now = Clock.Now;
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, count);
        while (caller.Reader.TryTake(ref bytes, out var content))
        {
            Take(stream, content, now);
        }

        if (caller.Reader.IsWhole && caller.Reader.IsGood && stream is { Have: 0, Count: TokenEvent.PerStream })
        {
            if (!caller.Reader.KeepsAlive)
            {
                caller.Close();
            }

            Ask(stream);
        }
        else if (count == 0 || caller.Reader.IsWhole)
        {
            Fail(stream);
        }
    }

    // Events come in any pieces.
    private void Take(Stream stream, ReadOnlySpan<byte> content, long now)
    {
        while (!content.IsEmpty)
        {
            var length = Math.Min(content.Length, stream.Event.Length - stream.Have);
            content[..length].CopyTo(stream.Event.AsSpan(stream.Have));
            content = content[length..];
            stream.Have = (stream.Have + length) % stream.Event.Length;
            if (stream.Have == 0)
            {
                Count(stream, now);
            }
        }
    }

    private void Count(Stream stream, long now)
    {
        if (!TokenEvent.TryRead(stream.Event, out var sent))
        {
            _failed++;
            return;
        }

        if (now >= _from)
        {
            _delay.Add(now - sent);
            if (stream.Last > 0)
            {
                _gap.Add(now - stream.Last);
                _stalled += now - stream.Last > Stall ? 1 : 0;
            }
            else if (stream.Asked >= _from)
            {
                _first.Add(now - stream.Asked);
            }
        }

        stream.Count++;
        stream.Last = now;
    }

    // Begins again, so that the load stays; a gateway that refuses at once is asked no faster than it can refuse.
    private void Fail(Stream stream)
    {
        _failed++;
        stream.Caller.Close();
        stream.Begin(Clock.Now);
        if (stream.Caller.TryOpen() && !stream.Caller.TryAsk(_request))
        {
            stream.Caller.Close();
        }
    }

    private sealed class Stream(Caller caller)
    {
        public Caller Caller { get; } = caller;

        public byte[] Event { get; } = new byte[TokenEvent.Length];

        /// <summary>How much of an event has come.</summary>
        public int Have { get; set; }

        /// <summary>How many events have come.</summary>
        public int Count { get; set; }

        public long Asked { get; private set; }

        /// <summary>When its latest event came; 0 before the first.</summary>
        public long Last { get; set; }

        /// <summary>Begins with a request.</summary>
        public void Begin(long now) => (Asked, Last, Have, Count) = (now, 0, 0, 0);
    }
}
