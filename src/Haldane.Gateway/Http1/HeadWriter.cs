using System.Buffers.Text;

namespace Haldane.Gateway.Http1;

/// <summary>Writes a head into bytes that are known to be enough.</summary>
internal ref struct HeadWriter(Span<byte> to)
{
    private readonly Span<byte> _to = to;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

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

    /// <summary>The fields that are meant for the other end, as they came.</summary>
    public void WriteEndToEnd(MessageHead head) => WriteEndToEnd(head.Bytes, head.Fields);

    /// <summary>The trailers that are meant for the other end; null for none.</summary>
    public void WriteTrailers(ChunkedReader? chunks)
    {
        if (chunks is { Trailers.IsEmpty: false })
        {
            WriteEndToEnd(chunks.Trailers, chunks.TrailerFields);
        }
    }

    private void WriteEndToEnd(ReadOnlySpan<byte> bytes, FieldTable fields)
    {
        foreach (ref readonly var field in fields.All)
        {
            if (field.Kind == FieldKind.EndToEnd)
            {
                Write(bytes[field.Name..(field.Value + field.ValueLength)]);
                Write("\r\n"u8);
            }
        }
    }
}
