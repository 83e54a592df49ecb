using System.Globalization;
using System.Text;
using Haldane.Characteristics.Rules;

namespace Haldane.Characteristics.Report;

/// <summary>The three rules of evidence, kept and broken, on streams in which both versions are alike.</summary>
internal static class RulesReport
{
    private const int Fewest = 2000;

    /// <summary>Runs every rule and writes the section.</summary>
    public static void Write(Options options, Progress progress)
    {
        var streams = Math.Max(options.Runs, Math.Min(options.Nulls, Fewest));
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            ## The three rules of evidence, broken on purpose

            Both versions are alike; {streams} streams each, every way at 5 %. Part of the streams in which the canary was ever called worse, with the exact 95 % interval.

            | rule | world | way | called worse |
            | --- | --- | --- | --- |

            """);
        foreach (var (index, rule) in RuleOfEvidence.All.Index())
        {
            var ends = progress.Run(rule.Name, streams, 1_000_000 * (index + 1), rule.Run);
            for (var way = 0; way < rule.Ways.Length; way++)
            {
                page.Append(CultureInfo.InvariantCulture, $"| {rule.Name} | {rule.Why} | {rule.Ways[way]} | {Exact.Rate(ends.Count(e => e[way]), streams)} |\n");
            }
        }

        ResultsFile.Put(options.Folder, "rules", page.ToString());
    }
}
