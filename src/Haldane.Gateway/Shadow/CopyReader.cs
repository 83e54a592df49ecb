using Haldane.Gateway.Copies;
using Haldane.Gateway.Http1;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Shadow;

/// <summary>Reads a version's answer to a copy as it comes.</summary>
/// <remarks>Used again for answer after answer. For one thread at a time.</remarks>
internal sealed class CopyReader
{
    private UpstreamConnection _version = null!;
    private ExchangeCopy _copy = null!;
    private CopyAnswer _answer = null!;
    private readonly FramedBody _body = new();
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
    public bool CanServe => _inBody && !IsCut && _version.Head.KeepsAlive && _body.Framing != BodyFraming.UntilClose && _version.Available.IsEmpty;

    /// <summary>Begins with an answer.</summary>
    public void Begin(UpstreamConnection version, ExchangeCopy copy, CopyAnswer answer)
    {
        (_version, _copy, _answer) = (version, copy, answer);
        version.Head.Clear();
        version.Chunks.Clear();
        answer.ForgetBody();
        (_inBody, _read, IsCut, IsSilent, FirstByteAt, LastByteAt) = (false, 0, false, true, 0, 0);
    }

    /// <summary>So many bytes have come.</summary>
    public void Took(int count)
    {
        _version.Received(count);

        // When they came, not when the thread pool came to it: the baseline's are read where they come.
        (IsSilent, LastByteAt) = (false, _version.ReceivedAt);
    }

    /// <summary>The version has closed the connection.</summary>
    /// <returns>Whether that was the end of the answer.</returns>
    public bool EndsHere() => _inBody && _body.Framing == BodyFraming.UntilClose;

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
        _answer.Form = AnswerForm.Of(head.Fields.ValueOf(head.Bytes, "inference-header-content-length"u8));
        _answer.IsUnknown = !head.Fields.ValueOf(head.Bytes, "content-encoding"u8).IsEmpty;
        _body.Begin(_version, toHead: false);
        _inBody = true;
    }

    private ChunkStep Take()
    {
        ChunkStep step;
        while ((step = _body.Next(out var content)) == ChunkStep.Content)
        {
            FirstByteAt = FirstByteAt == 0 ? LastByteAt : FirstByteAt;
            _read += content.Length;
            _answer.Add(content, _copy);
        }

        if (step == ChunkStep.More && _read > ShadowLimits.LargestRead)
        {
            // Nobody waits for the rest.
            IsCut = true;
            return ChunkStep.End;
        }

        return step;
    }
}
