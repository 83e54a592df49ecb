using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Haldane.Core;
using Haldane.Core.Exchanges;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Http1;

/// <summary>Brings a version's answer to the caller as it comes, and reads it on the side.</summary>
/// <remarks>
/// A small answer of known length that is read for signals is held until it is whole, so that its token can carry the predicted class. Everything else passes at once, one flush for each piece
/// that came, and its beginning is kept for the reader. Belongs to a caller's connection, which uses it for answer after answer. Owns its pooled buffer until disposed.
/// </remarks>
internal sealed class AnswerRelay(PipeWriter caller, RequestHead request, Exchange exchange, ExchangeDesk desk, CallerPresence presence, Deadline deadline, Action breakOff) : IDisposable
{
    // Status line, our own fields and framing.
    private const int OwnBytes = 256;

    private UpstreamConnection _version = null!;
    private Func<bool>? _isHeld;
    private Phase _phase;
    private bool _hasWritten;
    private BodyFraming _framing;
    private long _left;
    private bool _chunksOut;
    private bool _waits;
    private bool _reads;
    private bool _isLarge;
    private byte[] _kept = [];
    private int _keptLength;

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

    /// <summary>Whether anything of an answer has been written.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the version took longer than it may.</summary>
    public bool IsLate { get; private set; }

    /// <summary>Whether nothing at all came from the version.</summary>
    public bool IsSilent { get; private set; }

    /// <summary>Whether the version's connection can serve again.</summary>
    public bool VersionCanServe { get; private set; }

    /// <summary>Whether the caller can tell the end of the answer without the end of the connection, and wants to go on.</summary>
    public bool KeepsCaller { get; set; }

    /// <summary>The answer's status; 0 before.</summary>
    public int Status { get; private set; }

