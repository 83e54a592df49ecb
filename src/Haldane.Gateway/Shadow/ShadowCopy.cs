using System.Buffers;
using Haldane.Gateway.Protocols;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Shadow;

/// <summary>A request that the baseline answers and the canary gets as well: what is sent, and what both answered.</summary>
/// <remarks>
/// One owner at a time: the exchange until it is offered, then the lane's queue, a worker, the comparison, and the lane again, which uses it for copy after copy. Owns its pooled buffers until disposed.
/// </remarks>
internal sealed class ShadowCopy(ShadowLane lane) : IDisposable
{
    private readonly KeptBytes _head = new(512, 8 * 1024);
    private readonly KeptBytes _body = new(1_024, ShadowLimits.UsualBuffer);
    private long _held;

    /// <summary>The head of a request, as <see cref="CopiedRequest"/> writes it.</summary>
    public ReadOnlyMemory<byte> Head => _head.Memory;

    public ReadOnlyMemory<byte> Body => _body.Memory;

    public CopyAnswer Baseline { get; } = new();

    public CopyAnswer Canary { get; } = new();

    /// <summary>The baseline's second answer, where it is held against itself.</summary>
    public CopyAnswer Control { get; } = new();

    /// <summary>Whether the baseline is asked again.</summary>
    public bool IsControl { get; set; }

    /// <summary>What the request asks for.</summary>
    public Call Call { get; set; }

    public uint Subject { get; set; }

    public int SegmentCode { get; set; }

    public uint Nonce { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>When it was offered, by the stopwatch.</summary>
    public long OfferedAt { get; set; }

    /// <summary>Sees a piece of the baseline's answer pass.</summary>
    public void See(ReadOnlySpan<byte> content) => Baseline.Add(content, this);

    /// <summary>Forgets the head that was written.</summary>
    public void Begin() => _head.Clear();

    /// <summary>Takes some of the head.</summary>
    public void Add(ReadOnlySpan<byte> head) => _head.Add(head);

    /// <summary>Takes the body; the head is whole.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryTake(in ReadOnlySequence<byte> body)
    {
        _body.Clear();
        if (body.Length > ShadowLimits.LargestBody || !TryHold(_head.Length + (int)body.Length))
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
        if (!lane.TryHold(bytes))
        {
            return false;
        }

        _held += bytes;
        return true;
    }

    /// <summary>Sends it on its way, now that the baseline has answered.</summary>
    public void Offer() => lane.Offer(this);

    /// <summary>Gives it up.</summary>
    /// <param name="reason">Why; null where there is nothing to count.</param>
    public void Drop(CopyDrop? reason = null) => lane.Drop(this, reason);

    /// <summary>Forgets the exchange.</summary>
    /// <returns>How many bytes it held.</returns>
    public long Clear()
    {
        var held = _held;
        _held = 0;
        IsControl = false;
        _head.Clear();
        _body.Clear();
        if (_body.Capacity > ShadowLimits.UsualBuffer)
        {
            _body.Dispose();
        }

        Baseline.Clear();
        Canary.Clear();
        Control.Clear();
        return held;
    }

    public void Dispose()
    {
        _head.Dispose();
        _body.Dispose();
        Baseline.Dispose();
        Canary.Dispose();
        Control.Dispose();
    }
}

/// <summary>Why a copy is not sent.</summary>
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
