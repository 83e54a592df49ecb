using System.IO.Pipelines;
using System.Text;
using Haldane.Core;
using Haldane.Core.Exchanges;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Http1;

/// <summary>Writes answers to a caller: the version's, with our own fields and this connection's framing, and refusals of ours.</summary>
/// <remarks>Only writes; flushing is another's. Belongs to a caller's connection, which uses it for answer after answer.</remarks>
internal sealed class AnswerWriter(PipeWriter caller, RequestHead request, Exchange exchange, TokenCodec tokens)
{
    // Status line, our own fields and framing.
    private const int OwnBytes = 256;

    private BodyFraming _framing;
    private bool _chunks;

    /// <summary>Whether something waits to be flushed.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>Whether anything of an answer's end has been written: interim answers do not count.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the caller can tell the end of the answer without the end of the connection, and wants to go on.</summary>
    public bool KeepsCaller { get; set; }

    /// <summary>Begins with a request.</summary>
    public void Begin() => (HasWritten, HasBegun, KeepsCaller) = (false, false, request.KeepsAlive);

    /// <summary>What was written is flushed.</summary>
    public void Flushed() => HasWritten = false;

    /// <summary>Whether the caller has to be told the end of such a body by the end of the connection, as HTTP/1.0 knows no chunks.</summary>
    public void Frame(BodyFraming framing)
    {
        _framing = framing;
        _chunks = framing is BodyFraming.Chunked or BodyFraming.UntilClose && !request.IsHttp10;
        KeepsCaller &= framing is BodyFraming.None or BodyFraming.Length || _chunks;
    }

    /// <summary>The head of a version's answer, whose <see cref="Frame"/> is known.</summary>
    public void WriteHead(ResponseHead head)
    {
        var to = new HeadWriter(caller.GetSpan(HeadWriter.MostFor(head, OwnBytes)));
        WriteStart(ref to, head);
        WriteOwn(ref to);
        if (head.Status != StatusCodes.Status204NoContent)
        {
            // RFC 9112, section 6: that one has no body, and nothing that speaks of one.
            to.WriteFraming(_chunks || (_framing == BodyFraming.None && head.Fields.IsChunked && !request.IsHttp10), head.Fields.ContentLength);
        }

        HasBegun = true;
        End(ref to);
    }

    /// <summary>An interim answer.</summary>
    public void WriteInterim(ResponseHead head)
    {
        var to = new HeadWriter(caller.GetSpan(HeadWriter.MostFor(head, OwnBytes)));
        WriteStart(ref to, head);
        End(ref to);
    }

    /// <summary>A piece of the body.</summary>
    public void Write(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return;
        }

        var to = new HeadWriter(caller.GetSpan(content.Length + HeadWriter.PieceFraming));
        to.WritePiece(content, _chunks);
        Wrote(to.Length);
    }

    /// <summary>A piece of a body of known length stands in the caller's pipe already.</summary>
    public void Wrote(int bytes)
    {
        caller.Advance(bytes);
        HasWritten = true;
    }

    /// <summary>The end of the body.</summary>
    /// <param name="chunks">Whose trailers go on; null without. Where there are no chunks, there is no place for them.</param>
    public void WriteEnd(ChunkedReader? chunks)
    {
        if (!_chunks)
        {
            return;
        }

        var to = new HeadWriter(caller.GetSpan(ChunkedReader.MostEnd(chunks)));
        to.WriteLastChunk(chunks);
        Wrote(to.Length);
    }

    /// <summary>An answer of our own.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="why">For the one who asked; no secret and no byte of theirs.</param>
    /// <param name="announce">Whether it belongs to an exchange, and so has a token.</param>
    public void Refuse(int status, string why, bool announce)
    {
        const int Framing = 512;
        var body = $$"""{"error":"{{why}}"}""";
        var to = new HeadWriter(caller.GetSpan(Framing + body.Length));
        to.Write("HTTP/1.1 "u8);
        to.Write(status);
        to.Write(" \r\nContent-Type: application/json\r\nContent-Length: "u8);
        to.Write(body.Length);
        to.Write("\r\n"u8);
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            to.Write("Retry-After: 1\r\n"u8);
        }

        if (announce)
        {
            WriteOwn(ref to);
        }
        else
        {
            WriteConnection(ref to);
        }

        to.Write("\r\n"u8);
        if (!request.IsHead)
        {
            Encoding.ASCII.GetBytes(body, to.Take(body.Length));
        }

        caller.Advance(to.Length);
        (HasWritten, HasBegun) = (true, true);
    }

    private static void WriteStart(ref HeadWriter to, ResponseHead head)
    {
        to.Write("HTTP/1.1 "u8);
        to.Write(head.Status);
        to.Write(" "u8);
        to.Write(head.Reason);
        to.Write("\r\n"u8);
        to.WriteEndToEnd(head);
    }

    private void WriteOwn(ref HeadWriter to)
    {
        to.Write("x-haldane-exchange: "u8);
        tokens.SealAscii(exchange.Token, to.Take(TokenCodec.Length));
        to.Write("\r\n"u8);
        if (exchange.Route.Spec.ShowArm)
        {
            to.Write(exchange.Arm == Arm.Canary ? "x-haldane-arm: canary\r\n"u8 : "x-haldane-arm: baseline\r\n"u8);
        }

        WriteConnection(ref to);
    }

    private void WriteConnection(ref HeadWriter to)
    {
        if (!KeepsCaller)
        {
            to.Write("Connection: close\r\n"u8);
        }
        else if (request.IsHttp10)
        {
            to.Write("Connection: keep-alive\r\n"u8);
        }
    }

    private void End(ref HeadWriter to)
    {
        to.Write("\r\n"u8);
        Wrote(to.Length);
    }
}
