using System.Buffers;
using Haldane.Gateway.Protocols;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Copies;

/// <summary>A request that passes and its answer, kept for somebody beside the caller.</summary>
/// <remarks>One owner at a time: the exchange until it is handed on, then whoever asked for it. Owns its pooled buffers until disposed.</remarks>
internal abstract class ExchangeCopy : IDisposable
{
    private readonly KeptBytes _head = new(512, 8 * 1024);
    private readonly KeptBytes _body = new(1_024, CopyLimits.UsualBuffer);
    private long _held;

    /// <summary>The head of the request, as <see cref="CopiedRequest"/> writes it.</summary>
    public ReadOnlyMemory<byte> Head => _head.Memory;

    public ReadOnlyMemory<byte> Body => _body.Memory;

    /// <summary>The answer that passed.</summary>
    public CopyAnswer Answer { get; } = new();

    /// <summary>What the request asks for.</summary>
    public Call Call { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>The request's own random number.</summary>
    public uint Nonce { get; set; }

    /// <summary>Sees a piece of the answer pass.</summary>
    public virtual void See(ReadOnlySpan<byte> content) => Answer.Add(content, this);

    /// <summary>Forgets the head that was written.</summary>
    public void Begin() => _head.Clear();

    /// <summary>Takes some of the head.</summary>
    public void Add(ReadOnlySpan<byte> head) => _head.Add(head);

    /// <summary>Takes the body; the head is whole.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryTake(in ReadOnlySequence<byte> body)
    {
        _body.Clear();
        if (body.Length > CopyLimits.LargestBody || !TryHold(_head.Length + (int)body.Length))
        {
            return false;
        }

        foreach (var piece in body)
        {
            _body.Add(piece.Span);
        }

        return true;
    }

    /// <summary>Counts bytes that are kept from now on.</summary>
    /// <returns>Whether there is room for them.</returns>
    public bool TryHold(int bytes)
    {
        if (!HasRoom(bytes))
        {
            return false;
        }

        _held += bytes;
        return true;
    }

    /// <summary>Hands it on, now that the exchange has ended for the caller.</summary>
    public abstract void HandOn(Exchange exchange, Outcome outcome, int status, TimeProvider time);

    /// <summary>Gives it up.</summary>
    /// <param name="reason">Why; null where there is nothing to count.</param>
    public abstract void Drop(CopyDrop? reason = null);

    /// <summary>Forgets the exchange.</summary>
    /// <returns>How many bytes it held.</returns>
    public virtual long Clear()
    {
        var held = _held;
        _held = 0;
        _head.Clear();
        _body.Clear();
        if (_body.Capacity > CopyLimits.UsualBuffer)
        {
            _body.Dispose();
        }

        Answer.Clear();
        return held;
    }

    public virtual void Dispose()
    {
        _head.Dispose();
        _body.Dispose();
        Answer.Dispose();
    }

    /// <summary>Counts bytes, where there is room for them.</summary>
    protected abstract bool HasRoom(int bytes);
}

/// <summary>Why a copy is not used.</summary>
internal enum CopyDrop
{
    /// <summary>Too much is waiting.</summary>
    Full,

    /// <summary>More than the rate that was asked for.</summary>
    Rate,

    /// <summary>The request is too large.</summary>
    Large,

    /// <summary>It has waited too long.</summary>
    Late,

    /// <summary>The canary's override cannot be applied to it, or its head is none that may be sent over HTTP/1.1.</summary>
    Unfit,
}
