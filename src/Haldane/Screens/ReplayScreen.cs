using Haldane.Replays;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Haldane.Screens;

/// <summary>Draws a replay for the terminal. Pure.</summary>
internal static class ReplayScreen
{
    public static IRenderable Of(ReplayReport report) => new Rows([.. report.Runs.SelectMany(run => Run(report.Rollout, run)), new Text(Sum(report))]);

    private static IEnumerable<IRenderable> Run(string rollout, RunReport run)
    {
        yield return new Text($"{rollout} #{run.Run}: {run.Slices:N0} slices");
        var table = new Table().Border(TableBorder.Rounded).AddColumns("no.", "when (UTC)", "what", "slices up to", "verdicts", "judged anew");
        foreach (var record in run.Records)
        {
            table.AddRow(
                new Text($"{record.Number:N0}"),
                new Text(record.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss")),
                new Text(record.Kind),
                new Text(record.EvidenceUpTo == 0 ? "-" : $"{record.EvidenceUpTo:N0}"),
                new Text(record.Verdicts == 0 ? "-" : $"{record.Verdicts}"),
                Outcome(record));
        }

        table.Columns[3].RightAligned();
        table.Columns[4].RightAligned();
        yield return table;
    }

    private static IRenderable Outcome(RecordReport record) => record switch
    {
        { Equal: false } => new Rows([new Markup("[red bold]differs[/]"), .. record.Differences.Select(d => new Text(d))]),
        { Verdicts: 0, EvidenceUpTo: 0 } => new Text("-"),
        _ => new Markup("[green]equal[/]"),
    };

    private static string Sum(ReplayReport report)
    {
        var records = report.Runs.SelectMany(run => run.Records).ToList();
        return report.Equal
            ? $"equal: {records.Sum(r => r.Verdicts):N0} verdicts of {records.Count(r => r.Verdicts > 0):N0} records come out of the stored evidence as they were recorded"
            : $"DIFFERENT: {records.Count(r => !r.Equal):N0} of {records.Count:N0} records";
    }
}
