using System.Buffers.Text;
using Haldane.Gateway.Overrides;

namespace Haldane.Gateway.Http1;

/// <summary>Writes a head into bytes that are known to be enough.</summary>
internal ref struct HeadWriter(Span<byte> to)
{
    private readonly Span<byte> _to = to;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => _to[..Length];

    /// <summary>What a head may take: the fields of another, and so much of ours.</summary>
    public static int MostFor(MessageHead head, int ours) => head.Bytes.Length + 2 * head.Fields.Count + ours;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_to[Length..]);
        Length += bytes.Length;
    }

    public void Write(long number)
    {
        Utf8Formatter.TryFormat(number, _to[Length..], out var written);
        Length += written;
    }

    /// <summary>A chunk's size, as hexadecimal digits.</summary>
    public void WriteHex(int number)
    {
        Utf8Formatter.TryFormat(number, _to[Length..], out var written, new('x'));
        Length += written;
    }

    /// <summary>Room for bytes that somebody else writes.</summary>
    public Span<byte> Take(int length)
    {
        var taken = _to.Slice(Length, length);
        Length += length;
        return taken;
    }

    /// <summary>The request line, and whom the request is for.</summary>
    /// <param name="method">The method.</param>
    /// <param name="beginning">What stands in front of the rest of the target; empty where that is all of it.</param>
    /// <param name="rest">The rest.</param>
    /// <param name="host">The value of the Host field.</param>
    public void WriteStart(ReadOnlySpan<byte> method, ReadOnlySpan<byte> beginning, ReadOnlySpan<byte> rest, ReadOnlySpan<byte> host)
    {
        Write(method);
        Write(" "u8);
        Write(beginning);
        Write(rest);
        Write(" HTTP/1.1\r\nHost: "u8);
        Write(host);
        Write("\r\n"u8);
    }

    /// <summary>The fields that are meant for the other end, as they came.</summary>
    public void WriteEndToEnd(MessageHead head) => WriteEndToEnd(head.Bytes, head.Fields);

    /// <summary>The same for a version with an override, which sets some of them itself.</summary>
    /// <param name="head">The caller's.</param>
    /// <param name="change">The override.</param>
    /// <param name="isEdited">Whether the body is not the caller's, so that what says something about its parts is not either.</param>
    public void WriteEndToEnd(MessageHead head, VersionOverride change, bool isEdited)
    {
        foreach (ref readonly var field in head.Fields.All)
        {
            var name = FieldTable.NameOf(head.Bytes, field);
            if (field.Kind == FieldKind.EndToEnd && !change.Sets(name) && !(isEdited && VersionOverride.IsAboutBody(name)))
            {
                WriteField(head.Bytes, field);
            }
        }

        Write(change.Lines);
    }

    /// <summary>How the body behind the head ends.</summary>
    /// <param name="isChunked">Whether it comes in chunks.</param>
    /// <param name="length">Else its length; below 0 for none.</param>
    public void WriteFraming(bool isChunked, long length)
    {
        if (isChunked)
        {
            Write("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (length >= 0)
        {
            Write("Content-Length: "u8);
            Write(length);
            Write("\r\n"u8);
        }
    }

    /// <summary>What a piece of a body takes beside itself.</summary>
    public const int PieceFraming = 16;

    /// <summary>A piece of a body.</summary>
    /// <param name="content">The piece, not empty: an empty chunk would be the last.</param>
    /// <param name="asChunk">Whether it is a chunk of its own.</param>
    public void WritePiece(ReadOnlySpan<byte> content, bool asChunk)
    {
        if (!asChunk)
        {
            Write(content);
            return;
        }

        WriteHex(content.Length);
        Write("\r\n"u8);
        Write(content);
        Write("\r\n"u8);
    }

    /// <summary>The last chunk, with the trailers that are meant for the other end.</summary>
    /// <param name="chunks">Whose trailers; null for none.</param>
    public void WriteLastChunk(ChunkedReader? chunks)
    {
        Write("0\r\n"u8);
        if (chunks is { Trailers.IsEmpty: false })
        {
            WriteEndToEnd(chunks.Trailers, chunks.TrailerFields);
        }

        Write("\r\n"u8);
    }

    private void WriteEndToEnd(ReadOnlySpan<byte> bytes, FieldTable fields)
    {
        foreach (ref readonly var field in fields.All)
        {
            if (field.Kind == FieldKind.EndToEnd)
            {
                WriteField(bytes, field);
            }
        }
    }

    private void WriteField(ReadOnlySpan<byte> bytes, in FieldTable.Field field)
    {
        Write(bytes[field.Name..(field.Value + field.ValueLength)]);
        Write("\r\n"u8);
    }
}
