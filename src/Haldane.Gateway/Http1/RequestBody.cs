using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Haldane.Gateway.Overrides;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Sockets;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Http1;

/// <summary>A request's body that did not come whole with its head: sent on as it comes, and kept, up to a limit, so that it can be sent again. Longer than most: framing, sending, keeping and counting are done in one pass over what came, for a byte is looked at once.</summary>
/// <remarks>
/// Used again for request after request. One sending at a time. Owns its pooled buffer until disposed.
/// </remarks>
/// <param name="input">The caller's connection.</param>
/// <param name="deadline">Bounds each wait for the caller or the version.</param>
/// <param name="caller">Whether the caller is still there.</param>
/// <param name="most">Bytes of a body at most.</param>
internal sealed class RequestBody(PipeReader input, Deadline deadline, CallerPresence caller, long most) : IDisposable
{
    private readonly ChunkedReader _chunks = new();
    private readonly KeptBytes _kept = new(16 * 1024, RelayLimits.LargestRepeatable);
    private readonly Action _cancelRead = input.CancelPendingRead;
    private readonly SocketReader? _straight = input as SocketReader;
    private long _length;
    private long _left;
    private long _taken;
    private bool _isChunked;
    private bool _keeps;
    private BodyEdit? _edit;
    private bool _sendsChunks;
    private volatile bool _stopped;
    private volatile bool _isNeeded;
    private long _begun;
    private PieceSize _piece;

    /// <summary>Whether the caller has sent all of it.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Whether all that came so far can be sent again.</summary>
    public bool CanRepeat => _keeps || _taken == 0;

    /// <summary>All of it, where it has come and is kept; otherwise nothing.</summary>
    public ReadOnlyMemory<byte> Kept => IsWhole && _keeps ? _kept.Memory : default;

    /// <summary>Begins with a request's body.</summary>
    /// <param name="head">The request.</param>
    /// <param name="keeps">Whether it may have to be sent or read again.</param>
    public void Begin(RequestHead head, bool keeps)
    {
        _chunks.Clear();
        _kept.Clear();
        (_isChunked, _length, _left, _taken, _keeps) = (head.Fields.IsChunked, head.Fields.ContentLength, head.Fields.ContentLength, 0, keeps);
        (IsWhole, _isNeeded, _begun) = (false, false, deadline.Now);
    }

    /// <summary>It will have to be sent again: what comes from here on is kept, whatever the limit.</summary>
    public void Need() => _isNeeded = true;

    /// <summary>Ends with a request.</summary>
    public void End()
    {
        if (_kept.Capacity > RelayLimits.LargestRead)
        {
            Dispose();
        }
    }

    /// <summary>Ends a sending under way: the rest of the body is nobody's.</summary>
    public void Stop()
    {
        _stopped = true;
        input.CancelPendingRead();
    }

    /// <summary>Sends the body, from its beginning.</summary>
    /// <param name="version">Where to.</param>
    /// <param name="patience">How long the caller may send nothing.</param>
    /// <param name="edit">How it is edited on its way; null for not at all.</param>
    public async Task<BodyEnd> SendAsync(UpstreamConnection version, TimeSpan patience, BodyEdit? edit)
    {
        _stopped = false;
        (_edit, _sendsChunks) = (edit, edit is null ? _isChunked : edit.LengthOf(_length) < 0);
        edit?.Restart();
        try
        {
            if (_kept.Length > 0)
            {
                if (!Write(version, _kept.Span))
                {
                    return BodyEnd.Unfit;
                }

                await PushAsync(version, patience);
            }

            while (!IsWhole)
            {
                var straight = Straight;
                var end = straight > 0 ? await PassAsync(version, straight, patience) : await ReadAsync(version, patience);
                if (end != BodyEnd.Sent)
                {
                    return end;
                }

                if (straight == 0 && (IsWhole || version.Unsent >= RelayLimits.LargePiece || !caller.HasMore))
                {
                    await PushAsync(version, patience);
                }
            }

            if (edit?.End() == false)
            {
                return BodyEnd.Unfit;
            }

            WriteEnd(version);
            await PushAsync(version, patience);
            return BodyEnd.Sent;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return BodyEnd.VersionClosed;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Kestrel's names for a caller's reset and for our own.
            return BodyEnd.CallerGone;
        }
    }

