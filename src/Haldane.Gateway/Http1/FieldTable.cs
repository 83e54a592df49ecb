using System.Text;

namespace Haldane.Gateway.Http1;

/// <summary>The field lines of one message, as ranges of its bytes, with what they say about framing and the connection.</summary>
/// <remarks>Strict: what RFC 9112 lets two parties read differently is a fault. Used again for message after message; holds no bytes itself. For one thread.</remarks>
internal sealed class FieldTable
{
    /// <summary>More fields than this are a fault.</summary>
    public const int Most = 100;

    // Each is looked for among all fields.
    private const int MostOptions = 32;

    private readonly Field[] _fields = new Field[Most];
    private int _options;

    /// <summary>One field; offsets into the message's bytes.</summary>
    internal readonly record struct Field(int Name, int NameLength, int Value, int ValueLength, FieldKind Kind);

    /// <summary>The fields in the order they came.</summary>
    public ReadOnlySpan<Field> All => _fields.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>The one Content-Length; -1 without.</summary>
    public long ContentLength { get; private set; }

    public bool IsChunked { get; private set; }

    /// <summary>Whether a Connection field says "close".</summary>
    public bool SaysClose { get; private set; }

    /// <summary>Whether a Connection field says "keep-alive".</summary>
    public bool SaysKeepAlive { get; private set; }

    /// <summary>Whether there is an Upgrade field that a Connection field names.</summary>
    public bool AsksToUpgrade { get; private set; }

    /// <summary>Whether the sender waits for "100 Continue".</summary>
    public bool ExpectsContinue { get; private set; }

    /// <summary>Whether the sender expects something that nobody knows.</summary>
    public bool ExpectsMore { get; private set; }

    /// <summary>How many Host fields there are.</summary>
    public int Hosts { get; private set; }

    /// <summary>Reads the field lines of a head.</summary>
    /// <param name="bytes">The message's bytes.</param>
    /// <param name="at">Where the first field line starts.</param>
    /// <param name="end">Behind the CRLF of the last field line.</param>
    public HeadFault Read(ReadOnlySpan<byte> bytes, int at, int end)
    {
        (Count, ContentLength, IsChunked, Hosts, _options) = (0, -1, false, 0, 0);
        (SaysClose, SaysKeepAlive, AsksToUpgrade, ExpectsContinue, ExpectsMore) = (false, false, false, false, false);
        while (at < end)
        {
            var length = bytes[at..end].IndexOf(HttpSyntax.Lf);
            if (length < 1 || bytes[at + length - 1] != HttpSyntax.Cr)
            {
                return HeadFault.BareLineFeed;
            }

            var fault = ReadLine(bytes, at, at + length - 1);
            if (fault != HeadFault.None)
            {
                return fault;
            }

            at += length + 1;
        }

        return Frame(bytes);
    }

