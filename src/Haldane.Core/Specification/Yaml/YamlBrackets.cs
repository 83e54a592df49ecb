namespace Haldane.Core.Specification.Yaml;

/// <summary>Finds the bracket that was not closed. Used only on files that the parser refused, to point at the cause.</summary>
internal static class YamlBrackets
{
    // Deeper than the reader goes; the guess must not cost more than the reading.
    private const int Deepest = 100;

    /// <summary>The innermost bracket that is closed by the wrong one, by the next document or not at all; null if all are closed.</summary>
    public static (Position At, char Bracket)? FindUnclosed(string text)
    {
        var open = new Stack<(Position At, char Bracket)>();
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (open.Count > 0 && line.StartsWith("---"))
            {
                break;
            }

            if (!Follow(line, number, open))
            {
                break;
            }
        }

        return open.TryPeek(out var unclosed) ? unclosed : null;
    }

    /// <summary>Follows the brackets of a line; false where one is closed wrongly.</summary>
    private static bool Follow(ReadOnlySpan<char> line, int number, Stack<(Position At, char Bracket)> open)
    {
        var beginsValue = true;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '#' && (i == 0 || line[i - 1] == ' '))
            {
                break;
            }

            if (beginsValue && (c is '"' or '\''))
            {
                // Quotes seldom span lines here; a line without the closing one is left alone.
                var end = line[(i + 1)..].IndexOf(c);
                i = end < 0 ? line.Length : i + 1 + end;
            }
            else if ((c is '[' or '{') && (beginsValue || open.Count > 0))
            {
                open.Push((new(number, i + 1), c));
                if (open.Count > Deepest)
                {
                    return false;
                }
            }
            else if ((c is ']' or '}') && open.TryPop(out var last) && last.Bracket != (c == ']' ? '[' : '{'))
            {
                open.Push(last);
                return false;
            }

            beginsValue = c == ' ' ? beginsValue : c is ':' or '-' or ',' or '[' or '{' or '?';
        }

        return true;
    }
}
