using System.Buffers;
using System.IO.Pipelines;

namespace Haldane.Gateway.Http1;

/// <summary>How far the head of a request has come.</summary>
internal enum Arrival
{
    /// <summary>More of it has to come.</summary>
    Awaited,

    /// <summary>It is whole.</summary>
    Whole,

    /// <summary>It did not come in time.</summary>
    Late,

    /// <summary>None comes any more.</summary>
    Over,
}

/// <summary>Takes the heads of requests as they arrive on a caller's connection, and says how long each may take.</summary>
/// <remarks>For one thread; belongs to a caller's connection.</remarks>
internal sealed class RequestArrival(PipeReader input, RequestHead request, Deadline waiting)
{
    private readonly Action _cancelRead = input.CancelPendingRead;
    private bool _hasBegun;

    /// <summary>Begins to wait for a request.</summary>
    public void Begin()
    {
        request.Clear();
        _hasBegun = false;
        waiting.SetRoughly(RelayLimits.Idle, _cancelRead);
    }

    /// <summary>Looks whether a head has come whole; if not, tells the reader what was looked at.</summary>
    /// <param name="read">What has come.</param>
    /// <param name="isClosing">Whether no further request is to be served.</param>
    /// <param name="buffer">Beginning with the head.</param>
    /// <param name="length">That of the head, where it is whole.</param>
    public Arrival Take(in ReadResult read, bool isClosing, out ReadOnlySequence<byte> buffer, out int length)
    {
        buffer = WithoutBlankLine(read.Buffer);
        length = 0;
        if (!IsHalfBlankLine(buffer) && request.Take(buffer, out length))
        {
            return waiting.Clear() ? Arrival.Whole : Arrival.Over;
        }

        input.AdvanceTo(buffer.Start, buffer.End);
        if (read.IsCompleted || (isClosing && buffer.IsEmpty))
        {
            return Arrival.Over;
        }

        if (read.IsCanceled && !waiting.Clear())
        {
            return _hasBegun ? Arrival.Late : Arrival.Over;
        }

        if (read.IsCanceled || _hasBegun == buffer.IsEmpty)
        {
            // The whole head shares one patience, however slowly it trickles.
            _hasBegun = !buffer.IsEmpty;
            waiting.Set(_hasBegun ? RelayLimits.Head : RelayLimits.Idle, _cancelRead);
        }

        return Arrival.Awaited;
    }

    // RFC 9112, section 2.2: some clients send one after a body.
    private static ReadOnlySequence<byte> WithoutBlankLine(in ReadOnlySequence<byte> buffer) =>
        buffer.Length >= 2 && buffer.FirstSpan is [HttpSyntax.Cr, HttpSyntax.Lf, ..] ? buffer.Slice(2) : buffer;

    private static bool IsHalfBlankLine(in ReadOnlySequence<byte> buffer) => buffer.IsEmpty || (buffer.Length == 1 && buffer.FirstSpan[0] == HttpSyntax.Cr);
}