    /// <summary>Gathers the body, as far as it may be kept, before a version is asked: so that its length after the edit is known, and what cannot be edited is noticed in time.</summary>
    /// <param name="edit">Gets what came.</param>
    /// <param name="patience">How long the caller may send nothing.</param>
    public async ValueTask<BodyEnd> GatherAsync(BodyEdit edit, TimeSpan patience)
    {
        (_edit, _stopped) = (edit, false);

        // Nothing is sent yet, so all that came is kept.
        _keeps = true;
        if (!edit.Write(_kept.Span))
        {
            return BodyEnd.Unfit;
        }

        try
        {
            while (!IsWhole && _kept.Length < RelayLimits.LargestRepeatable)
            {
                var end = await ReadAsync(null, patience);
                if (end != BodyEnd.Sent)
                {
                    return end;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Kestrel's names for a caller's reset and for our own.
            return BodyEnd.CallerGone;
        }

        return IsWhole && _kept.Length > 0 && !edit.End() ? BodyEnd.Unfit : BodyEnd.Sent;
    }

    public void Dispose() => _kept.Dispose();

    // Most of a large body needs no look: so many bytes of it are received where they are kept, or where they are sent from. 0 where the next have to be looked at.
    private int Straight => _straight is { HasBuffered: false } && _edit is null && !_isChunked
        ? _piece.Of(_keeps && !_isNeeded ? Math.Min(_left, RelayLimits.LargestRepeatable - _kept.Length) : _left)
        : 0;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BodyEnd> PassAsync(UpstreamConnection version, int size, TimeSpan patience)
    {
        var keeps = _keeps;
        var into = keeps ? _kept.RoomAhead(size) : version.ToSendAhead(size);
        deadline.Set(patience, _cancelRead);
        var read = await _straight!.ReadIntoAsync(into);

        // Booked before anything else is looked at: it has left the kernel, and may have to be sent to another. None when the read was cancelled.
        var count = _straight.Received;
        _left -= count;
        _taken += count;
        _piece.Took(count, size);
        IsWhole = _left == 0;
        if (keeps)
        {
            _kept.Took(count);
        }
        else
        {
            version.Wrote(count);
        }

        if (!deadline.Clear() || _stopped || read.IsCompleted)
        {
            return BodyEnd.CallerGone;
        }

        if (version.Unsent > 0)
        {
            await PushAsync(version, patience);
        }

        if (keeps)
        {
            await PushAsync(version.SendAsync(into[..count]), version, patience);
        }

        return IsTooSlow() ? BodyEnd.CallerGone : BodyEnd.Sent;
    }

    // Without a version: gathers.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BodyEnd> ReadAsync(UpstreamConnection? version, TimeSpan patience)
    {
        deadline.Set(patience, _cancelRead);
        var read = await input.ReadAsync();
        if (!deadline.Clear() || _stopped)
        {
            input.AdvanceTo(read.Buffer.Start);
            return BodyEnd.CallerGone;
        }

        var (end, consumed) = Take(version, read.Buffer);
        input.AdvanceTo(consumed);
        return end == BodyEnd.Sent && ((read.IsCompleted && !IsWhole && !IsGathered(version)) || IsTooSlow()) ? BodyEnd.CallerGone : end;
    }

    private bool IsGathered(UpstreamConnection? version) => version is null && _kept.Length == RelayLimits.LargestRepeatable;

    private ValueTask PushAsync(UpstreamConnection version, TimeSpan patience) => PushAsync(version.SendAsync(), version, patience);

    private ValueTask PushAsync(ValueTask sending, UpstreamConnection version, TimeSpan patience) => sending.IsCompletedSuccessfully ? sending : PushRestAsync(sending, version, patience);

    private async ValueTask PushRestAsync(ValueTask sending, UpstreamConnection version, TimeSpan patience)
    {
        deadline.Set(patience, version.Break);
        await sending;
        deadline.Clear();
    }

    // So that a trickle cannot hold a version's worker for hours.
    private bool IsTooSlow()
    {
        var elapsed = TimeSpan.FromMilliseconds(deadline.Now - _begun) - RelayLimits.BodyGrace;
        return !IsWhole && elapsed > TimeSpan.Zero && _taken < elapsed.TotalSeconds * RelayLimits.SlowestBody;
    }

    private (BodyEnd End, SequencePosition Consumed) Take(UpstreamConnection? version, ReadOnlySequence<byte> buffer)
    {
        var at = 0L;
        foreach (var memory in buffer)
        {
            var rest = memory.Span;
            while (!rest.IsEmpty && !IsWhole && !IsGathered(version))
            {
                var piece = Next(version is null ? rest[..Math.Min(rest.Length, RelayLimits.LargestRepeatable - _kept.Length)] : rest);
                if (piece.Consumed < 0)
                {
                    return (BodyEnd.Malformed, buffer.GetPosition(at));
                }

                if ((_taken += piece.Content.Length) > most)
                {
                    return (BodyEnd.TooLarge, buffer.GetPosition(at));
                }

                Keep(piece.Content);
                if (!Write(version, piece.Content))
                {
                    return (BodyEnd.Unfit, buffer.GetPosition(at + piece.Consumed));
                }

                rest = rest[piece.Consumed..];
                at += piece.Consumed;
            }
        }

        return (BodyEnd.Sent, buffer.GetPosition(at));
    }

    private Piece Next(ReadOnlySpan<byte> rest)
    {
        if (!_isChunked)
        {
            var length = (int)Math.Min(_left, rest.Length);
            _left -= length;
            IsWhole = _left == 0;
            return new(rest[..length], length);
        }

        var step = _chunks.Step(rest, out var consumed, out var content);
        IsWhole = step == ChunkStep.End;
        return step switch
        {
            ChunkStep.Bad => new(default, -1),
            ChunkStep.Content => new(rest[content], consumed),
            _ => new(default, consumed),
        };
    }

    // False when it cannot be edited.
    private bool Write(UpstreamConnection? version, ReadOnlySpan<byte> content)
    {
        if (_edit?.Write(content) == false)
        {
            return false;
        }

        if (version is not null)
        {
            Frame(version, _edit is null ? content : _edit.Ready.Span);
            _edit?.Take();
        }

        return true;
    }

    private void Frame(UpstreamConnection version, ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return;
        }

        var writer = new HeadWriter(version.ToSend(content.Length + HeadWriter.PieceFraming));
        writer.WritePiece(content, _sendsChunks);
        version.Wrote(writer.Length);
    }

    private void WriteEnd(UpstreamConnection version)
    {
        if (_sendsChunks)
        {
            var writer = new HeadWriter(version.ToSend(ChunkedReader.MostEnd(_chunks)));
            writer.WriteLastChunk(_chunks);
            version.Wrote(writer.Length);
        }
    }

    private void Keep(ReadOnlySpan<byte> content)
    {
        if (!_keeps)
        {
            return;
        }

        if (_kept.Length + content.Length > RelayLimits.LargestRepeatable && !_isNeeded)
        {
            _keeps = false;
            return;
        }

        _kept.Add(content);
    }

    private readonly ref struct Piece(ReadOnlySpan<byte> content, int consumed)
    {
        public ReadOnlySpan<byte> Content { get; } = content;

        public int Consumed { get; } = consumed;
    }
}
