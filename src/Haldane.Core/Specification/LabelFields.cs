using Haldane.Core.Alerts;
using Haldane.Core.Specification.Shapes;

namespace Haldane.Core.Specification;

/// <summary>Labels of metrics and alerts.</summary>
internal static class LabelFields
{
    /// <summary>A table of labels with their values.</summary>
    public static readonly TableShape<string> Table = new(Texts.LabelValue, "labels with their values such as { gpu: \"0\" }", "The value that the label must have.");

    /// <summary>The labels of a table.</summary>
    public static ValueList<Label> Named(ValueList<(string Name, string Value)> table) => [.. table.Select(l => new Label(l.Name, l.Value))];
}
