using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Judging;

namespace Haldane.Judge.Replay;

/// <summary>Compares verdicts member by member, in the form in which they are recorded.</summary>
internal static class VerdictComparison
{
    /// <summary>What differs, each in one sentence that begins with its guard.</summary>
    public static IEnumerable<string> Of(ValueList<Verdict> recorded, ValueList<Verdict> computed)
    {
        if (recorded.Count != computed.Count)
        {
            return [$"verdicts: {recorded.Count} were recorded, the plan has {computed.Count} guards"];
        }

        return recorded.Zip(computed).SelectMany(pair => Of(pair.First, pair.Second));
    }

    private static IEnumerable<string> Of(Verdict recorded, Verdict computed)
    {
        var (before, now) = (Members(recorded), Members(computed));
        return before.Keys.Union(now.Keys)
            .Select(name => (Name: name, Before: before.GetValueOrDefault(name, "nothing"), Now: now.GetValueOrDefault(name, "nothing")))
            .Where(member => member.Before != member.Now)
            .Select(member => $"{recorded.Guard}: {member.Name} is {member.Now}, recorded is {member.Before}");
    }

    // As JSON, so that whatever a verdict comes to hold is compared too, and doubles to their last bit.
    private static Dictionary<string, string> Members(Verdict verdict) => JsonSerializer.SerializeToElement(verdict, CoreJson.Default.Verdict)
        .EnumerateObject().ToDictionary(member => member.Name, member => member.Value.ValueKind == JsonValueKind.String ? $"\"{member.Value.GetString()}\"" : member.Value.GetRawText(), StringComparer.Ordinal);
}
