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
        ("block mapping, did not find expected key", "found bad indentation or a stray character; wanted a field below the ones before it: align it with them"),
        ("block collection, did not find", "found bad indentation in a list; wanted '- ' below the '- ' before it: align the items"),
        ("mapping values are not allowed", "found a second colon in the line or bad indentation; wanted one 'name: value' a line: quote a value that holds ': '"),
        ("found invalid mapping", "found a colon where none can stand; wanted one 'name: value' a line: check the indentation, or quote a value that holds ': '"),
        ("cannot start any token", "found a character that cannot begin a value; wanted a value: put it in quotes"),
        ("did not find expected node content", "found a bracket or comma where a value belongs; wanted a value"),
        ("<document start>", "found text that belongs to no field; wanted '---' between documents, or the same indentation as the lines before"),
        ("anchor", "found an anchor or alias ('&' or '*'); anchors and aliases are not read here: quote the value, or write it out"),
        ("alias", "found an alias ('*'); aliases are not read here: quote the value, or write it out"),
        ("tag", "found a tag ('!'); tags are not read here: quote the value, or remove the tag"),
        ("directive", "found a line that begins with '%'; directives are not read here: remove it"),
        ("block scalar", "found text after '|' or '>' that is not indented as a whole; wanted one indentation: write short values on one line"),
    ];

    /// <summary>One sentence with the cure.</summary>
    /// <param name="message">The parser's words.</param>
    /// <param name="at">Where it stopped.</param>
    /// <param name="text">The file.</param>
    public static string Explain(string message, Position at, string text)
    {
        // The parser often names another trouble when the cause is a tab at the start of the line.
        if (IndentedWithTab(text, at.Line))
        {
            return Table[0].Says;
        }

        foreach (var (words, says) in Table)
        {
            if (message.Contains(words, Any))
            {
                return says;
            }
        }

        return $"found text that is not YAML ({Clip.Plain(message.TrimEnd('.'))}); wanted fields and values: check quotes, brackets and indentation";
    }

    private static bool IndentedWithTab(string text, int line)
    {
        var number = 1;
        foreach (var content in text.AsSpan().EnumerateLines())
        {
            if (number++ == line)
            {
                var indentation = content[..^content.TrimStart().Length];
                return indentation.Contains('\t');
            }
        }

        return false;
    }
}
