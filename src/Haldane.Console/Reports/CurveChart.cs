using Haldane.Core.Reports;

namespace Haldane.Console.Reports;

/// <summary>Draws a figure of both versions over time, and the canary's share.</summary>
internal static class CurveChart
{
    private static readonly (double Width, double Height) Small = (346, 176);
    private static readonly (double Width, double Height) Flat = (700, 150);

    /// <summary>A figure of both versions: the baseline broad and pale, the canary thin and dark.</summary>
    /// <param name="course">The run.</param>
    /// <param name="from">When it began.</param>
    /// <param name="what">What it shows, for those who hear it.</param>
    /// <param name="read">The figure.</param>
    /// <param name="least">The upper end of the scale at least.</param>
    /// <param name="label">Writes a value.</param>
    public static Markup? Draw(CourseReport course, DateTimeOffset from, string what, Func<ArmCurve, double?> read, double least, Func<double, string> label)
    {
        double[] values = [.. course.Curves.SelectMany(p => new[] { read(p.Baseline), read(p.Canary) }).OfType<double>().Order()];
        if (values.Length == 0)
        {
            return null;
        }

        // One wild moment must not flatten the rest; what lies above is drawn at the edge.
        var high = Math.Max(least, 1.08 * Math.Min(values[^1], 2 * values[values.Length * 49 / 50]));
        var plot = new Plot(from, course.Curves[^1].To, 0, high, log: false, Small);
        var html = new HtmlText();
        html.Add($"<svg class=\"chart\" viewBox=\"0 0 {Small.Width} {Small.Height}\" role=\"img\" aria-label=\"{what} of both versions over time\">");
        plot.Axes(html, label);
        plot.Stages(html, course.Stages);
        html.Add($"<path class=\"baseline\" d=\"{plot.Line(course.Curves.Select(p => (p.To, read(p.Baseline))))}\"/>");
        html.Add($"<path class=\"canary\" d=\"{plot.Line(course.Curves.Select(p => (p.To, read(p.Canary))))}\"/>");
        return html.Add($"</svg>").ToMarkup();
    }

    /// <summary>The canary's share, as the ledger has it.</summary>
    public static Markup? Share(CourseReport course, DateTimeOffset from)
    {
        CourseEntry[] moves = [.. course.Entries.Where(e => e.To is not null)];
        if (moves.Length == 0 || course.Curves.Count == 0)
        {
            return null;
        }

        var end = Later(course.Curves[^1].To, moves.LastOrDefault(m => m.From != m.To)?.At ?? from);
        var plot = new Plot(from, end, 0, Math.Max(0.01, moves.Max(m => m.To!.Value.Fraction)) * 1.08, log: false, Flat);
        var html = new HtmlText();
        html.Add($"<svg class=\"chart\" viewBox=\"0 0 {Flat.Width} {Flat.Height}\" role=\"img\" aria-label=\"The canary's share over time\">");
        plot.Axes(html, v => Figures.Percent(v));
        var path = new HtmlText();
        path.Add($"M{Plot.X0} {plot.Y(0)}");
        foreach (var move in moves.Where(m => m.At <= end))
        {
            path.Add($"H{plot.X(move.At)}V{plot.Y(move.To!.Value.Fraction)}");
        }

        html.Add($"<path class=\"area\" d=\"{path.ToMarkup()}H{plot.X1}V{plot.Y1}H{Plot.X0}Z\"/>");
        plot.Stages(html, course.Stages);
        foreach (var move in moves.Where(m => m.IsPerson && m.At <= end && m.Kind != "started"))
        {
            html.Add($"<path class=\"person\" d=\"M{plot.X(move.At)} {plot.Y1}v-9l-4 -7h8l-4 7\"/>");
        }

        return html.Add($"</svg>").ToMarkup();
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
