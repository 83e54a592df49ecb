using Haldane.Gateway.Http1;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Shadow;

/// <summary>Reads a version's answer to a copy as it comes.</summary>
/// <remarks>Used again for answer after answer. For one thread at a time.</remarks>
internal sealed class CopyReader(TimeProvider time)
{
    private UpstreamConnection _version = null!;
    private ShadowCopy _copy = null!;
    private CopyAnswer _answer = null!;
    private BodyFraming _framing;
    private long _left;
    private long _read;
    private bool _inBody;

    /// <summary>Whether the answer was not read to its end, because it is larger than anybody would compare.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether nothing at all has come.</summary>
    public bool IsSilent { get; private set; }

    /// <summary>When the first byte of the body came, by the stopwatch; 0 while none did.</summary>
    public long FirstByteAt { get; private set; }

    /// <summary>When the last byte came, by the stopwatch.</summary>
    public long LastByteAt { get; private set; }

    /// <summary>Whether the connection can serve again.</summary>
    public bool CanServe => _inBody && !IsCut && _version.Head.KeepsAlive && _framing != BodyFraming.UntilClose && _version.Available.IsEmpty;

    /// <summary>Begins with an answer.</summary>
    public void Begin(UpstreamConnection version, ShadowCopy copy, CopyAnswer answer)
    {
        (_version, _copy, _answer) = (version, copy, answer);
        version.Head.Clear();
        version.Chunks.Clear();
        answer.ForgetBody();
        (_inBody, _left, _read, IsCut, IsSilent, FirstByteAt, LastByteAt) = (false, 0, 0, false, true, 0, 0);
    }

    /// <summary>So many bytes have come.</summary>
    public void Took(int count)
    {
        _version.Received(count);
        (IsSilent, LastByteAt) = (false, time.GetTimestamp());
    }

    /// <summary>The version has closed the connection.</summary>
    /// <returns>Whether that was the end of the answer.</returns>
    public bool EndsHere() => _inBody && _framing == BodyFraming.UntilClose;

    /// <summary>Reads what has come.</summary>
    public ChunkStep Advance()
    {
        while (!_inBody)
        {
            if (_version.Available.IsEmpty || !_version.Head.Take(new(_version.Available), out var consumed))
            {
                return ChunkStep.More;
            }

            if (_version.Head.Fault != HeadFault.None || _version.Head.Status == StatusCodes.Status101SwitchingProtocols)
            {
                return ChunkStep.Bad;
            }

            _version.Consume(consumed);
            if (_version.Head.IsInterim)
            {
                _version.Head.Clear();
                continue;
            }

            Enter(_version.Head);
        }

        return Take();
    }

    private void Enter(ResponseHead head)
    {
        _answer.Status = head.Status;
        _answer.SetType(head.Fields.ValueOf(head.Bytes, "content-type"u8));
        _answer.IsUnknown = !head.Fields.ValueOf(head.Bytes, "content-encoding"u8).IsEmpty;
        _framing = head.FramingOf(toHead: false);
        _left = _framing == BodyFraming.Length ? head.Fields.ContentLength : 0;
        _inBody = true;
    }

    private ChunkStep Take()
    {
        var step = TakePieces(_version.Available.Span);
        if (step == ChunkStep.More && _read > ShadowLimits.LargestRead)
        {
            // Nobody waits for the rest.
            IsCut = true;
            return ChunkStep.End;
        }

        return step;
    }

    private ChunkStep TakePieces(ReadOnlySpan<byte> available)
    {
        switch (_framing)
        {
            case BodyFraming.None:
                return ChunkStep.End;
            case BodyFraming.Chunked:
                return TakeChunks(available);
            case BodyFraming.UntilClose:
                Keep(available);
                _version.Consume(available.Length);
                return ChunkStep.More;
            default:
                var length = (int)Math.Min(_left, available.Length);
                Keep(available[..length]);
                _version.Consume(length);
                _left -= length;
                return _left == 0 ? ChunkStep.End : ChunkStep.More;
        }
    }

    private ChunkStep TakeChunks(ReadOnlySpan<byte> available)
    {
        var at = 0;
        ChunkStep step;
        do
        {
            step = _version.Chunks.Step(available[at..], out var consumed, out var content);
            if (step == ChunkStep.Content)
            {
                Keep(available[at..][content]);
            }

            at += consumed;
        }
        while (step == ChunkStep.Content);

        _version.Consume(at);
        return step;
    }

    private void Keep(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return;
        }

        FirstByteAt = FirstByteAt == 0 ? LastByteAt : FirstByteAt;
        _read += content.Length;
        _answer.Add(content, _copy);
    }
}
