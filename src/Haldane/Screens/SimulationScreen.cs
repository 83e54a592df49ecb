using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Haldane.Screens;

/// <summary>Draws simulations for the terminal. Pure: summaries in, a picture out.</summary>
internal static class SimulationScreen
{
    private const int CurveWidth = 32;
    private const int CurveHeight = 8;
    private const double MostMargins = 3;

    /// <summary>One line for each canary.</summary>
    public static Table Canaries(IReadOnlyList<CaseSummary> summaries)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("worse in", "by", "rolled back", "promoted", "neither", "decided after", "9 of 10 by", "canary requests", "harmed", "by guard");
        foreach (var column in table.Columns.Skip(2).Take(7))
        {
            column.RightAligned();
        }

        string? before = "";
        foreach (var summary in summaries)
        {
            if (summary.Case.Guard != before)
            {
                before = summary.Case.Guard;
                table.AddEmptyRowUnlessFirst();
            }

            table.AddRow(
                new Markup(Markup.Escape(summary.Case.Guard is null ? "nothing" : summary.Case.Segment is { } segment ? $"{before} in {segment}" : before!)),
                new Markup(Markup.Escape(summary.Case.Size)),
                Percent(summary.RolledBack, summary, wrong: summary.Case.Kind == CaseKind.Fine),
                Percent(summary.Promoted, summary, wrong: summary.Case.Kind == CaseKind.Bad),
                Percent(summary.Neither, summary, wrong: false),
                new Markup(summary.MedianTime is { } median ? Words.Time(median) : "-"),
                new Markup(summary.LateTime is { } late ? Words.Time(late) : "-"),
                new Markup(summary.MedianCanaryExchanges.ToString("N0")),
                new Markup(summary.Case.Guard is null ? "" : Words.Number(summary.MedianHarmed)),
                new Markup(Markup.Escape(summary.UsualGuard ?? (summary.UsualHold is { } hold ? $"({hold})" : ""))));
        }

        return table;
    }

    /// <summary>For each guard the chances of rollback and promotion against the size of the harm.</summary>
    public static IRenderable Curves(IReadOnlyList<CaseSummary> summaries)
    {
        var good = summaries[0];
        var panels = summaries.Where(s => s.Case is { Guard: not null, Segment: null })
            .GroupBy(s => s.Case.Guard!)
            .Select(guard => (IRenderable)new Panel(new Markup(Curve([good, .. guard]))).Header(Markup.Escape(guard.Key)).Border(BoxBorder.Rounded));
        return new Columns(panels) { Expand = false };
    }

    /// <summary>When each guard passes a canary that is as the baseline.</summary>
    public static Table Guards(RolloutSpec rollout, PlanForecast forecast)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("guard", "signal", "asked for at", "passes after", "8 of 10 between", "canary requests");
        foreach (var column in table.Columns.Skip(3))
        {
            column.RightAligned();
        }

        for (var g = 0; g < rollout.Guards.Count; g++)
        {
            var guard = forecast.Guards[g];
            table.AddRow(
                Markup.Escape(guard.Guard),
                Markup.Escape(rollout.Guards[g].Signal.ToString()),
                rollout.Stages[guard.RequiredIn].Share.ToString(),
                guard.Passes is { } passes ? Words.Time(passes.Median) : "never",
                guard.Passes is { } range ? $"{Words.Time(range.Early)} and {(range.Late is { } late ? Words.Time(late) : "never")}" : "",
                guard.CanaryExchanges is { } count ? count.ToString("N0") : "-");
        }

        return table;
    }

    private static Markup Percent(int count, CaseSummary summary, bool wrong)
    {
        var text = $"{100.0 * count / summary.Runs:0.#} %";
        return new(count == 0 ? $"[grey]{text}[/]" : wrong ? $"[red]{text}[/]" : text);
    }

    private static void AddEmptyRowUnlessFirst(this Table table)
    {
        if (table.Rows.Count > 0)
        {
            table.AddEmptyRow();
        }
    }

    // Red: rolled back; green: promoted; from 0 % at the bottom to 100 %; from no harm at the left to three margins.
    private static string Curve(CaseSummary[] points)
    {
        var grid = new string[CurveHeight, CurveWidth];
        for (var x = 0; x < CurveWidth; x++)
        {
            var margins = MostMargins * x / (CurveWidth - 1);
            Plot(grid, x, Between(points, margins, p => p.Promoted), "[green]○[/]");
            Plot(grid, x, Between(points, margins, p => p.RolledBack), "[red]●[/]");
        }

        var lines = new List<string>();
        for (var y = 0; y < CurveHeight; y++)
        {
            var axis = y == 0 ? "100 % ┤" : y == CurveHeight - 1 ? "  0 % ┤" : "      │";
            lines.Add(axis + string.Concat(Enumerable.Range(0, CurveWidth).Select(x => grid[y, x] ?? " ")));
        }

        lines.Add("      └" + new string('─', CurveWidth));
        lines.Add("       0         1 margin  2         3");
        lines.Add("       [red]●[/] rolled back  [green]○[/] promoted");
        return string.Join('\n', lines);
    }

    private static void Plot(string[,] grid, int x, double? chance, string mark)
    {
        if (chance is { } height)
        {
            grid[CurveHeight - 1 - (int)Math.Round(height * (CurveHeight - 1)), x] = mark;
        }
    }

    private static double? Between(CaseSummary[] points, double margins, Func<CaseSummary, int> count)
    {
        for (var i = 1; i < points.Length; i++)
        {
            double from = points[i - 1].Case.Margins, to = points[i].Case.Margins;
            if (margins >= from && margins <= to + 1e-9 && to > from)
            {
                double low = count(points[i - 1]) / (double)points[i - 1].Runs, high = count(points[i]) / (double)points[i].Runs;
                return low + (high - low) * (margins - from) / (to - from);
            }
        }

        return null;
    }
}
