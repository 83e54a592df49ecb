using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary><c>all</c>, <c>none</c>, or a list of segments.</summary>
internal sealed class SegmentScanShape : Shape<SegmentScan>
{
    private static readonly ChoiceShape<SegmentScan> Word = new(("all", SegmentScan.All), ("none", SegmentScan.None));
    private static readonly ListShape<string> Names = new(Texts.Name, 1, 8, "segments", Unique.Values);

    /// <inheritdoc/>
    public override string Wanted => "all, none, or a list of segments such as [country]";

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out SegmentScan value)
    {
        value = null;
        if (node is YamlSequence)
        {
            value = Names.TryRead(node, errors, out var names) ? new(false, names) : null;
        }
        else if (node is YamlScalar { Text: "all" or "none" })
        {
            return Word.TryRead(node, errors, out value);
        }
        else
        {
            errors.Wrong(node, Wanted, node is YamlScalar { IsNothing: false } scalar ? $"put names in brackets, [{Clip.Plain(scalar.Text)}]" : null);
        }

        return value is not null;
    }

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["oneOf"] = new JsonArray(Word.Schema(), Names.Schema()) };
}
