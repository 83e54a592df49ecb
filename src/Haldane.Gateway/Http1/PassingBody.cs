using System.IO.Pipelines;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Http1;

/// <summary>The way of an answer's body from the version's connection into the caller's pipe, under the eyes of the side view.</summary>
/// <remarks>Only moves bytes; waiting and flushing are another's. Belongs to a caller's connection, which uses it for answer after answer.</remarks>
internal sealed class PassingBody(PipeWriter caller, AnswerWriter writer, AnswerSide side)
{
    private readonly FramedBody _body = new();
    private UpstreamConnection _version = null!;
    private PieceSize _piece;

    /// <summary>How the body ends.</summary>
    public BodyFraming Framing => _body.Framing;

    /// <summary>The version's chunks, whose trailers go on; null without.</summary>
    public ChunkedReader? Chunks => Framing == BodyFraming.Chunked ? _version.Chunks : null;

    /// <summary>Whether the whole of a body that is held has come.</summary>
    public bool HasAll => _version.Available.Length >= _body.Left;

    /// <summary>Whether the body is small enough to be held until it is whole.</summary>
    public bool CanBeHeld => Framing == BodyFraming.Length && _body.Left is > 0 and <= RelayLimits.LargestRead;

    /// <summary>A body that is held and whole.</summary>
    public ReadOnlySpan<byte> Held => _version.Available.Span[..(int)_body.Left];

    /// <summary>Begins with a body.</summary>
    /// <param name="version">Whose it is.</param>
    /// <param name="toHead">Whether it answers a HEAD request, and so is none.</param>
    public void Begin(UpstreamConnection version, bool toHead)
    {
        _version = version;
        _body.Begin(version, toHead);
    }

    /// <summary>Writes a body that is held and whole.</summary>
    public void PassHeld()
    {
        _body.Next(out var content);
        writer.Write(content);
    }

    /// <summary>Where the rest of a large body can be received without a copy; empty where it has to be looked at first.</summary>
    public Memory<byte> Straight()
    {
        var size = Framing == BodyFraming.Length && !side.Holds && _version.Available.IsEmpty ? _piece.Of(_body.Left) : 0;
        return size == 0 ? default : caller.GetMemory(size)[..size];
    }

    /// <summary>So much has been received <see cref="Straight"/>.</summary>
    /// <param name="piece">What was asked for.</param>
    /// <param name="count">How much of it came.</param>
    public void TookStraight(ReadOnlySpan<byte> piece, int count)
    {
        _piece.Took(count, piece.Length);
        var content = piece[..count];
        side.See(content);
        writer.Wrote(content.Length);
        _body.Took(content.Length);
    }

    /// <summary>Writes what has come.</summary>
    public ChunkStep Pass()
    {
        ChunkStep step;
        while ((step = _body.Next(out var content)) == ChunkStep.Content)
        {
            side.See(content);
            if (!side.Holds)
            {
                writer.Write(content);
            }
        }

        return step;
    }
}
