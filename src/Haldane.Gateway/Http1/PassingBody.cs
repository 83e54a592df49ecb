using System.IO.Pipelines;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Http1;

/// <summary>The way of an answer's body from the version's connection into the caller's pipe, under the eyes of the side view.</summary>
/// <remarks>Only moves bytes; waiting and flushing are another's. Belongs to a caller's connection, which uses it for answer after answer.</remarks>
internal sealed class PassingBody(PipeWriter caller, AnswerWriter writer, AnswerSide side)
{
    private UpstreamConnection _version = null!;
    private long _left;

    /// <summary>How the body ends.</summary>
    public BodyFraming Framing { get; private set; }

    /// <summary>The version's chunks, whose trailers go on; null without.</summary>
    public ChunkedReader? Chunks => Framing == BodyFraming.Chunked ? _version.Chunks : null;

    /// <summary>Whether the whole of a body that is held has come.</summary>
    public bool HasAll => _version.Available.Length >= _left;

    /// <summary>Whether the body is small enough to be held until it is whole.</summary>
    public bool CanBeHeld => Framing == BodyFraming.Length && _left is > 0 and <= RelayLimits.LargestRead;

    /// <summary>A body that is held and whole.</summary>
    public ReadOnlySpan<byte> Held => _version.Available.Span[..(int)_left];

    /// <summary>Begins with a body.</summary>
    /// <param name="version">Whose it is.</param>
    /// <param name="toHead">Whether it answers a HEAD request, and so is none.</param>
    public void Begin(UpstreamConnection version, bool toHead)
    {
        _version = version;
        Framing = version.Head.FramingOf(toHead);
        _left = Framing == BodyFraming.Length ? version.Head.Fields.ContentLength : 0;
    }

    /// <summary>Writes a body that is held and whole.</summary>
    public void PassHeld()
    {
        writer.Write(Held);
        _version.Consume((int)_left);
        _left = 0;
    }

    /// <summary>Where the rest of a large body can be received without a copy; empty where it has to be looked at first.</summary>
    public Memory<byte> Straight() =>
        Framing == BodyFraming.Length && _left >= RelayLimits.LargePiece && !side.Holds && _version.Available.IsEmpty
            ? caller.GetMemory(RelayLimits.LargePiece)[..RelayLimits.LargePiece]
            : default;

    /// <summary>So much has been received <see cref="Straight"/>.</summary>
    public void TookStraight(ReadOnlySpan<byte> content)
    {
        side.See(content);
        writer.Wrote(content.Length);
        _left -= content.Length;
    }

    /// <summary>Writes what has come.</summary>
    public ChunkStep Pass()
    {
        var available = _version.Available.Span;
        switch (Framing)
        {
            case BodyFraming.None:
                return ChunkStep.End;
            case BodyFraming.Length:
                var length = (int)Math.Min(_left, available.Length);
                PassContent(available[..length]);
                _version.Consume(length);
                _left -= length;
                return _left == 0 ? ChunkStep.End : ChunkStep.More;
            case BodyFraming.UntilClose:
                PassContent(available);
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
                PassContent(available[at..][content]);
            }

            at += consumed;
        }
        while (step == ChunkStep.Content);

        _version.Consume(at);
        return step;
    }

    private void PassContent(ReadOnlySpan<byte> content)
    {
        if (!content.IsEmpty)
        {
            side.See(content);
            if (!side.Holds)
            {
                writer.Write(content);
            }
        }
    }
}
