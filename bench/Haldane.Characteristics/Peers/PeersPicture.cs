using System.Globalization;
using Haldane.Characteristics.Report;

namespace Haldane.Characteristics.Peers;

/// <summary>Two pictures for a share: how soon against how often in vain, and how the part of streams that were taken back grows.</summary>
internal static class PeersPicture
{
    private const double PanelWidth = 430, PanelHeight = 250, Left = 52, Top = 40, Plot = 270, Tall = 150;
    private const double FewestRequests = 50, LeastRate = 0.0005;
    private const int Columns = 2;

    private static readonly string[] Colors = ["#c2410c", "#2563eb", "#7c3aed", "#60a5fa", "#15803d", "#4ade80", "#a16207", "#64748b"];
    private static readonly string[] Short = ["Haldane", "Argo 3", "Argo 0", "Argo 3 wide", "Flagger", "Flagger wide", "Kayenta", "peeked z"];

    /// <summary>Draws both.</summary>
    public static void Write(string folder, int share, RuleSummary[][] results)
    {
        var harms = Enumerable.Range(0, Harm.All.Length).Where(h => Harm.All[h].IsHarm).ToArray();
        var horizon = Traffic.Minutes * 60 * Traffic.PerSecond * share / 100;
        Draw(Path.Combine(folder, $"peers-{share}.svg"), $"How soon harm is taken back (across), and how often good canaries are (up; the worse of both worlds): share {share} %", harms, (svg, x, y, h) => Dots(svg, x, y, h, horizon, results));
        Draw(Path.Combine(folder, $"found-{share}.svg"), $"Part of the streams taken back, by canary requests: share {share} %", harms, (svg, x, y, h) => Curves(svg, x, y, h, horizon, results));
    }

    private static void Draw(string path, string title, int[] harms, Action<Svg, double, double, int> panel)
    {
        var rows = (harms.Length + Columns - 1) / Columns;
        var svg = new Svg(Columns * PanelWidth + 20, rows * PanelHeight + 50);
        svg.Text(20, 28, title, 15, "#111", bold: true);
        for (var i = 0; i < harms.Length; i++)
        {
            double x = i % Columns * PanelWidth + Left, y = i / Columns * PanelHeight + 50 + Top;
            svg.Text(x, y - 14, Harm.All[harms[i]].Name, 13, "#111", bold: true);
            panel(svg, x, y, harms[i]);
        }

        svg.Save(path);
    }

    private static void Dots(Svg svg, double x, double y, int harm, double horizon, RuleSummary[][] results)
    {
        double Across(double requests) => x + Plot * Math.Log(Math.Max(requests, FewestRequests) / FewestRequests) / Math.Log(horizon / FewestRequests);
        static double Up(double y, double rate) => y + (Tall - 12) * Math.Log(Math.Max(rate, LeastRate)) / Math.Log(LeastRate);
        foreach (var (rate, name) in new[] { (1.0, "100 %"), (0.1, "10 %"), (0.01, "1 %"), (0.001, "0.1 %"), (LeastRate, "none") })
        {
            svg.Rule(x, Up(y, rate), x + Plot, Up(y, rate), rate == 0.01 ? "#c2410c" : "#ddd", rate == 0.01 ? 0.6 : 1);
            svg.Text(x - 5, Up(y, rate) + 4, name, 10, "#666", "end");
        }

        Axis(svg, x, y, horizon, Across);
        var labels = new List<(double X, double Y, int Rule)>();
        for (var r = 0; r < Short.Length; r++)
        {
            var vain = Worst(results, r);
            if (results[harm][r].MedianRequests is { } median)
            {
                svg.Dot(Across(median), Up(y, vain), Colors[r], r == 0 ? 6 : 4.5);
                labels.Add((Across(median), Up(y, vain), r));
            }
            else
            {
                labels.Add((x + Plot + 2, Up(y, vain), r));
            }
        }

        Label(svg, labels, r => results[harm][r].MedianRequests is null ? $"{Short[r]}: misses" : Short[r]);
    }

    private static void Curves(Svg svg, double x, double y, int harm, double horizon, RuleSummary[][] results)
    {
        double Across(double requests) => x + Plot * Math.Log(Math.Max(requests, FewestRequests) / FewestRequests) / Math.Log(horizon / FewestRequests);
        foreach (var part in new[] { 0, 0.5, 1 })
        {
            svg.Rule(x, y + Tall * (1 - part), x + Plot, y + Tall * (1 - part));
            svg.Text(x - 5, y + Tall * (1 - part) + 4, $"{100 * part} %", 10, "#666", "end");
        }

        Axis(svg, x, y, horizon, Across);
        var labels = new List<(double X, double Y, int Rule)>();
        for (var r = Short.Length - 1; r >= 0; r--)
        {
            var summary = results[harm][r];
            var points = new List<(double X, double Y)> { (x, y + Tall) };
            for (var i = 0; i < summary.Requests.Count; i++)
            {
                var at = Across(summary.Requests[i]);

                // Steps finer than half a pixel cannot be seen.
                if (at - points[^1].X < 0.5 && i < summary.Requests.Count - 1)
                {
                    continue;
                }

                points.Add((at, points[^1].Y));
                points.Add((at, y + Tall * (1 - (i + 1.0) / summary.Streams)));
            }

            points.Add((x + Plot, points[^1].Y));
            svg.Path(points, Colors[r], r == 0 ? 3 : 1.6);
            labels.Add((x + Plot + 2, points[^1].Y, r));
        }

        Label(svg, labels, r => $"{Short[r]} {results[harm][r].TakenBack / (double)results[harm][r].Streams:0 %}");
    }

    // The larger of the two worlds without harm: one that is restless is what callers are like.
    private static double Worst(RuleSummary[][] results, int rule) => Math.Max(results[0][rule].Rate, results[1][rule].Rate);

    private static void Axis(Svg svg, double x, double y, double horizon, Func<double, double> across)
    {
        svg.Rule(x, y + Tall, x + Plot, y + Tall, "#999");
        for (var requests = 100; requests <= horizon; requests *= 10)
        {
            svg.Rule(across(requests), y + Tall, across(requests), y + Tall + 4, "#999");
            svg.Text(across(requests), y + Tall + 16, requests.ToString("N0", CultureInfo.InvariantCulture), 10, "#666", "middle");
        }

        svg.Text(x + Plot / 2, y + Tall + 30, "canary requests until taken back", 10, "#666", "middle");
    }

    // From the top down, each at least a line below the one before where they would meet.
    private static void Label(Svg svg, List<(double X, double Y, int Rule)> labels, Func<int, string> text)
    {
        const double line = 12, wide = 75;
        var placed = new List<(double X, double Y)>();
        foreach (var (x, y, rule) in labels.OrderBy(l => l.Y).ThenBy(l => l.X))
        {
            var at = y + 4;
            while (placed.Exists(p => Math.Abs(p.X - x) < wide && Math.Abs(p.Y - at) < line))
            {
                at += 1;
            }

            placed.Add((x, at));
            svg.Text(x + 8, at, text(rule), 10.5, Colors[rule], bold: rule == 0);
        }
    }
}
