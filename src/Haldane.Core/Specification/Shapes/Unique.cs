using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification.Shapes;

/// <summary>Finds what stands twice in a list; the later one is the mistake, and its message points to the first.</summary>
internal static class Unique
{
    /// <summary>The elements themselves.</summary>
    public static void Values(YamlSequence sequence, FileErrors errors) => Check(sequence.Items.OfType<YamlScalar>(), s => s.Text, errors);

    /// <summary>The field <c>name</c> of the elements.</summary>
    public static void Names(YamlSequence sequence, FileErrors errors) =>
        Check(sequence.Items.OfType<YamlMapping>().Select(m => m.FindScalar("name")).OfType<YamlScalar>(), s => s.Text, errors);

    /// <summary>By a key of one's own.</summary>
    public static void Check(IEnumerable<YamlScalar> scalars, Func<YamlScalar, string> key, FileErrors errors)
    {
        var seen = new Dictionary<string, YamlScalar>();
        foreach (var scalar in scalars.Where(s => !s.IsNothing))
        {
            if (!seen.TryAdd(key(scalar), scalar))
            {
                var first = seen[key(scalar)].At;
                errors.Report(scalar, $"found {Clip.Quoted(scalar.Text)} twice, first at line {first.Line}, column {first.Column}; wanted it once: rename or remove one of the two");
            }
        }
    }
}