    /// <summary>Forgets the last request's answer.</summary>
    public void Clear()
    {
        _isHeld ??= () => Waits;
        (HasBegun, IsLate, IsSilent, Status, KeepsCaller) = (false, false, false, 0, request.KeepsAlive);
    }

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
            if (_hasWritten)
            {
                _hasWritten = false;
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

            deadline.Set(patience, version.Break, _isHeld);
            presence.Wait(version, !HasBegun && !request.IsHttp10);
            int count;
            try
            {
                count = await version.ReceiveAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                count = -1;
            }

            presence.EndWait();
            IsLate |= !deadline.Clear();
            Took(IsLate || presence.IsGone ? -1 : count);
        }
    }

    public void Dispose()
    {
        if (_kept.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_kept);
            _kept = [];
        }
    }

    /// <summary>Writes our own fields.</summary>
    public void WriteOwn(ref HeadWriter to)
    {
        to.Write("x-haldane-exchange: "u8);
        desk.Tokens.SealAscii(exchange.Token, to.Take(TokenCodec.Length));
        to.Write("\r\n"u8);
        if (exchange.Route.Spec.ShowArm)
        {
            to.Write(exchange.Arm == Arm.Canary ? "x-haldane-arm: canary\r\n"u8 : "x-haldane-arm: baseline\r\n"u8);
        }

        if (!KeepsCaller)
        {
            to.Write("Connection: close\r\n"u8);
        }
        else if (request.IsHttp10)
        {
            to.Write("Connection: keep-alive\r\n"u8);
        }
    }

    private void Begin(UpstreamConnection version)
    {
        _version = version;
        version.Head.Clear();
        version.Chunks.Clear();
        (_phase, VersionCanServe, IsSilent, IsLate, Status, _keptLength, _isLarge) = (Phase.Head, false, true, false, 0, 0, false);
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
                PassInterim();
            }
            else if (Decide(mayRepeat) is { } refused)
            {
                return refused;
            }
        }

        switch (_phase)
        {
            case Phase.Hold when _version.Available.Length < _left:
                if (!_version.Available.IsEmpty)
                {
                    MarkFirst();
                }

                return null;
            case Phase.Hold:
                exchange.Prediction = exchange.Route.Answers.Read(_version.Available.Span[..(int)_left]);
                _reads = false;
                WriteHead(_version.Head);
                break;
            case Phase.Lost:
                return Outcome.Broken;
            case Phase.Closed:
                EndAtClose();
                return Outcome.Answered;
        }

        return Pass() switch
        {
            ChunkStep.End => Outcome.Answered,
            ChunkStep.Bad => Outcome.Broken,
            _ => null,
        };
    }

    // We have said "continue" ourselves; the other interim answers are the caller's.
    private void PassInterim()
    {
        var head = _version.Head;
        if (head.Status != StatusCodes.Status100Continue && !request.IsHttp10)
        {
            WriteInterim();
            _hasWritten = true;
        }

        head.Clear();
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

        _framing = head.FramingOf(request.IsHead);
        _left = _framing == BodyFraming.Length ? head.Fields.ContentLength : 0;
        _chunksOut = _framing is BodyFraming.Chunked or BodyFraming.UntilClose && !request.IsHttp10;
        KeepsCaller &= _framing is BodyFraming.None or BodyFraming.Length || _chunksOut;
        _reads = exchange.Reads(Status, request.IsHead);
        if (_reads && !head.Fields.ValueOf(head.Bytes, "content-encoding"u8).IsEmpty)
        {
            // Packed bodies are not unpacked, so it is clear already that this one is unread.
            exchange.Prediction = Prediction.Unread;
            _reads = false;
        }

        if (_reads && _framing == BodyFraming.Length && _left is > 0 and <= RelayLimits.LargestRead)
        {
            _phase = Phase.Hold;
            return null;
        }

        WriteHead(head);
        return null;
    }

    // What a wait has brought: bytes, 0 for the end of the stream, below 0 for a broken connection.
    private void Took(int count)
    {
        if (count > 0)
        {
            _version.Received(count);
            IsSilent = false;
            exchange.LastByteAt = desk.Time.GetTimestamp();
            return;
        }

        _phase = count == 0 && _phase == Phase.Body && _framing == BodyFraming.UntilClose ? Phase.Closed : Phase.Lost;
    }

    private Outcome Ended(Outcome outcome)
    {
        if (outcome != Outcome.Answered)
        {
            // A caller who has left is the reason for what broke after that.
            return outcome == Outcome.Broken && presence.IsGone ? Outcome.Abandoned : outcome;
        }

        VersionCanServe = _version.Head.KeepsAlive && _framing != BodyFraming.UntilClose && _version.Available.IsEmpty;
        if (_reads && exchange.Prediction is null)
        {
            exchange.Prediction = _isLarge ? Prediction.Unread : exchange.Route.Answers.Read(_kept.AsSpan(0, _keptLength));
        }

        return Status >= 500 ? Outcome.Erred : Outcome.Answered;
    }

    // The end of the connection was the end of the body.
    private void EndAtClose()
    {
        if (_chunksOut)
        {
            caller.Write("0\r\n\r\n"u8);
            _hasWritten = true;
        }
    }

    // Writes what has come.
    private ChunkStep Pass()
    {
        var available = _version.Available.Span;
        switch (_framing)
        {
            case BodyFraming.None:
                return ChunkStep.End;
            case BodyFraming.Length:
                var length = (int)Math.Min(_left, available.Length);
                Write(available[..length]);
                _version.Consume(length);
                _left -= length;
                return _left == 0 ? ChunkStep.End : ChunkStep.More;
            case BodyFraming.UntilClose:
                Write(available);
                _version.Consume(available.Length);
                return ChunkStep.More;
            default:
                return PassChunks(available);
        }
    }

    private ChunkStep PassChunks(ReadOnlySpan<byte> available)
    {
        var at = 0;
        ChunkStep step;
        do
        {
            step = _version.Chunks.Step(available[at..], out var consumed, out var content);
            if (step == ChunkStep.Content)
            {
                Write(available[at..][content]);
            }

            at += consumed;
        }
        while (step == ChunkStep.Content);

        _version.Consume(at);
        if (step == ChunkStep.End && _chunksOut)
        {
            var trailers = _version.Chunks.Trailers;
            var writer = new HeadWriter(caller.GetSpan(trailers.Length + 8));
            writer.Write("0\r\n"u8);
            writer.Write(trailers);
            writer.Write("\r\n"u8);
            caller.Advance(writer.Length);
            _hasWritten = true;
        }

        return step;
    }

    private void Write(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return;
        }

        MarkFirst();
        Keep(content);
        _hasWritten = true;
        if (!_chunksOut)
        {
            caller.Write(content);
            return;
        }

        var writer = new HeadWriter(caller.GetSpan(16));
        writer.WriteHex(content.Length);
        writer.Write("\r\n"u8);
        caller.Advance(writer.Length);
        caller.Write(content);
        caller.Write("\r\n"u8);
    }

    private void WriteHead(ResponseHead head)
    {
        (_phase, HasBegun, _hasWritten) = (Phase.Body, true, true);
        var to = new HeadWriter(caller.GetSpan(HeadWriter.MostFor(head, OwnBytes)));
        WriteStatus(ref to, head);
        to.WriteEndToEnd(head);
        WriteOwn(ref to);
        if (_chunksOut || (_framing == BodyFraming.None && head.Fields.IsChunked && !request.IsHttp10))
        {
            to.Write("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (head.Fields.ContentLength >= 0 && Status != StatusCodes.Status204NoContent)
        {
            to.Write("Content-Length: "u8);
            to.Write(head.Fields.ContentLength);
            to.Write("\r\n"u8);
        }

        to.Write("\r\n"u8);
        caller.Advance(to.Length);
    }

    private void WriteInterim()
    {
        var to = new HeadWriter(caller.GetSpan(HeadWriter.MostFor(_version.Head, OwnBytes)));
        WriteStatus(ref to, _version.Head);
        to.WriteEndToEnd(_version.Head);
        to.Write("\r\n"u8);
        caller.Advance(to.Length);
    }

    private static void WriteStatus(ref HeadWriter to, ResponseHead head)
    {
        to.Write("HTTP/1.1 "u8);
        to.Write(head.Status);
        to.Write(" "u8);
        to.Write(head.Reason);
        to.Write("\r\n"u8);
    }

    private void MarkFirst()
    {
        if (exchange.FirstByteAt == 0)
        {
            exchange.FirstByteAt = exchange.LastByteAt;
        }
    }

    private void Keep(ReadOnlySpan<byte> content)
    {
        if (!_reads || _isLarge)
        {
            return;
        }

        if (_keptLength + content.Length > RelayLimits.LargestRead)
        {
            _isLarge = true;
            return;
        }

        if (_keptLength + content.Length > _kept.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Clamp(2 * (_keptLength + content.Length), 1_024, RelayLimits.LargestRead));
            _kept.AsSpan(0, _keptLength).CopyTo(larger);
            Dispose();
            _kept = larger;
        }

        content.CopyTo(_kept.AsSpan(_keptLength));
        _keptLength += content.Length;
    }
}
