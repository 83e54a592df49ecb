using System.Globalization;
using Haldane.Core.Judging;
using Haldane.Core.Series;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Haldane.Screens;

/// <summary>Draws the verdict on series for the terminal: the answer first, then the metrics, worst first. Pure.</summary>
internal static class SeriesScreen
{
    public static IRenderable Of(SeriesVerdict verdict) => new Rows(
        new Markup($"{RolloutScreen.Kind(verdict.Verdict)}  {Markup.Escape(verdict.Reason)}"),
        Metrics(verdict),
        new Markup($"[grey]promise: a fine canary fails in at most {Percent(verdict.FalseRollback)}, a bad one passes in at most {Percent(verdict.FalsePromotion)} of cases; "
            + $"seed {verdict.Seed}{(verdict.JointPValue is { } joint ? $"; all metrics together p {P(joint)}, fails at {P(verdict.JointFailAt!.Value)}" : "")}[/]"));

    private static Table Metrics(SeriesVerdict verdict)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("metric", "verdict", "baseline", "canary", "change", "p", "fails at", "why");
        foreach (var metric in verdict.Metrics.OrderBy(m => Order(m.Kind)))
        {
            table.AddRow(
                new Markup(Markup.Escape(metric.Name) + (metric.Weight == 0 ? " [grey](watched)[/]" : "")),
                new Markup(RolloutScreen.Kind(metric.Kind)),
                new Markup(Number(metric.BaselineMedian)),
                new Markup(Number(metric.CanaryMedian)),
                new Markup(metric.Estimate is { } e ? (e > 0 ? "+" : "") + Percent(e) : "-"),
                new Markup(metric.PValue is { } p ? P(p) : "-"),
                new Markup(P(metric.FailAt)),
                new Markup(Markup.Escape(metric.Reason)));
        }

        for (var column = 2; column <= 6; column++)
        {
            table.Columns[column].RightAligned();
        }

        return table;
    }

    private static int Order(VerdictKind kind) => kind switch
    {
        VerdictKind.Fail => 0,
        VerdictKind.Broken => 1,
        VerdictKind.NoData => 2,
        VerdictKind.Undecided => 3,
        _ => 4,
    };

    private static string Number(double? value) => value?.ToString("G4", CultureInfo.InvariantCulture) ?? "-";

    private static string Percent(double part) => (part * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    private static string P(double p) => p < 0.0001 ? "<0.0001" : p.ToString("0.####", CultureInfo.InvariantCulture);
}
