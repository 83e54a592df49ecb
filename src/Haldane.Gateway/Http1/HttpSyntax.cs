using System.Buffers;

namespace Haldane.Gateway.Http1;

/// <summary>The bytes that RFC 9110 and RFC 9112 allow where.</summary>
internal static class HttpSyntax
{
    public const byte Cr = (byte)'\r', Lf = (byte)'\n', Space = (byte)' ', Tab = (byte)'\t', Colon = (byte)':';

    // RFC 9110, section 5.6.2.
    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    // RFC 9110, section 5.5: visible, blank and beyond ASCII. Control characters could be kept; whoever logs or prints them is better off without.
    private static readonly SearchValues<byte> FieldBytes = SearchValues.Create(Bytes(b => b is Tab or Space || IsVisible(b) || b >= 0x80));

    // RFC 3986 leaves out some of the visible ones, which clients send nevertheless. '#' starts a fragment, which must not be sent.
    private static readonly SearchValues<byte> TargetBytes = SearchValues.Create(Bytes(b => IsVisible(b) && b != '#'));

    private static readonly SearchValues<byte> HostBytes =
        SearchValues.Create("-._~%!$&'()*+,;=:[]0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    public static bool IsToken(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && !bytes.ContainsAnyExcept(TokenBytes);

    public static bool IsTokenByte(byte b) => TokenBytes.Contains(b);

    public static bool IsFieldValue(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(FieldBytes);

    public static bool IsFieldByte(byte b) => FieldBytes.Contains(b);

    public static bool IsTarget(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && !bytes.ContainsAnyExcept(TargetBytes);

    /// <summary>Whether a Host field says a name and perhaps a port; an empty one is legal where there is no authority.</summary>
    public static bool IsHost(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(HostBytes);

    /// <summary>Without blanks and tabs at either end.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> bytes) => bytes.Trim(" \t"u8);

    /// <summary>A length: digits only, and not so many that it could overflow.</summary>
    public static bool TryParseLength(ReadOnlySpan<byte> digits, out long length)
    {
        const int MostDigits = 18;
        length = 0;
        if (digits.IsEmpty || digits.Length > MostDigits)
        {
            return false;
        }

        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            length = 10 * length + (digit - '0');
        }

        return true;
    }

    private static bool IsVisible(byte b) => b is > 0x20 and < 0x7f;

    private static byte[] Bytes(Func<byte, bool> isLegal) => [.. Enumerable.Range(0, 256).Select(i => (byte)i).Where(isLegal)];
}
