using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Http1;

/// <summary>Brings a version's answer to the caller as it comes, and has it read on the side. Longer than most: held back, passed on and kept are three views of one buffer, whose positions every step moves.</summary>
/// <remarks>
/// A small answer of known length that is read for signals is held until it is whole, so that its token can carry the predicted class. Everything else passes at once, one flush for each piece
/// that came, and its beginning is kept for the reader. What to do with what has come is decided apart from the waiting. Belongs to a caller's connection, which uses it for answer after answer.
/// </remarks>
internal sealed class AnswerRelay(PipeWriter caller, RequestHead request, AnswerWriter writer, AnswerSide side, CallerPresence presence, Deadline deadline, Action breakOff)
{
    private const long NotYet = -1;

    private readonly PassingBody _body = new(caller, writer, side);
    private UpstreamConnection _version = null!;
    private Func<bool>? _isHeld;
    private Phase _phase;
    private int _interims;
    private bool _waits;
    private bool _isSilent;
    private long _silentSince;

    private enum Phase
    {
        Head,

        // A small body is awaited whole.
        Hold,
        Body,

        // The version closed where only that ends the body.
        Closed,

        // The version closed, broke off or fell silent before the end.
        Lost,
    }

    /// <summary>Whether the request's body is still on its way, so that the version cannot be asked for an answer yet.</summary>
    public bool Waits
    {
        get => Volatile.Read(ref _waits);
        set => Volatile.Write(ref _waits, value);
    }

    /// <summary>The request's body has been sent: the version's time begins.</summary>
    public void EndWaits()
    {
        deadline.Renew();
        Waits = false;
    }

    /// <summary>Whether the version took longer than it may.</summary>
    public bool IsLate { get; private set; }

    /// <summary>Whether the connection ended so soon, and before anything came, that the version had closed it without looking at the request.</summary>
    public bool EndedAtOnce => _isSilent && !IsLate && deadline.Now - _silentSince < RelayLimits.AtOnce;

    /// <summary>Whether the version's connection can serve again.</summary>
    public bool VersionCanServe { get; private set; }

    /// <summary>The answer's status; 0 before.</summary>
    public int Status { get; private set; }

    /// <summary>Begins with a request.</summary>
    public void Begin() => (VersionCanServe, IsLate, _isSilent, Status) = (false, false, false, 0);

    /// <summary>Relays the answer of a version that has been asked.</summary>
    /// <param name="version">The connection.</param>
    /// <param name="patience">How long the version may be silent.</param>
    /// <param name="mayRepeat">Whether a failed answer may be swallowed, because another version can still answer.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> RunAsync(UpstreamConnection version, TimeSpan patience, Func<bool> mayRepeat)
    {
        Begin(version);
        while (true)
        {
            var outcome = Advance(mayRepeat);
            if (writer.HasWritten)
            {
                writer.Flushed();
                var flush = caller.FlushAsync();
                if (!flush.IsCompletedSuccessfully)
                {
                    deadline.Set(RelayLimits.CallerGap, breakOff);
                }

                var flushed = await flush;
                if (!deadline.Clear() || flushed.IsCompleted)
                {
                    outcome ??= Outcome.Abandoned;
                }
            }

            if (outcome is { } ended)
            {
                return Ended(ended);
            }

            var now = deadline.Set(patience, version.Break, _isHeld ??= () => Waits);
            _silentSince = _silentSince == NotYet ? now : _silentSince;
            presence.Wait(version.Break, !writer.HasBegun && !request.IsHttp10, writer.HasBegun);
            var straight = _phase == Phase.Body ? _body.Straight() : default;
            int count;
            try
            {
                count = await (straight.IsEmpty ? version.ReceiveAsync() : version.ReceiveAsync(straight));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                count = -1;
            }

            presence.EndWait();
            if (presence.Asking is { } asking)
            {
                // The caller does not read what it was sent earlier.
                deadline.Clear();
                deadline.Set(RelayLimits.CallerGap, breakOff);
                await asking;
            }

            IsLate |= !deadline.Clear();
            Took(IsLate || presence.IsGone ? -1 : count, straight);
        }
    }

    private void Begin(UpstreamConnection version)
    {
        _version = version;
        version.Head.Clear();
        version.Chunks.Clear();
        _interims = 0;
        (_phase, VersionCanServe, _isSilent, _silentSince, IsLate, Status) = (Phase.Head, false, true, NotYet, false, 0);
    }