    /// <summary>The value of the first field of a name; empty without one.</summary>
    public ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> name)
    {
        foreach (ref readonly var field in All)
        {
            if (field.NameLength == name.Length && Ascii.EqualsIgnoreCase(NameOf(bytes, field), name))
            {
                return ValueOf(bytes, field);
            }
        }

        return default;
    }

    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> bytes, in Field field) => bytes.Slice(field.Name, field.NameLength);

    public static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> bytes, in Field field) => bytes.Slice(field.Value, field.ValueLength);

    private HeadFault ReadLine(ReadOnlySpan<byte> bytes, int start, int end)
    {
        if (start < end && bytes[start] is HttpSyntax.Space or HttpSyntax.Tab)
        {
            return HeadFault.FoldedField;
        }

        var line = bytes[start..end];
        var colon = line.IndexOf(HttpSyntax.Colon);
        if (colon < 1 || !HttpSyntax.IsToken(line[..colon]))
        {
            return HeadFault.FieldName;
        }

        if (Count == Most)
        {
            return HeadFault.TooManyFields;
        }

        var after = line[(colon + 1)..];
        var blanks = after.Length - after.TrimStart(" \t"u8).Length;
        var value = HttpSyntax.Trim(after);
        if (!HttpSyntax.IsFieldValue(value))
        {
            return HeadFault.FieldValue;
        }

        _fields[Count++] = new(start, colon, start + colon + 1 + blanks, value.Length, FieldKinds.Of(line[..colon]));
        return HeadFault.None;
    }

    private HeadFault Frame(ReadOnlySpan<byte> bytes)
    {
        var codings = 0;
        var isNamed = false;
        foreach (ref readonly var field in All)
        {
            var value = ValueOf(bytes, field);
            switch (field.Kind)
            {
                case FieldKind.Host:
                    Hosts++;
                    break;
                case FieldKind.ContentLength when ContentLength >= 0:
                    return HeadFault.RepeatedLength;
                case FieldKind.ContentLength:
                    if (!HttpSyntax.TryParseLength(value, out var length))
                    {
                        return HeadFault.Length;
                    }

                    ContentLength = length;
                    break;
                case FieldKind.TransferEncoding:
                    codings++;
                    IsChunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
                    if (!IsChunked)
                    {
                        return Coding(value);
                    }

                    break;
                case FieldKind.Connection:
                    isNamed |= Options(value);
                    if (_options > MostOptions)
                    {
                        return HeadFault.TooManyFields;
                    }

                    break;
                case FieldKind.Expect:
                    ExpectsContinue = Ascii.EqualsIgnoreCase(value, "100-continue"u8);
                    ExpectsMore |= !ExpectsContinue;
                    break;
            }
        }

        if (codings > 1)
        {
            return HeadFault.TransferCoding;
        }

        if (isNamed)
        {
            DropNamed(bytes);
        }

        return IsChunked && ContentLength >= 0 ? HeadFault.LengthAndChunked : HeadFault.None;
    }

    // "gzip, chunked" could be read by another; without "chunked" at its end, or with it twice, a body has no end.
    private static HeadFault Coding(ReadOnlySpan<byte> codings)
    {
        var (chunked, isLast) = (0, false);
        foreach (var range in codings.Split((byte)','))
        {
            isLast = Ascii.EqualsIgnoreCase(HttpSyntax.Trim(codings[range]), "chunked"u8);
            chunked += isLast ? 1 : 0;
        }

        return isLast && chunked == 1 ? HeadFault.UnknownTransferCoding : HeadFault.TransferCoding;
    }

    // Whether it names anything beside what means the connection itself.
    private bool Options(ReadOnlySpan<byte> value)
    {
        var names = false;
        foreach (var range in value.Split((byte)','))
        {
            var option = HttpSyntax.Trim(value[range]);
            if (Ascii.EqualsIgnoreCase(option, "close"u8))
            {
                SaysClose = true;
            }
            else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8))
            {
                SaysKeepAlive = true;
            }
            else if (!option.IsEmpty)
            {
                names = true;
                _options++;
            }
        }

        return names;
    }

    // RFC 9110, section 7.6.1. What frames the message or says whom it is for is not the sender's to take away.
    private void DropNamed(ReadOnlySpan<byte> bytes)
    {
        foreach (ref readonly var connection in All)
        {
            if (connection.Kind != FieldKind.Connection)
            {
                continue;
            }

            var value = ValueOf(bytes, connection);
            foreach (var range in value.Split((byte)','))
            {
                var option = HttpSyntax.Trim(value[range]);
                foreach (ref var field in _fields.AsSpan(0, Count))
                {
                    if (!Ascii.EqualsIgnoreCase(NameOf(bytes, field), option))
                    {
                        continue;
                    }

                    AsksToUpgrade |= field.Kind == FieldKind.Upgrade;
                    field = field.Kind == FieldKind.EndToEnd ? field with { Kind = FieldKind.HopByHop } : field;
                }
            }
        }
    }
}
