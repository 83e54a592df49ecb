using Haldane.Core.Reports;

namespace Haldane.Console.Reports;

/// <summary>What happened: the share, the stages, both versions over time, and every record.</summary>
internal static class CourseSection
{
    public static void Write(HtmlText html, EvidencePack pack)
    {
        var course = pack.Course;
        html.Head(PackSections.Course);
        if (CurveChart.Share(course, pack.Summary.StartedAt) is { } share)
        {
            html.Add($"<figure>{share}<figcaption>The canary's share over the time since the start, as the ledger has it. A dotted line: a stage begins. A mark at the foot: a person acted.</figcaption></figure>\n");
        }

        Stages(html, course);
        Curves(html, pack);
        Gaps(html, pack.Gaps);
        Entries(html, course);
    }

    private static void Stages(HtmlText html, CourseReport course)
    {
        html.Add($"""
            <h3>Stages</h3>
            <div class="wide"><table>
            <thead><tr><th scope="col">Stage</th><th scope="col">Least time</th><th scope="col">Entered (UTC)</th><th scope="col" class="number">Lasted</th><th scope="col">Left by</th>
            <th scope="col" class="number">Baseline exchanges</th><th scope="col" class="number">failed</th><th scope="col" class="number">Canary exchanges</th><th scope="col" class="number">failed</th></tr></thead>
            <tbody>

            """);
        foreach (var stage in course.Stages)
        {
            html.Add($"""
                <tr><th scope="row">{stage.Index + 1}. {stage.Name}</th><td>{Figures.Time(stage.Bake)}</td>
                <td>{(stage.Entered is { } entered ? entered.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss") : "never")}</td><td class="number">{(stage is { Entered: { } from, Left: { } to } ? Figures.Time(to - from) : "")}</td><td>{stage.LeftBy}</td>
                <td class="number">{Figures.Count(stage.Baseline.Exchanges)}</td><td class="number">{Figures.Count(stage.Baseline.Errors)}</td>
                <td class="number">{Figures.Count(stage.Canary.Exchanges)}</td><td class="number">{Figures.Count(stage.Canary.Errors)}</td></tr>

                """);
        }

        html.Add($"</tbody></table></div>\n");
    }

    private static void Curves(HtmlText html, EvidencePack pack)
    {
        (string Title, Func<ArmCurve, double?> Read, double Least, Func<double, string> Label)[] figures =
        [
            ("p99 latency", a => a.P99, 1e-6, v => Figures.Seconds(v)),
            ("Median latency", a => a.P50, 1e-6, v => Figures.Seconds(v)),
            ("Failed exchanges", a => a.ErrorRate, 0.01, v => Figures.Percent(v)),
            ("Exchanges a second", a => a.PerSecond, 1, v => Figures.Number(v)),
        ];
        if (pack.Course.Curves.Count == 0)
        {
            html.Add($"<p>No evidence was stored.</p>\n");
            return;
        }

        html.Add($"""
            <h3>Both versions over time</h3>
            <p class="small quiet intro"><svg class="key" viewBox="0 0 26 12"><path class="baseline" d="M0 6H26"/></svg>baseline {pack.Summary.Baseline} (broad and pale)
            <svg class="key" viewBox="0 0 26 12"><path class="canary" d="M0 6H26"/></svg>canary {pack.Summary.Canary} (thin and dark). {Figures.Count(pack.Course.Curves.Count)} points, each of {Figures.Time(TimeSpan.FromSeconds(pack.Gaps.Seconds / pack.Course.Curves.Count))}.</p>
            <div class="pair">

            """);
        foreach (var (title, read, least, label) in figures)
        {
            if (CurveChart.Draw(pack.Course, pack.Summary.StartedAt, title, read, least, label) is { } drawn)
            {
                html.Add($"<figure><figcaption>{title}</figcaption>{drawn}</figure>\n");
            }
        }

        html.Add($"</div>\n");
    }

    private static void Gaps(HtmlText html, GapReport gaps)
    {
        html.Add($"""
            <h3>Where the measurement was blind or in doubt</h3>
            <dl class="facts">
            <dt>Evidence</dt><dd>{Figures.Time(TimeSpan.FromSeconds(gaps.Seconds))}, of which nobody called for {Figures.Time(TimeSpan.FromSeconds(gaps.Silent))}</dd>
            <dt>Not covered</dt><dd>{(gaps.Uncovered > 0 ? $"{Figures.Time(TimeSpan.FromSeconds(gaps.Uncovered))}, in which Haldane did not run or its clock was moved" : "nothing between the first slice and the last")}; started anew {Figures.Count(gaps.Restarts)} times</dd>
            <dt>In doubt</dt><dd>{(gaps.Doubts.Count == 0 ? "never" : string.Join("; ", gaps.Doubts.Select(d => $"at least one guard was {PackWords.Of(d.Kind)} for {Figures.Time(TimeSpan.FromSeconds(d.Seconds))}")))}</dd>
            <dt>Ejected</dt><dd>{(gaps.Ejections == 0 ? "never" : $"{Figures.Count(gaps.Ejections)} times: the canary was plainly dead, and the baseline served its callers")}</dd>
            <dt>Not read</dt><dd>{Figures.Count(gaps.BaselineUnread)} answers of the baseline, {Figures.Count(gaps.CanaryUnread)} of the canary</dd>
            </dl>

            """);
    }

    private static void Entries(HtmlText html, CourseReport course)
    {
        html.Add($"""
            <h3>Every record</h3>
            <p class="small quiet intro">In bold what a person did; all else was decided by the judge, the gateway or the plan.{(course.Omitted > 0 ? $" {Figures.Count(course.Omitted)} records in the middle are not listed: `haldane ledger export --rollout` has all." : "")}</p>
            <div class="wide"><table>
            <thead><tr><th scope="col" class="number">No.</th><th scope="col">When (UTC)</th><th scope="col">What</th><th scope="col">Stage</th><th scope="col">Share</th><th scope="col">By</th><th scope="col">Why</th></tr></thead>
            <tbody>

            """);
        foreach (var entry in course.Entries)
        {
            html.Add($"""
                <tr{(entry.IsPerson ? new Markup(" class=\"person\"") : default)}><td class="number">{entry.Number}</td><td class="when">{entry.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss")}</td><td class="word">{entry.Kind}</td>
                <td>{(entry.Stage is { } stage ? $"{stage + 1}" : "")}</td><td class="word">{(entry.From == entry.To ? $"{entry.To}" : $"{entry.From} → {entry.To}")}</td><td>{entry.By}</td><td>{entry.Why}</td></tr>

                """);
        }

        html.Add($"</tbody></table></div>\n");
    }
}
