namespace Haldane.Core.Specification.Yaml;

/// <summary>Says in plain words what the YAML parser complains about.</summary>
internal static class YamlSyntax
{
    private const StringComparison Any = StringComparison.OrdinalIgnoreCase;

    // By the words of YamlDotNet 16.3; the first row that fits counts. A sentence that is not listed is passed on as it is.
    private static readonly (string Words, string Says)[] Table =
    [
        ("tab", "found a tab; wanted spaces: indent with spaces"),
        ("flow sequence, did not find", "found a list that is not closed or lacks a comma; wanted ',' or ']': close the bracket '['"),
        ("flow mapping,", "found a mapping that is not closed or lacks a comma; wanted ',' or '}': close the bracket '{'"),
        ("quoted scalar, found unexpected", "found a quote that is not closed; wanted the closing quote"),
        ("double-quoted scalar, found wrong indentation", "found a quote that goes on in the next line; wanted the closing quote"),
        ("unknown escape", "found an unknown escape after '\\' in double quotes; wanted e.g. \"\\\\\": write '\\\\', or use single quotes"),
        ("quoted scalar", "found a wrong escape in double quotes; wanted e.g. \\u00e9: use single quotes where nothing is to be escaped"),
        ("could not find expected ':'", "found a line without a colon; wanted 'name: value': add the colon and a space, or check the indentation"),
        ("block mapping, did not find expected key",
            "found a line that is no field, or bad indentation; wanted 'name: value', aligned with the fields before it"),
        ("block collection, did not find", "found bad indentation in a list; wanted '- ' below the '- ' before it: align the items"),
        ("mapping values are not allowed",
            "found a second colon in the line or bad indentation; wanted one 'name: value' a line: quote a value that holds ': '"),
        ("found invalid mapping",
            "found a colon where none can stand; wanted one 'name: value' a line: check the indentation, or quote a value that holds ': '"),
        ("cannot start any token", "found a character that cannot begin a value; wanted a value: put it in quotes"),
        ("did not find expected node content", "found a bracket or comma where a value belongs; wanted a value"),
        ("<document start>", "found text that belongs to no field; wanted '---' between documents, or the same indentation as the lines before"),
        ("anchor", "found an anchor or alias ('&' or '*'); anchors and aliases are not read here: quote the value, or write it out"),
        ("alias", "found an alias ('*'); aliases are not read here: quote the value, or write it out"),
        ("tag", "found a tag ('!'); tags are not read here: quote the value, or remove the tag"),
        ("directive", "found a line that begins with '%'; directives are not read here: remove it"),
        ("block scalar", "found text after '|' or '>' that is not indented as a whole; wanted one indentation: write short values on one line"),
    ];

    /// <summary>Where the cause is, as far as it can be told, and one sentence with the cure.</summary>
    /// <param name="message">The parser's words; empty if it has none.</param>
    /// <param name="at">Where it stopped.</param>
    /// <param name="text">The file.</param>
    public static (Position At, string Says) Explain(string message, Position at, string text)
    {
        // The parser often names another trouble, or another line, when the cause is a tab at the start of a line.
        if (FindTab(text, at.Line, onlyThere: !message.Contains("tab", Any)) is { } tab)
        {
            return (tab, Table[0].Says);
        }

        // An open bracket is noticed only where the text stops making sense, which can be far below it.
        if ((message.Length == 0 || message.Contains("flow", Any)) && YamlBrackets.FindUnclosed(text) is { } open)
        {
            var close = open.Bracket == '[' ? ']' : '}';
            return (open.At, $"found '{open.Bracket}' that is not closed, or a comma missing after it; wanted '{close}' or ',': close the bracket");
        }

        foreach (var (words, says) in Table)
        {
            if (message.Contains(words, Any))
            {
                return (at, says);
            }
        }

        var quoted = message.Length == 0 ? "" : $" ({Clip.Plain(message.TrimEnd('.'))})";
        return (at, $"found text that is not YAML{quoted}; wanted fields and values: check quotes, brackets and indentation from here on");
    }

    private static Position? FindTab(string text, int from, bool onlyThere)
    {
        var number = 0;
        foreach (var content in text.AsSpan().EnumerateLines())
        {
            if (++number < from)
            {
                continue;
            }

            var indentation = content[..^content.TrimStart().Length];
            if (indentation.Contains('\t') && indentation.Length < content.Length)
            {
                return new(number, indentation.IndexOf('\t') + 1);
            }

            if (onlyThere)
            {
                break;
            }
        }

        return null;
    }
}
