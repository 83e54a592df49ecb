using Haldane.Core.Reports;

namespace Haldane.Console.Reports;

/// <summary>Draws how far the proofs of a guard had come over time: the picture where no difference can be estimated, e.g. a ratio to a baseline that never failed.</summary>
internal static class EvidenceChart
{
    // Beyond twice what proves it, more says no more.
    private const double Most = 2;

    /// <summary>The picture; null before there was any evidence.</summary>
    public static Markup? Draw(GuardReport guard, IEnumerable<StageReport> stages, DateTimeOffset from)
    {
        if (guard.Band.Count == 0)
        {
            return null;
        }

        var high = Math.Clamp(guard.Band.Max(p => Math.Max(p.TowardFail, p.TowardPass)) * 1.1, 1.25, Most);
        var plot = new Plot(from, guard.Band[^1].At, 0, high, log: false, (BandChart.Width, BandChart.Height));
        var html = new HtmlText();
        html.Add($"<svg class=\"chart\" viewBox=\"0 0 {BandChart.Width} {BandChart.WholeHeight}\" role=\"img\" aria-label=\"Evidence of {guard.Guard} over time, in parts of what proves it\">");
        plot.Axes(html, v => Figures.Percent(v));
        plot.Stages(html, stages);
        html.Add($"<path class=\"bad\" d=\"M{Plot.X0} {plot.Y(1)}H{plot.X1}\"/><text class=\"rule end\" x=\"{plot.X1 - 4}\" y=\"{plot.Y(1) - 4}\">proof</text>");
        html.Add($"<path class=\"baseline\" d=\"{plot.Line(guard.Band.Select(p => (p.At, (double?)p.TowardPass)))}\"/>");
        html.Add($"<path class=\"canary\" d=\"{plot.Line(guard.Band.Select(p => (p.At, (double?)p.TowardFail)))}\"/>");
        BandChart.Strip(html, plot, guard, from);
        return html.Add($"</svg>").ToMarkup();
    }
}
