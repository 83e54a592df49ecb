using System.Text.RegularExpressions;

namespace Haldane.EndToEnd.Tests.Monitoring;

/// <summary>Finds the metrics in queries, as far as ours go; whether a query is right is for Prometheus to say.</summary>
internal static partial class PromQl
{
    /// <summary>The metrics that a query reads.</summary>
    public static IEnumerable<string> Metrics(string query) => Names().Matches(Asides().Replace(query, " ")).Select(m => m.Value).Where(n => n is not ("and" or "or" or "unless"));

    /// <summary>The metrics with their label matchers, each a query of its own.</summary>
    public static IEnumerable<string> Selectors(string query) => Metrics(query).Distinct().SelectMany(metric => Regex.Matches(query, $@"\b{metric}\b(\{{[^}}]*\}})?", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(m => m.Value));

    // Matchers, ranges, texts and lists of labels: what may hold names of no metric.
    [GeneratedRegex("""\{[^}]*\}|\[[^\]]*\]|"[^"]*"|\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Asides();

    // A name in front of a parenthesis is a function.
    [GeneratedRegex(@"\b[a-zA-Z_:][\w:]*\b(?!\s*\()", RegexOptions.None, 1_000)]
    private static partial Regex Names();
}
