using System.Text;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification.Changes;

/// <summary>Takes files apart into their documents, as they were written, comments and all.</summary>
public static class DocumentTexts
{
    /// <summary>The documents of a file, as far as their kind and name can be read; whether they are right is the <see cref="SpecificationReader"/>'s to say.</summary>
    /// <returns>Those that have a kind and a name; and the file's mistakes that keep documents from being told apart.</returns>
    public static (ValueList<SpecificationDocument> Documents, ValueList<SpecificationError> Errors) Split(SpecificationSource source)
    {
        var errors = new FileErrors(source.Name);
        if (!YamlText.TryDecode(source.Content.Span, errors, out var text))
        {
            return ([], errors.InOrder.ToValueList());
        }

        var documents = new List<SpecificationDocument>();
        foreach (var part in Parts(text))
        {
            var roots = YamlTree.Read(part, new(source.Name), out _).Where(r => r is not YamlScalar { IsNothing: true }).ToList();
            if (roots.Count > 1)
            {
                errors.Report("found documents that cannot be told apart; wanted each --- at the beginning of a line, and common line breaks");
            }
            else if (roots is [YamlMapping root] && IdOf(root) is { } id)
            {
                documents.Add(new(id, part));
            }
        }

        return (documents.ToValueList(), errors.InOrder.ToValueList());
    }

    /// <summary>As a file that holds one document.</summary>
    public static SpecificationSource Source(SpecificationDocument document, string name) => new(name, Encoding.UTF8.GetBytes(document.Text));

    private static DocumentId? IdOf(YamlMapping root) =>
        root.FindScalar("kind")?.Text is { } kind && DocumentId.Kinds.Contains(kind) && (root.Find("metadata") as YamlMapping)?.FindScalar("name")?.Text is { Length: > 0 } name ? new(kind, name) : null;

    // Whatever stands in a document, a line that begins with --- or ... ends it (YAML 1.2, section 9.1.2).
    private static List<string> Parts(string text)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var isOver = false;
        var lines = text.Split('\n').Select(l => l.TrimEnd('\r')).ToList();
        foreach (var line in lines[^1].Length == 0 ? lines[..^1] : lines)
        {
            if (IsMarker(line, "---"))
            {
                Close();
                isOver = false;
                Take(line[3..].TrimStart());
            }
            else if (IsMarker(line, "..."))
            {
                isOver = true;
            }
            else if (!isOver)
            {
                Take(line);
            }
        }

        Close();
        return parts;

        // Empty lines in front say nothing; at the end a text may want them.
        void Take(string line)
        {
            if (line.Length > 0 || part.Length > 0)
            {
                part.Append(line).Append('\n');
            }
        }

        void Close()
        {
            if (part.Length > 0)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
        }
    }

    private static bool IsMarker(string line, string marker) => line.StartsWith(marker, StringComparison.Ordinal) && (line.Length == 3 || line[3] is ' ' or '\t');
}
