using System.Text;

namespace Haldane.Core.Specification.Yaml;

/// <summary>A place in a file, both numbers from 1.</summary>
internal readonly record struct Position(int Line, int Column);

/// <summary>A value of a YAML document, which knows where it stands.</summary>
internal abstract class YamlNode(Position at, YamlNode? parent, string step)
{
    /// <summary>Where the value begins.</summary>
    public Position At { get; } = at;

    /// <summary>Where in the document, e.g. <c>spec.stages[1].share</c>; empty for the document itself.</summary>
    public string Path => PathTo("");

    /// <summary>How messages call what was found.</summary>
    public abstract string Found { get; }

    /// <summary>Whether reading stopped inside; then nothing is said about what is missing.</summary>
    public bool IsCut { get; set; }

    /// <summary>The path of a field below this value, whether or not it is there.</summary>
    public string PathTo(string below)
    {
        var steps = new Stack<string>();
        for (var node = this; node is not null; node = node.Parent)
        {
            steps.Push(node.Step);
        }

        var path = new StringBuilder();
        foreach (var part in steps)
        {
            path.Append(part);
        }

        return path.Append(below).ToString().TrimStart('.');
    }

    private YamlNode? Parent { get; } = parent;

    private string Step { get; } = step;
}

/// <summary>One word, number or text. What it means is decided by the field that reads it, never by YAML's own guesses.</summary>
internal sealed class YamlScalar(Position at, YamlNode? parent, string step, string text, bool isPlain) : YamlNode(at, parent, step)
{
    /// <summary>The value without quotes.</summary>
    public string Text { get; } = text;

    /// <summary>Whether it stands without quotes.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>Whether it stands for no value at all.</summary>
    public bool IsNothing => IsPlain && (Text is "" or "~" or "null" or "Null" or "NULL");

    /// <inheritdoc/>
    public override string Found => IsNothing ? "nothing" : IsPlain ? Clip.Quoted(Text) : "the text " + Clip.Quoted(Text);
}

/// <summary>A list.</summary>
internal sealed class YamlSequence(Position at, YamlNode? parent, string step) : YamlNode(at, parent, step)
{
    /// <summary>The elements.</summary>
    public List<YamlNode> Items { get; } = [];

    /// <inheritdoc/>
    public override string Found => Items.Count == 0 ? "an empty list" : "a list";
}

/// <summary>Fields with values; no two fields have the same name.</summary>
internal sealed class YamlMapping(Position at, YamlNode? parent, string step) : YamlNode(at, parent, step)
{
    private readonly Dictionary<string, Entry> _byName = [];

    /// <summary>A field.</summary>
    internal sealed record Entry(YamlScalar Key, YamlNode Value);

    /// <summary>By order of appearance.</summary>
    public List<Entry> Entries { get; } = [];

    /// <inheritdoc/>
    public override string Found => Entries.Count == 0 ? "an empty mapping" : "a mapping";

    /// <summary>Adds a field unless the name is taken; gives the one that took it, or null.</summary>
    public Entry? Add(YamlScalar key, YamlNode value)
    {
        var entry = new Entry(key, value);
        if (!_byName.TryAdd(key.Text, entry))
        {
            return _byName[key.Text];
        }

        Entries.Add(entry);
        return null;
    }

    /// <summary>The value of a field, or null.</summary>
    public YamlNode? Find(string name) => _byName.GetValueOrDefault(name)?.Value;

    /// <summary>The value of a field if it is a single value, or null.</summary>
    public YamlScalar? FindScalar(string name) => Find(name) as YamlScalar;
}

/// <summary>Something that is already reported as a mistake; nothing more is said about it.</summary>
internal sealed class YamlBroken(Position at, YamlNode? parent, string step) : YamlNode(at, parent, step)
{
    /// <inheritdoc/>
    public override string Found => "a mistake";
}

/// <summary>Makes what users wrote safe to show: short, and on one line.</summary>
internal static class Clip
{
    /// <summary>The most that is ever repeated of what was found.</summary>
    internal const int Longest = 60;

    /// <summary>The text in quotes.</summary>
    public static string Quoted(string text) => "\"" + Plain(text) + "\"";

    /// <summary>The text, cut, with line breaks and other invisible characters as <c>·</c>.</summary>
    public static string Plain(string text)
    {
        text = WithoutPassword(text);
        var shown = text.Length <= Longest ? text : text[..(char.IsHighSurrogate(text[Longest - 2]) ? Longest - 2 : Longest - 1)] + "…";
        return string.Create(shown.Length, shown, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? '·' : from[i];
            }
        });
    }

    // Messages end up in logs. A password in an address does not.
    private static string WithoutPassword(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf('@', start);
        return end < 0 ? text : text[..(start + 3)] + "…" + text[end..];
    }
}
