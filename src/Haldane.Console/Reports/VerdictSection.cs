using Haldane.Core.Judging;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;

namespace Haldane.Console.Reports;

/// <summary>What the judge said, guard by guard, with its numbers and its picture.</summary>
internal static class VerdictSection
{
    public static void Write(HtmlText html, EvidencePack pack)
    {
        html.Head(PackSections.Verdicts).Add($"""
            <p>The last recorded verdict of each guard, and how it came about. The pictures are computed anew from the stored evidence: the dark line is the best estimate of the difference, the pale band an interval that holds at all times at once, drawn to the edge where it has no bound. The band is for the eye: what is proven is decided by the evidence that stands above each picture, and may be proven sooner. Under each picture, which verdict stood. Segments that are worth a look are suspects without proof: one in ten may be false.</p>

            """);
        Overview(html, pack);
        foreach (var (guard, statement) in pack.Guards.Zip(pack.Risk.Guards))
        {
            Guard(html, pack, guard, statement);
        }
    }

    private static void Overview(HtmlText html, EvidencePack pack)
    {
        html.Add($"""
            <div class="wide"><table>
            <thead><tr><th scope="col">Guard</th><th scope="col">Verdict</th><th scope="col">Difference</th><th scope="col">Baseline</th><th scope="col">Canary</th><th scope="col">Counted</th></tr></thead>
            <tbody>

            """);
        foreach (var guard in pack.Guards)
        {
            var verdict = guard.Verdict;
            html.Add($"""
                <tr><th scope="row">{guard.Guard}</th><td>{Chip(verdict)}</td>
                <td>{(verdict?.Estimate is { } estimate ? $"{Figures.Of(estimate, guard.Unit)}, {PackWords.Range(verdict.Low, verdict.High, guard.Unit)}" : "")}</td>
                <td>{Own(verdict?.BaselineValue, guard)}</td><td>{Own(verdict?.CanaryValue, guard)}</td>
                <td>{(verdict is null ? "" : $"{Figures.Count(verdict.BaselineCount)} and {Figures.Count(verdict.CanaryCount)} {PackWords.CountedBy(verdict)}")}</td></tr>

                """);
        }

        html.Add($"</tbody></table></div>\n");
    }

    private static void Guard(HtmlText html, EvidencePack pack, GuardReport guard, GuardStatement statement)
    {
        html.Add($"<div class=\"guard-head\"><h3>{guard.Guard} {Chip(guard.Verdict)}</h3>\n<p>{statement.Promise}.</p>\n");
        if (guard.Verdict is { } verdict)
        {
            html.Add($"<p>{(verdict.Segment is { } segment ? $"In {segment}: " : "")}{verdict.Reason}{string.Concat(PackWords.Beside(verdict, goesOn: pack.Summary.Outcome == Phase.Running).Select(beside => $" ({beside})"))}.</p>\n");
            html.Add($"<p class=\"small quiet\">Evidence that it is worse than fine: {Evidence(verdict.FailEvidence, verdict.FailAt)}. Evidence that it is better than bad: {Evidence(verdict.PassEvidence, verdict.PassAt)}. {(guard.Record > 0 ? $"Record {guard.Record}." : "Not recorded: computed for this pack.")}</p>\n");
        }

        var band = BandChart.Draw(guard, statement, pack.Course.Stages, pack.Summary.StartedAt);
        var chart = band ?? EvidenceChart.Draw(guard, pack.Course.Stages, pack.Summary.StartedAt);
        html.Add($"<figure>{chart ?? new Markup("<p class=\"quiet\">Nothing was judged, so there is no picture.</p>")}<figcaption>{Caption(guard, band is not null, chart is not null)}</figcaption></figure></div>\n");
    }

    /// <summary>A verdict in a frame that tells it apart without colour.</summary>
    public static Markup Chip(Verdict? verdict)
    {
        var html = new HtmlText();
        return verdict is null ? html.Add($"<span class=\"chip nodata\">no verdict</span>").ToMarkup()
            : html.Add($"<span class=\"chip {verdict.Kind.ToString().ToLowerInvariant()}\">{PackWords.Of(verdict.Kind)}</span>").ToMarkup();
    }

    // Natural logarithms of e-values: what is asked for is ln(1 / chance).
    private static string Evidence(double has, double needs) => $"{Figures.Number(has)} of {Figures.Number(needs)} that prove it{(has >= needs ? ", proven" : "")}";

    private static string Own(double? value, GuardReport guard) => value is { } number ? Figures.Of(number, guard.OwnUnit) : "";

    private static string Caption(GuardReport guard, bool isBand, bool isDrawn) => (isBand, isDrawn) switch
    {
        (true, _) => $"{char.ToUpperInvariant(Figures.AxisOf(guard.Unit)[0])}{Figures.AxisOf(guard.Unit)[1..]}, over the time since the start. ",
        (_, true) => "No difference can be estimated; this is the evidence, in parts of what proves it, over the time since the start: that it is worse than fine (thin and dark), and better than bad (broad and pale). ",
        _ => "",
    }
        + (guard.Kinds.Count == 0 ? "" : "Verdicts: " + string.Join(", ", guard.Kinds.Select(k => $"{PackWords.Of(k.Kind)} {Figures.Time(TimeSpan.FromSeconds(k.Seconds))}")) + ".");
}
