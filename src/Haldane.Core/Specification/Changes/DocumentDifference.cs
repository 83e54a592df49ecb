using System.Globalization;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification.Changes;

/// <summary>Tells two states of a document apart, value by value. Pure.</summary>
public static class DocumentDifference
{
    /// <summary>What differs: what was there before in its order, then what is new. Comments and the way that something is written do not count.</summary>
    /// <param name="before">YAML, one document; null where there was none.</param>
    /// <param name="after">YAML, one document; null where there is none any more.</param>
    public static ValueList<FieldChange> Between(string? before, string? after)
    {
        var (old, now) = (Values(before), Values(after));
        var (byOld, byNow) = (old.ToDictionary(), now.ToDictionary());
        return
        [
            .. old.Where(o => byNow.GetValueOrDefault(o.Key) != o.Value).Select(o => new FieldChange(o.Key, o.Value, byNow.GetValueOrDefault(o.Key))),
            .. now.Where(n => !byOld.ContainsKey(n.Key)).Select(n => new FieldChange(n.Key, null, n.Value)),
        ];
    }

    private static List<KeyValuePair<string, string>> Values(string? text)
    {
        var values = new List<KeyValuePair<string, string>>();
        if (text is not null && YamlTree.Read(text, new(""), out _) is [YamlMapping root] && root.Find("spec") is { } spec)
        {
            Gather(spec, "spec", values);
        }

        return values;
    }

    // Deep enough for the reader's limit of nesting only, so recursion is safe.
    private static void Gather(YamlNode node, string path, List<KeyValuePair<string, string>> values)
    {
        switch (node)
        {
            case YamlMapping { Entries.Count: > 0 } mapping:
                foreach (var (key, value) in mapping.Entries)
                {
                    Gather(value, $"{path}.{key.Text}", values);
                }

                break;
            case YamlSequence { Items.Count: > 0 } sequence:
                var steps = Steps(sequence);
                for (var i = 0; i < steps.Length; i++)
                {
                    Gather(sequence.Items[i], $"{path}[{steps[i]}]", values);
                }

                break;
            default:
                values.Add(new(path, node is YamlScalar scalar ? scalar.Text : node is YamlMapping ? "{}" : "[]"));
                break;
        }
    }

    // What has a name goes by it: one that is put in front of the others must not look like a change of all.
    private static string[] Steps(YamlSequence sequence)
    {
        var names = sequence.Items.Select(i => (i as YamlMapping)?.FindScalar("name")?.Text).OfType<string>().Distinct().ToArray();
        return names.Length == sequence.Items.Count ? names : [.. Enumerable.Range(0, sequence.Items.Count).Select(i => i.ToString(CultureInfo.InvariantCulture))];
    }
}
