using Haldane.Core.Reports;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Haldane.Screens;

/// <summary>Draws an evidence pack in short.</summary>
internal static class PackScreen
{
    public static IRenderable Of(EvidencePack pack)
    {
        var summary = pack.Summary;
        var facts = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "");
        Row("rollout", $"{summary.Rollout}, run {summary.Run}: {summary.Model}, {summary.Baseline} to {summary.Canary}");
        Row("outcome", PackWords.Of(summary.Outcome));
        Row("why", summary.Guard is { } guard ? $"{guard}: {summary.Why}" : summary.Why);
        Row("by", $"{summary.By}; started by {summary.StartedBy} {Figures.Moment(summary.StartedAt)}");
        Row("reached", PackWords.Reached(pack.BlastRadius));
        Row("harmed", PackWords.Harmed(pack.BlastRadius));
        Row("ledger", PackWords.Chain(pack.Proof));
        Row("verdicts", PackWords.Replay(pack.Proof.Replay));
        var guards = new Table().Border(TableBorder.Rounded).AddColumns("guard", "promise", "verdict", "difference");
        foreach (var (report, statement) in pack.Guards.Zip(pack.Risk.Guards))
        {
            guards.AddRow(
                new Text(report.Guard),
                new Text(statement.Promise),
                new Text($"{report.Verdict?.Kind}"),
                new Text(report.Verdict?.Estimate is { } estimate ? $"{Figures.Of(estimate, report.Unit)}, {PackWords.Range(report.Verdict.Low, report.Verdict.High, report.Unit)}" : ""));
        }

        return new Rows(facts, guards);

        void Row(string what, string text) => facts.AddRow(new Text(what), new Text(text));
    }
}
