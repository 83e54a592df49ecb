using System.Buffers;

namespace Haldane.Gateway.Http1;

/// <summary>The head of a message: its bytes in one piece, and what they say.</summary>
/// <remarks>Used again for message after message. Owns its pooled buffer until disposed. For one thread.</remarks>
internal abstract class MessageHead : IDisposable
{
    /// <summary>Larger heads are a fault.</summary>
    public const int Largest = 32 * 1024;

    private const int Usual = 2_048;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Usual);
    private int _length;
    private int _searched;

    /// <summary>Start line and fields, without the blank line.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public FieldTable Fields { get; } = new();

    /// <summary>What is wrong with it.</summary>
    public HeadFault Fault { get; private set; }

    /// <summary>Whether the message is of HTTP/1.0.</summary>
    public bool IsHttp10 { get; protected set; }

    /// <summary>Whether the sender means to keep the connection (RFC 9112, section 9.3).</summary>
    public bool KeepsAlive => !Fields.SaysClose && (!IsHttp10 || Fields.SaysKeepAlive);

    /// <summary>Takes what has come so far, from the start of the message on, until its head is whole or has a <see cref="Fault"/>.</summary>
    /// <param name="input">All that has come and was not consumed.</param>
    /// <param name="consumed">The bytes of the head with its blank line; 0 while it is not whole.</param>
    /// <returns>Whether to stop: whole or at fault.</returns>
    public bool Take(in ReadOnlySequence<byte> input, out int consumed)
    {
        // The common case: all of it is in the first piece, and nothing was kept of earlier calls.
        var first = input.FirstSpan;
        if (_searched == 0 && first.IndexOf("\r\n\r\n"u8) is var end and >= 0 && end <= Largest)
        {
            Keep(first[..(end + 2)]);
            return Finish(end + 4, out consumed);
        }

        return TakeSlowly(input, out consumed);
    }

    /// <summary>Forgets the message.</summary>
    public virtual void Clear() => (_length, _searched, Fault) = (0, 0, HeadFault.None);

    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }

    /// <summary>Reads the start line.</summary>
    /// <param name="line">Without its CRLF.</param>
    protected abstract HeadFault ReadStart(ReadOnlySpan<byte> line);

    /// <summary>Looks at start line and fields together.</summary>
    protected abstract HeadFault Check();

    private bool TakeSlowly(in ReadOnlySequence<byte> input, out int consumed)
    {
        consumed = 0;
        var has = (int)Math.Min(input.Length, Largest + 4);
        if (has > _searched)
        {
            var more = input.Slice(_searched, has - _searched);
            Grow(has);
            more.CopyTo(_bytes.AsSpan(_searched));
        }

        // A bare line feed is told at once: its sender would wait for an answer to what it takes for a whole head.
        var from = Math.Max(0, _searched - 3);
        var fresh = _bytes.AsSpan(from, has - from);
        var end = fresh.IndexOf("\r\n\r\n"u8);
        var lines = end < 0 ? fresh : fresh[..end];
        for (var at = lines.IndexOf(HttpSyntax.Lf); at >= 0;)
        {
            if (from + at == 0 || _bytes[from + at - 1] != HttpSyntax.Cr)
            {
                Fault = HeadFault.BareLineFeed;
                return true;
            }

            var next = lines[(at + 1)..].IndexOf(HttpSyntax.Lf);
            at = next < 0 ? -1 : at + 1 + next;
        }

        if (end < 0 || from + end > Largest)
        {
            _searched = has;
            Fault = has > Largest ? TooLarge() : HeadFault.None;
            return Fault != HeadFault.None;
        }

        _length = from + end + 2;
        return Finish(from + end + 4, out consumed);
    }

    // A start line that has no end by now is the one to blame.
    private HeadFault TooLarge() => _bytes.AsSpan(0, Largest).IndexOf(HttpSyntax.Lf) < 0 ? HeadFault.TargetTooLong : HeadFault.TooLarge;

    private bool Finish(int whole, out int consumed)
    {
        consumed = whole;
        var line = Bytes.IndexOf(HttpSyntax.Lf);
        if (line < 1 || _bytes[line - 1] != HttpSyntax.Cr)
        {
            Fault = HeadFault.BareLineFeed;
            return true;
        }

        Fault = ReadStart(Bytes[..(line - 1)]);
        Fault = Fault == HeadFault.None ? Fields.Read(Bytes, line + 1, _length) : Fault;
        Fault = Fault == HeadFault.None ? Check() : Fault;
        return true;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        Grow(bytes.Length);
        bytes.CopyTo(_bytes);
        _length = bytes.Length;
    }

    private void Grow(int length)
    {
        if (length <= _bytes.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(length);
        _bytes.AsSpan(0, _searched).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