    // Does all that can be done with what has come; null when more is needed.
    private Outcome? Advance(Func<bool> mayRepeat)
    {
        while (_phase == Phase.Head)
        {
            if (_version.Available.IsEmpty || !_version.Head.Take(new(_version.Available), out var consumed))
            {
                return null;
            }

            if (_version.Head.Fault != HeadFault.None)
            {
                return Outcome.Broken;
            }

            _version.Consume(consumed);
            if (_version.Head.IsInterim)
            {
                if (++_interims > RelayLimits.MostInterims)
                {
                    return Outcome.Broken;
                }

                PassInterim();
            }
            else if (Decide(mayRepeat) is { } refused)
            {
                return refused;
            }
        }

        switch (_phase)
        {
            case Phase.Hold when !_body.HasAll:
                if (!_version.Available.IsEmpty)
                {
                    side.MarkContent();
                }

                return null;
            case Phase.Hold:
                side.Read(_body.Held);
                if (side.HasFailed && mayRepeat())
                {
                    return Outcome.Erred;
                }

                writer.WriteHead(_version.Head);
                _body.PassHeld();
                return Outcome.Answered;
            case Phase.Lost:
                return Outcome.Broken;
            case Phase.Closed:
                return AfterPiece(true, mayRepeat);
        }

        return _body.Pass() switch
        {
            ChunkStep.Bad => Outcome.Broken,
            var step => AfterPiece(step == ChunkStep.End, mayRepeat),
        };
    }

    // What a piece of the body, or its end, leads to; null when more is needed.
    private Outcome? AfterPiece(bool isAll, Func<bool> mayRepeat)
    {
        if (isAll)
        {
            side.End();
        }

        var isCut = isAll && side.IsCut;
        if (side.Holds && (side.HasFailed || isCut) && mayRepeat())
        {
            return isCut ? Outcome.Broken : Outcome.Erred;
        }

        if (side.Releases(isAll))
        {
            writer.WriteHead(_version.Head);
            writer.Write(side.Kept.Span);
        }

        if (isCut)
        {
            return Outcome.Broken;
        }

        if (!isAll)
        {
            return null;
        }

        writer.WriteEnd(_body.Chunks);
        return Outcome.Answered;
    }

    // We have said "continue" ourselves; the other interim answers are the caller's.
    private void PassInterim()
    {
        if (_version.Head.Status != StatusCodes.Status100Continue && !request.IsHttp10)
        {
            writer.WriteInterim(_version.Head);
        }

        _version.Head.Clear();
    }

    // From the head of the answer, what to do with its body.
    private Outcome? Decide(Func<bool> mayRepeat)
    {
        var head = _version.Head;
        Status = head.Status;
        if (Status == StatusCodes.Status101SwitchingProtocols)
        {
            // Nobody asked it to.
            return Outcome.Broken;
        }

        if (Status >= 500 && mayRepeat())
        {
            return Outcome.Erred;
        }

        _body.Begin(_version, request.IsHead);
        writer.Frame(_body.Framing);
        side.Begin(Status, request.IsHead, !head.Fields.ValueOf(head.Bytes, "content-encoding"u8).IsEmpty, head.Fields.ValueOf(head.Bytes, "content-type"u8));
        if (side.AsksForm)
        {
            side.SetForm(AnswerForm.Of(head.Fields.ValueOf(head.Bytes, "inference-header-content-length"u8)));
        }

        if (side.WantsWhole && _body.CanBeHeld)
        {
            _phase = Phase.Hold;
            return null;
        }

        if (!side.Holds)
        {
            writer.WriteHead(head);
        }

        _phase = Phase.Body;
        return null;
    }

    // What a wait has brought: bytes, 0 for the end of the stream, below 0 for a broken connection.
    private void Took(int count, Memory<byte> straight)
    {
        if (count > 0)
        {
            _isSilent = false;
            side.Mark();
            if (straight.IsEmpty)
            {
                _version.Received(count);
                return;
            }

            _body.TookStraight(straight.Span, count);
            return;
        }

        _phase = count == 0 && _phase == Phase.Body && _body.Framing == BodyFraming.UntilClose ? Phase.Closed : Phase.Lost;
    }

    private Outcome Ended(Outcome outcome)
    {
        if (outcome != Outcome.Answered)
        {
            // A caller who has left is the reason for what broke after that.
            return outcome == Outcome.Broken && presence.IsGone ? Outcome.Abandoned : outcome;
        }

        VersionCanServe = _version.Head.KeepsAlive && _body.Framing != BodyFraming.UntilClose && _version.Available.IsEmpty;
        return Status >= 500 || side.HasFailed ? Outcome.Erred : Outcome.Answered;
    }
}
