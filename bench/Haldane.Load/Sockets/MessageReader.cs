using System.Buffers.Text;
using System.Text;

namespace Haldane.Load.Sockets;

/// <summary>Reads one HTTP/1.1 message after another, request or answer, as it comes in pieces.</summary>
/// <remarks>Knows lengths and chunks. An answer without either, which only the end of the connection would end, counts as bad.</remarks>
internal sealed class MessageReader
{
    private readonly byte[] _head = new byte[8192];
    private int _headLength;
    private Part _part;
    private long _left;
    private bool _inSize;
    private int _lineLength;

    private enum Part
    {
        Head,
        Length,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailers,
        Whole,
    }

    /// <summary>Whether the message has come to its end.</summary>
    public bool IsWhole => _part == Part.Whole;

    /// <summary>Whether it is a request, or an answer that says 2xx, says something and can be told from the next.</summary>
    public bool IsGood { get; private set; }

    /// <summary>Whether the connection can serve again.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>The first line, once the head has come.</summary>
    public ReadOnlySpan<byte> StartLine => _head.AsSpan(0, Math.Max(0, _head.AsSpan(0, _headLength).IndexOf((byte)'\r')));

    /// <summary>Begins with a message.</summary>
    public void Clear() => (_part, _headLength, IsGood, KeepsAlive) = (Part.Head, 0, false, true);

    /// <summary>Takes what has come up to the next piece of the body; false when there is none yet, or no more.</summary>
    /// <param name="bytes">What has come; afterwards what is left of it.</param>
    /// <param name="content">A piece of the body.</param>
    public bool TryTake(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> content)
    {
        content = default;
        while (!bytes.IsEmpty && _part != Part.Whole)
        {
            if (_part == Part.Head)
            {
                TakeHead(ref bytes);
            }
            else if (_part is Part.Length or Part.Chunk)
            {
                var length = (int)Math.Min(_left, bytes.Length);
                content = bytes[..length];
                bytes = bytes[length..];
                _left -= length;
                if (_left == 0)
                {
                    _part = _part == Part.Length ? Part.Whole : Part.ChunkEnd;
                }

                return true;
            }
            else
            {
                TakeByte(bytes[0]);
                bytes = bytes[1..];
            }
        }

        return false;
    }

    private void TakeHead(ref ReadOnlySpan<byte> bytes)
    {
        // The end may stand on the border of two pieces.
        var from = Math.Max(0, _headLength - 3);
        var count = Math.Min(bytes.Length, _head.Length - _headLength);
        bytes[..count].CopyTo(_head.AsSpan(_headLength));
        var end = _head.AsSpan(from, _headLength + count - from).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            _headLength += count;
            bytes = bytes[count..];
            if (_headLength == _head.Length)
            {
                (_part, KeepsAlive) = (Part.Whole, false);
            }

            return;
        }

        bytes = bytes[(from + end + 4 - _headLength)..];
        _headLength = from + end + 4;
        ReadHead(_head.AsSpan(0, _headLength));
    }

    private void ReadHead(ReadOnlySpan<byte> head)
    {
        var isAnswer = head.StartsWith("HTTP/1."u8);
        if (isAnswer && head[9] == '1')
        {
            _headLength = 0; // an interim answer
            return;
        }

        var (length, isChunked) = (-1L, false);
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            if (Value(line, "content-length:"u8) is { IsEmpty: false } size)
            {
                length = Utf8Parser.TryParse(size, out long found, out _) ? found : -1;
            }
            else if (Value(line, "transfer-encoding:"u8) is { IsEmpty: false } coding)
            {
                isChunked = Ascii.EqualsIgnoreCase(coding, "chunked"u8);
            }
            else if (Value(line, "connection:"u8) is { IsEmpty: false } connection)
            {
                KeepsAlive = !Ascii.EqualsIgnoreCase(connection, "close"u8);
            }
        }

        _left = isAnswer ? length : Math.Max(0, length);
        IsGood = !isAnswer || (head[9] == '2' && (isChunked || length > 0));
        KeepsAlive &= isChunked || _left >= 0;
        (_part, _inSize) = (isChunked ? Part.ChunkSize : _left > 0 ? Part.Length : Part.Whole, true);
        _left = isChunked ? 0 : _left;
    }

    // A byte of a line around chunks.
    private void TakeByte(byte next)
    {
        if (next == '\n')
        {
            EndLine();
        }
        else if (_part == Part.ChunkSize)
        {
            _inSize &= char.IsAsciiHexDigit((char)next); // the rest is an extension
            _left = _inSize ? (_left << 4) + (next <= '9' ? next - '0' : (next | 0x20) - 'a' + 10) : _left;
        }
        else if (next != '\r')
        {
            _lineLength++;
        }
    }

    private void EndLine()
    {
        (_part, var wasEmpty) = _part switch
        {
            Part.ChunkEnd => (Part.ChunkSize, true),
            Part.ChunkSize => (_left > 0 ? Part.Chunk : Part.Trailers, true),
            _ => (_lineLength == 0 ? Part.Whole : Part.Trailers, _lineLength == 0),
        };
        (_inSize, _lineLength) = (true, 0);
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name) ? line[name.Length..].Trim((byte)' ') : default;
}
