using Haldane.Gateway.Http1;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Observation.Text;

/// <summary>How a streamed answer is written.</summary>
internal enum StreamFormat
{
    /// <summary>It is not streamed.</summary>
    None,

    /// <summary>Server-sent events (WHATWG HTML, section 9.2).</summary>
    Events,

    /// <summary>A JSON value on each line.</summary>
    JsonLines,
}

/// <summary>Splits a stream into what its events hold, however the stream is cut into pieces.</summary>
/// <remarks>Used again for stream after stream. For one thread. Owns its pooled buffers until disposed.</remarks>
internal sealed class StreamSplitter : IDisposable
{
    private readonly KeptBytes _line = new(512, RelayLimits.LargestRead);
    private readonly KeptBytes _data = new(1_024, RelayLimits.LargestRead);
    private readonly KeptBytes _name = new(64, RelayLimits.LargestRead);
    private StreamFormat _format;
    private bool _hasData;
    private bool _given;
    private bool _isAfterReturn;
    private bool _isFirst;

    /// <summary>Whether an event was too large to be kept; it is passed over.</summary>
    public bool HasLost { get; private set; }

    /// <summary>Begins with a stream.</summary>
    public void Begin(StreamFormat format)
    {
        _format = format;
        _line.Clear();
        (_hasData, _given, _isAfterReturn, _isFirst, HasLost) = (false, true, false, true, false);
    }

    /// <summary>Takes from a piece up to the end of the next event.</summary>
    /// <param name="rest">The piece; what is left of it afterwards.</param>
    /// <param name="name">The event's name; empty without one. Valid until the next call.</param>
    /// <param name="data">What it holds. Valid until the next call.</param>
    /// <returns>Whether an event has ended; if not, the whole piece was taken.</returns>
    public bool TryNext(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        Forget();
        while (!rest.IsEmpty)
        {
            if (_isAfterReturn && rest[0] == HttpSyntax.Lf)
            {
                rest = rest[1..];
            }

            _isAfterReturn = false;
            var end = rest.IndexOfAny(HttpSyntax.Cr, HttpSyntax.Lf);
            if (end < 0)
            {
                Keep(_line, rest);
                rest = default;
                break;
            }

            var line = rest[..end];
            _isAfterReturn = rest[end] == HttpSyntax.Cr;
            rest = rest[(end + 1)..];
            if (_line.Length > 0)
            {
                Keep(_line, line);
                line = _line.Span;
            }

            var isWhole = TakeLine(line);
            _line.Clear();
            if (isWhole)
            {
                return Give(out name, out data);
            }
        }

        name = data = default;
        return false;
    }

    /// <summary>What the stream ended with, without the end of its event.</summary>
    public bool TryLast(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        Forget();
        if (_line.Length > 0)
        {
            TakeLine(_line.Span);
            _line.Clear();
        }

        name = data = default;
        return _hasData && Give(out name, out data);
    }

    public void Dispose()
    {
        _line.Dispose();
        _data.Dispose();
        _name.Dispose();
    }

    // Whether the line ends an event that holds something.
    private bool TakeLine(ReadOnlySpan<byte> line)
    {
        if (_isFirst)
        {
            _isFirst = false;
            line = line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        }

        if (_format == StreamFormat.JsonLines)
        {
            Keep(_data, line);
            return _hasData = !line.IsEmpty;
        }

        if (line.IsEmpty)
        {
            if (!_hasData)
            {
                _name.Clear();
            }

            return _hasData;
        }

        var colon = line.IndexOf((byte)':');
        var field = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? default : line[(colon + 1)..];
        value = value is [HttpSyntax.Space, ..] ? value[1..] : value;
        if (field.SequenceEqual("data"u8))
        {
            if (_hasData)
            {
                Keep(_data, "\n"u8);
            }

            Keep(_data, value);
            _hasData = true;
        }
        else if (field.SequenceEqual("event"u8))
        {
            _name.Clear();
            Keep(_name, value);
        }

        return false;
    }

    private bool Give(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        name = _name.Span;
        data = _data.Span;
        return _given = true;
    }

    // What was given is done with.
    private void Forget()
    {
        if (_given)
        {
            _name.Clear();
            _data.Clear();
            (_hasData, _given) = (false, false);
        }
    }

    private void Keep(KeptBytes where, ReadOnlySpan<byte> bytes)
    {
        if (where.Length + bytes.Length > RelayLimits.LargestRead)
        {
            HasLost = true;
            return;
        }

        where.Add(bytes);
    }
}
