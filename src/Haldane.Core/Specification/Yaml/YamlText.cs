using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;

namespace Haldane.Core.Specification.Yaml;

/// <summary>Turns the bytes of a file into text that is fit for the YAML reader, or says what is wrong with them.</summary>
internal static class YamlText
{
    /// <summary>A specification of ten thousand values is below half of it; the limit keeps a wrong file from costing time.</summary>
    internal const int LongestFile = 1024 * 1024;

    /// <summary>Decodes strictly: a byte that is guessed at would be a wrong name later.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, FileErrors errors, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (bytes.Length > LongestFile)
        {
            errors.Report($"found a file of {bytes.Length:N0} bytes; wanted at most {LongestFile:N0} (1 MiB): split it into several files");
            return false;
        }

        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            errors.Report("found a file in UTF-16; wanted UTF-8: save it as UTF-8");
            return false;
        }

        if (bytes is [0xEF, 0xBB, 0xBF, ..])
        {
            bytes = bytes[3..];
        }

        var chars = new char[bytes.Length];
        var status = Utf8.ToUtf16(bytes, chars, out var read, out var written, replaceInvalidSequences: false);
        text = new string(chars, 0, written);
        if (status != OperationStatus.Done)
        {
            errors.Report(PositionOf(text, text.Length), "",
                $"found the byte 0x{bytes[read]:X2}, which is not UTF-8; wanted UTF-8: save the file as UTF-8");
            return false;
        }

        return HasOnlyVisible(text, errors);
    }

    /// <summary>Whether there are no control characters. YAML forbids them, and its reader takes a zero for the end of the file.</summary>
    private static bool HasOnlyVisible(string text, FileErrors errors)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\t' or '\n' or '\r' or '\u0085' || (!char.IsControl(text[i]) && text[i] is not ('\uFEFF' or '\uFFFE' or '\uFFFF')))
            {
                continue;
            }

            errors.Report(PositionOf(text, i), "", $"found the invisible character U+{(int)text[i]:X4}; wanted text: remove it");
            return false;
        }

        return true;
    }

    private static Position PositionOf(string text, int index)
    {
        int line = 1, start = 0;
        for (var i = 0; i < index; i++)
        {
            if (text[i] == '\n')
            {
                line++;
                start = i + 1;
            }
        }

        return new(line, index - start + 1);
    }
}
