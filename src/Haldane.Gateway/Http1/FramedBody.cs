using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Http1;

/// <summary>An answer's body as it comes on a version's connection, without its framing.</summary>
/// <remarks>Used again for body after body. For one thread.</remarks>
internal sealed class FramedBody
{
    private UpstreamConnection _version = null!;

    /// <summary>How the body ends.</summary>
    public BodyFraming Framing { get; private set; }

    /// <summary>Bytes of a body of known length that were not taken yet.</summary>
    public long Left { get; private set; }

    /// <summary>Begins with the body behind the head that the connection has.</summary>
    /// <param name="version">Whose it is.</param>
    /// <param name="toHead">Whether it answers a HEAD request, and so is none.</param>
    public void Begin(UpstreamConnection version, bool toHead)
    {
        _version = version;
        Framing = version.Head.FramingOf(toHead);
        Left = Framing == BodyFraming.Length ? version.Head.Fields.ContentLength : 0;
    }

    /// <summary>Takes the next piece of what has come.</summary>
    /// <param name="content">The piece, where there is one; valid until the next bytes are received.</param>
    public ChunkStep Next(out ReadOnlySpan<byte> content)
    {
        var available = _version.Available.Span;
        content = default;
        switch (Framing)
        {
            case BodyFraming.None:
                return ChunkStep.End;
            case BodyFraming.Chunked:
                var step = _version.Chunks.Step(available, out var consumed, out var range);
                content = step == ChunkStep.Content ? available[range] : default;
                _version.Consume(consumed);
                return step;
            case BodyFraming.UntilClose:
                content = available;
                _version.Consume(available.Length);
                return content.IsEmpty ? ChunkStep.More : ChunkStep.Content;
            default:
                content = available[..(int)Math.Min(Left, available.Length)];
                _version.Consume(content.Length);
                Took(content.Length);
                return content.IsEmpty ? Left == 0 ? ChunkStep.End : ChunkStep.More : ChunkStep.Content;
        }
    }

    /// <summary>So much of a body of known length went another way.</summary>
    public void Took(int bytes) => Left -= bytes;
}
