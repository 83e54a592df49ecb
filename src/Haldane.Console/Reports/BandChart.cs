using Haldane.Core.Judging;
using Haldane.Core.Reports;

namespace Haldane.Console.Reports;

/// <summary>Draws the difference of a guard over time: estimate, interval, and the lines that were drawn before the start.</summary>
internal static class BandChart
{
    /// <summary>Of the plot, and of all of it with the strip of verdicts.</summary>
    public const double Width = 700, Height = 210, WholeHeight = Height + 2 + StripHeight + 3;

    // Below the time axis.
    private const double StripTop = Height + 2, StripHeight = 13;

    /// <summary>The picture; null where nothing could be estimated.</summary>
    public static Markup? Draw(GuardReport guard, GuardStatement statement, IEnumerable<StageReport> stages, DateTimeOffset from)
    {
        BandPoint[] points = [.. guard.Band.Where(p => p.Estimate is not null)];
        if (points.Length == 0)
        {
            return null;
        }

        var (low, high) = Range(points, statement);
        var plot = new Plot(from, guard.Band[^1].At, low, high, guard.Unit == GuardUnit.Ratio, (Width, Height));
        var html = new HtmlText();
        html.Add($"<svg class=\"chart\" viewBox=\"0 0 {Width} {WholeHeight}\" role=\"img\" aria-label=\"{Said(guard, statement)}\">");
        plot.Axes(html, v => Figures.Mark(v, guard.Unit));
        html.Add($"<path class=\"band\" d=\"{Band(plot, points)}\"/>");
        plot.Stages(html, stages);
        if (statement.Fine != statement.Bad)
        {
            Rule(html, plot, "fine", $"fine {Figures.Of(statement.Fine, guard.Unit)}", statement.Fine, isAbove: statement.AtLeast);
        }

        Rule(html, plot, "bad", $"{(statement.Fine == statement.Bad ? "limit" : "bad")} {Figures.Of(statement.Bad, guard.Unit)}", statement.Bad, isAbove: !statement.AtLeast);
        html.Add($"<path class=\"estimate\" d=\"{plot.Line(points.Select(p => (p.At, p.Estimate)))}\"/>");
        Strip(html, plot, guard, from);
        return html.Add($"</svg>").ToMarkup();
    }

    // So that the lines and what was decided can be seen, whatever the first uncertain moments looked like.
    private static (double Low, double High) Range(BandPoint[] points, GuardStatement statement)
    {
        var isRatio = statement.Unit == GuardUnit.Ratio;
        double[] settled = [.. points.Skip(points.Length / 4).Select(p => p.Estimate!.Value).Order()];
        List<double> shown = [statement.Fine, statement.Bad, settled[settled.Length / 20], settled[^(settled.Length / 20 + 1)], points[^1].Estimate!.Value];
        if (isRatio)
        {
            shown.Add(1);
        }
        else if (statement.Unit is GuardUnit.Points or GuardUnit.Bits)
        {
            shown.Add(0);
        }

        var span = Math.Max(1e-9, isRatio ? Math.Log(shown.Max() / Math.Max(1e-9, shown.Min())) : shown.Max() - shown.Min());
        var ends = new[] { points[^1].Low, points[^1].High }.OfType<double>().Where(v => double.IsFinite(v) && (!isRatio || v > 0));

        // An end that lies far out would press all else together; it is drawn at the edge.
        shown.AddRange(ends.Where(v => (isRatio ? Math.Abs(Math.Log(v / statement.Bad)) : Math.Abs(v - statement.Bad)) < 2 * span));
        var (low, high) = (shown.Min(), shown.Max());
        return isRatio
            ? (Math.Max(1e-9, low) / Math.Exp(span * 0.2), high * Math.Exp(span * 0.2))
            : (low >= 0 ? Math.Max(0, low - span * 0.2) : low - span * 0.2, high + span * 0.2);
    }

    private static Markup Band(Plot plot, BandPoint[] points)
    {
        var path = new HtmlText();
        for (var i = 0; i < points.Length; i++)
        {
            path.Add($"{(i == 0 ? "M" : "L")}{plot.X(points[i].At)} {plot.Y(points[i].High ?? double.PositiveInfinity)}");
        }

        foreach (var point in points.Reverse())
        {
            path.Add($"L{plot.X(point.At)} {plot.Y(point.Low ?? double.NegativeInfinity)}");
        }

        return path.Add($"Z").ToMarkup();
    }

    private static void Rule(HtmlText html, Plot plot, string kind, string text, double value, bool isAbove)
    {
        var y = plot.Y(value);
        html.Add($"<path class=\"{kind}\" d=\"M{Plot.X0} {y}H{plot.X1}\"/><text class=\"rule end\" x=\"{plot.X1 - 4}\" y=\"{(isAbove ? y - 4 : y + 12)}\">{text}</text>");
    }

    /// <summary>Which verdict stood when, below a plot of <see cref="Height"/>.</summary>
    public static void Strip(HtmlText html, Plot plot, GuardReport guard, DateTimeOffset from)
    {
        for (var i = 0; i < guard.Band.Count;)
        {
            var (kind, begin) = (guard.Band[i].Kind, i == 0 ? from : guard.Band[i - 1].At);
            while (i < guard.Band.Count && guard.Band[i].Kind == kind)
            {
                i++;
            }

            var (x, width) = (plot.X(begin), Math.Max(1.5, plot.X(guard.Band[i - 1].At) - plot.X(begin)));
            html.Add($"<rect class=\"kind {Class(kind)}\" x=\"{x}\" y=\"{StripTop}\" width=\"{width}\" height=\"{StripHeight}\"/>");
            if (width > 6.0 * PackWords.Of(kind).Length + 6)
            {
                html.Add($"<text class=\"on {Class(kind)}\" x=\"{x + 4}\" y=\"{StripTop + 9.5}\">{PackWords.Of(kind)}</text>");
            }
        }
    }

    private static string Class(VerdictKind kind) => kind switch
    {
        VerdictKind.Pass => "pass",
        VerdictKind.Fail => "fail",
        VerdictKind.Broken => "broken",
        VerdictKind.NoData => "nodata",
        _ => "undecided",
    };

    private static string Said(GuardReport guard, GuardStatement statement) => guard.Verdict is { Estimate: { } estimate }
        ? $"{guard.Guard} over time: at the end {Figures.Of(estimate, guard.Unit)}, {PackWords.Range(guard.Verdict.Low, guard.Verdict.High, guard.Unit)}; fine {Figures.Of(statement.Fine, guard.Unit)}, bad {Figures.Of(statement.Bad, guard.Unit)}"
        : $"{guard.Guard} over time";
}
