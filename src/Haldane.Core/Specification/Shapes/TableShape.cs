using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification.Shapes;

/// <summary>A mapping whose keys are names of the user's own; which names make sense is checked by its owner.</summary>
/// <typeparam name="T">What a name stands for.</typeparam>
/// <param name="value">What stands behind each name.</param>
/// <param name="wanted">E.g. <c>classes with their parts such as { legit: 97% }</c>.</param>
/// <param name="about">What each entry says, for editors.</param>
internal sealed class TableShape<T>(Shape<T> value, string wanted, string about) : Shape<ValueList<(string Name, T Value)>>
{
    /// <inheritdoc/>
    public override string Wanted => wanted;

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out ValueList<(string Name, T Value)> read)
    {
        read = null;
        if (node is not YamlMapping mapping || (mapping.Entries.Count == 0 && !mapping.IsCut))
        {
            errors.Wrong(node, wanted);
            return false;
        }

        List<(string, T)> entries = [];
        foreach (var (key, content) in mapping.Entries)
        {
            if (value.TryRead(content, errors, out var item))
            {
                entries.Add((key.Text, item));
            }
        }

        read = entries.ToValueList();
        return true;
    }

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var entry = value.Schema();
        entry.Insert(0, "description", about);
        return new() { ["type"] = "object", ["additionalProperties"] = entry, ["minProperties"] = 1 };
    }
}
