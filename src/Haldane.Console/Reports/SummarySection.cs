using Haldane.Core.Reports;
using Haldane.Core.Rollouts;

namespace Haldane.Console.Reports;

/// <summary>The first page.</summary>
internal static class SummarySection
{
    public static void Write(HtmlText html, EvidencePack pack)
    {
        var summary = pack.Summary;
        html.Add($"""
            <section class="summary" id="{PackSections.Summary}">
            <h1>Evidence pack: {summary.Rollout}, run {summary.Run}</h1>
            <p class="quiet">Model {summary.Model}: from version {summary.Baseline} to version {summary.Canary}</p>
            <p class="{Tone(summary.Outcome)}">{PackWords.Of(summary.Outcome)}</p>
            <p class="lead">{PackWords.Sentence(pack)}</p>
            <dl class="facts">
            <dt>Why</dt><dd>{(summary.Guard is { } failed ? $"{failed}: " : "")}{summary.Why}</dd>
            <dt>Decided by</dt><dd>{summary.By}</dd>
            <dt>Started</dt><dd>{Figures.Moment(summary.StartedAt)}, by {summary.StartedBy}</dd>
            <dt>Ended</dt><dd>{(summary.EndedAt is { } ended ? $"{Figures.Moment(ended)}, after {Figures.Time(ended - summary.StartedAt)}" : "not yet")}</dd>
            <dt>Owner</dt><dd>{summary.Owner ?? "not recorded"}</dd>
            <dt>Risk</dt><dd>{PackWords.Of(summary.Risk)}</dd>
            <dt>Approvals</dt><dd>{Approvals(pack.People)}</dd>
            <dt>Reached</dt><dd>{PackWords.Reached(pack.BlastRadius)}</dd>
            <dt>Harmed</dt><dd>{PackWords.Harmed(pack.BlastRadius)}</dd>
            <dt>Ledger</dt><dd>{PackWords.Chain(pack.Proof)}</dd>
            <dt>Verdicts</dt><dd>{PackWords.Replay(pack.Proof.Replay)}</dd>
            </dl>
            <table>
            <thead><tr><th scope="col">Guard</th><th scope="col">Promise</th><th scope="col">Verdict</th></tr></thead>
            <tbody>

            """);
        foreach (var (guard, statement) in pack.Guards.Zip(pack.Risk.Guards))
        {
            html.Add($"<tr><th scope=\"row\">{guard.Guard}</th><td>{statement.Promise}</td><td>{VerdictSection.Chip(guard.Verdict)}</td></tr>\n");
        }

        html.Add($"""
            </tbody></table>
            <p class="small quiet">Made {Figures.Moment(pack.MadeAt)} by {pack.MadeBy}, from the ledger and the stored evidence alone. Times are in UTC. Runs of this rollout in the ledger: {string.Join(", ", summary.Runs)}.</p>
            <ol class="contents">

            """);
        html.Each(PackSections.All, s => html.Add($"<li>{HtmlText.Link(s.Id, s.Title)}</li>\n"));
        html.Add($"</ol>\n</section>\n");
    }

    private static string Approvals(PeopleReport people) => people.Approvals.Count == 0
        ? "nobody was asked to agree"
        : string.Join("; ", people.Approvals.Select(a => $"stage {a.Stage + 1} asked {a.Asked}: {(a.Given.Count == 0 ? "nobody agreed" : string.Join(", ", a.Given.Select(g => g.By)))}{(a.IsKept == false ? " (NOT as was asked)" : "")}"));

    private static string Tone(Phase outcome) => outcome switch
    {
        Phase.Promoted => "outcome good",
        Phase.RolledBack or Phase.Returning => "outcome bad",
        _ => "outcome",
    };
}
