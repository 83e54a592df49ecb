using System.CommandLine;
using Haldane.Core;
using Haldane.Core.Ports;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane evaluators</c>: who scores a sample of the answers.</summary>
internal static class EvaluatorCommand
{
    public static Command Create() => Options.Showing(
        new("evaluators", "Lists who scores a sample of the answers, and what they did with the answers of each arm since the start."),
        (client, _, cancel) => client.GetAsync("/api/v1/evaluators", CoreJson.Default.IReadOnlyListEvaluatorView, cancel),
        CoreJson.Default.IReadOnlyListEvaluatorView,
        views => AnsiConsole.Write(Draw(views)));

    private static Table Draw(IReadOnlyList<EvaluatorView> evaluators)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("model", "evaluator", "arm", "scored", "known", "refused", "invalid", "failed", "skipped", "lost", "last fault");
        foreach (var evaluator in evaluators)
        {
            AddRow(table, evaluator, "baseline", evaluator.Baseline);
            AddRow(table, evaluator, "canary", evaluator.Canary);
        }

        return table;
    }

    private static void AddRow(Table table, EvaluatorView evaluator, string arm, EvaluatorCounts counts)
    {
        long[] numbers = [counts.Scored, counts.Known, counts.Refused, counts.Invalid, counts.Failed, counts.Skipped, counts.Lost];
        var rests = evaluator.RestsUntil is { } until ? $"; rests until {until.UtcDateTime:HH:mm:ss}" : "";
        table.AddRow([new Text(evaluator.Model), new Text(evaluator.Evaluator), new Text(arm), .. numbers.Select(n => new Text($"{n:N0}")), new Text(evaluator.Fault + rests)]);
    }
}
