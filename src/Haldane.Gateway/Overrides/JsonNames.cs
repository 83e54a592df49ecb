using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Haldane.Gateway.Overrides;

/// <summary>The names of JSON members, however they are written.</summary>
internal static class JsonNames
{
    // Six bytes for each character of a name is what it takes at most: \u0061. No edit's name has more than 128.
    private const int LongestWritten = 6 * 128;

    /// <summary>Compares a name as it stands in a document.</summary>
    /// <param name="written">Without its quotes, perhaps with escapes.</param>
    /// <param name="to">Gets the name, escapes resolved; as long as what is written.</param>
    /// <param name="length">How long the name is; below 0 when it is too long to be any edit's.</param>
    /// <returns>Whether its escapes are right.</returns>
    public static bool TryResolve(ReadOnlySpan<byte> written, Span<byte> to, out int length)
    {
        length = -1;
        if (written.Length > LongestWritten || written.Length > to.Length)
        {
            return true;
        }

        length = 0;
        for (var at = 0; at < written.Length;)
        {
            if (written[at] != '\\')
            {
                to[length++] = written[at++];
            }
            else if (!TryEscape(written, ref at, to, ref length))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether some servers take two names for the same: without regard to case, as Go's reader does (Unicode's simple folding, where it concerns ASCII).</summary>
    public static bool AreAlike(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        while (!one.IsEmpty && !other.IsEmpty)
        {
            if (Folded(ref one) != Folded(ref other))
            {
                return false;
            }
        }

        return one.IsEmpty && other.IsEmpty;
    }

    /// <summary>A text as a JSON string.</summary>
    public static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static bool TryEscape(ReadOnlySpan<byte> written, ref int at, Span<byte> to, ref int length)
    {
        if (at + 1 == written.Length)
        {
            return false;
        }

        var letter = written[at + 1];
        if (letter != 'u')
        {
            var index = "\"\\/bfnrt"u8.IndexOf(letter);
            if (index < 0)
            {
                return false;
            }

            to[length++] = "\"\\/\b\f\n\r\t"u8[index];
            at += 2;
            return true;
        }

        if (!TryUnit(written, at, out var unit))
        {
            return false;
        }

        at += 6;
        if (!Rune.TryCreate(unit, out var rune))
        {
            // A pair takes two escapes; half of one is no character, and no edit's name has it.
            rune = TryUnit(written, at, out var low) && Rune.TryCreate(unit, low, out var pair) ? pair : Rune.ReplacementChar;
            at += rune == Rune.ReplacementChar ? 0 : 6;
        }

        length += rune.EncodeToUtf8(to[length..]);
        return true;
    }

    private static bool TryUnit(ReadOnlySpan<byte> written, int at, out char unit)
    {
        unit = default;
        if (at + 6 > written.Length || written[at] != '\\' || written[at + 1] != 'u')
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[2];
        if (Convert.FromHexString(written.Slice(at + 2, 4), bytes, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        unit = (char)((bytes[0] << 8) | bytes[1]);
        return true;
    }

    // The long s and the Kelvin sign are the only characters beyond ASCII that fold into it.
    private static byte Folded(ref ReadOnlySpan<byte> name)
    {
        var (folded, length) = name switch
        {
            [0xc5, 0xbf, ..] => ((byte)'s', 2),
            [0xe2, 0x84, 0xaa, ..] => ((byte)'k', 3),
            [>= (byte)'A' and <= (byte)'Z', ..] => ((byte)(name[0] | 0x20), 1),
            _ => (name[0], 1),
        };
        name = name[length..];
        return folded;
    }
}
