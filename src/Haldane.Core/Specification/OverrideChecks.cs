using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>Checks what an override says against the rest of its model, and the names in it.</summary>
internal static class OverrideChecks
{
    private const int MostParameters = 32, MostSteps = 4, LongestName = 128;

    /// <summary>Reports the mistakes in the overrides of a model's versions.</summary>
    public static void Check(ModelSpec model, YamlMapping node, FileErrors errors)
    {
        var versions = (node.Find("versions") as YamlSequence)?.Items.OfType<YamlMapping>() ?? [];
        foreach (var change in versions.Select(v => v.Find("override")).OfType<YamlMapping>())
        {
            CheckProtocol(model, node, change, errors);
            CheckParameters(change, errors);
            HeaderFields.Check(change, errors, "x-haldane-");
            CheckPath(model, change, errors);
        }
    }

    private static void CheckProtocol(ModelSpec model, YamlMapping node, YamlMapping change, FileErrors errors)
    {
        var isKnown = model.Protocol != Protocol.Http || node.Find("protocol") is null or YamlScalar { Text: "http" };
        if (!isKnown || model.Protocol.GeneratesText())
        {
            return;
        }

        foreach (var (field, cure) in new[] { ("model", "name it in the path or in parameters"), ("system", "set the member that holds it in parameters") })
        {
            if (change.Find(field) is { } found)
            {
                errors.Report(found, $"found \"{field}\" with a protocol that has no such thing; wanted it only with protocol: openai, anthropic or ollama: {cure}");
            }
        }
    }

    private static void CheckParameters(YamlMapping change, FileErrors errors)
    {
        if (change.Find("parameters") is not YamlMapping table)
        {
            return;
        }

        if (table.Entries.Count > MostParameters)
        {
            errors.Report(table, $"found {table.Entries.Count} parameters; wanted at most {MostParameters}");
            return;
        }

        List<(string Name, string[] Steps)> seen = [.. Taken(change)];
        foreach (var (key, _) in table.Entries)
        {
            var pointer = OverrideFields.PointerOf(key.Text);
            var steps = new ParameterSpec(pointer, null).Steps();
            var fault = FaultOf(key.Text, pointer, steps);
            if (fault is null && seen.Find(s => Overlap(s.Steps, steps)) is { Name: { } other })
            {
                fault = $"found {Clip.Quoted(key.Text)} beside {Clip.Quoted(other)}, which changes the same place; wanted one of the two";
            }

            if (fault is not null)
            {
                errors.Report(key.At, table.PathTo("." + Clip.Plain(key.Text)), fault);
                continue;
            }

            seen.Add((key.Text, steps));
        }
    }

    // Where the model name and the system prompt are written, whatever the kind of call.
    private static IEnumerable<(string Name, string[] Steps)> Taken(YamlMapping change)
    {
        string[] fields = ["model", "system"];
        foreach (var field in fields.Where(f => change.Find(f) is not null))
        {
            foreach (var member in field == "model" ? (string[])["model"] : ["system", "instructions", "messages"])
            {
                yield return (field, [member]);
            }
        }
    }

    private static string? FaultOf(string name, string pointer, string[] steps)
    {
        var isPointer = !name.StartsWith('/') || !HasWrongTilde(pointer);
        return !isPointer ? $"found {Clip.Quoted(name)}; wanted a name, or a JSON pointer (RFC 6901) such as /options/temperature: write '~' as '~0' and '/' in a name as '~1'"
            : steps.Any(static s => s.Length is 0 or > LongestName) ? $"found {Clip.Quoted(name)}; wanted names of 1 to {LongestName} characters"
            : steps.Length > MostSteps ? $"found {Clip.Quoted(name)}; wanted at most {MostSteps} levels"
            : null;
    }

    private static bool HasWrongTilde(string pointer)
    {
        for (var i = pointer.IndexOf('~', StringComparison.Ordinal); i >= 0; i = pointer.IndexOf('~', i + 1))
        {
            if (i + 1 == pointer.Length || pointer[i + 1] is not ('0' or '1'))
            {
                return true;
            }
        }

        return false;
    }

    // Some servers take names without regard to their case.
    private static bool Overlap(string[] a, string[] b) =>
        a.Take(b.Length).SequenceEqual(b.Take(a.Length), StringComparer.OrdinalIgnoreCase);

    private static void CheckPath(ModelSpec model, YamlMapping change, FileErrors errors)
    {
        const string Below = "/**";
        var route = model.Route.Path;
        if (route.Length == 0)
        {
            return;
        }

        var isPrefix = route.EndsWith(Below, StringComparison.Ordinal);
        switch (change.Find("path"))
        {
            case YamlScalar path when isPrefix:
                errors.Report(path, $"found one path for every request below {Clip.Quoted(route[..^Below.Length])}; wanted a beginning that is replaced: write {{ from: …, to: … }}");
                break;
            case YamlMapping swap when swap.FindScalar("from") is { Text: ['/', ..] } from:
                var (begin, own) = (from.Text.TrimEnd('/') + "/", (isPrefix ? route[..^Below.Length] : route) + "/");
                if (!own.StartsWith(begin, StringComparison.Ordinal) && !(isPrefix && begin.StartsWith(own, StringComparison.Ordinal)))
                {
                    errors.Report(from, $"found {Clip.Quoted(from.Text)}, which no request of the route {Clip.Quoted(route)} begins with; wanted a beginning of its paths");
                }

                break;
        }
    }
}
