using Haldane.Core.Reports;

namespace Haldane.Console.Reports;

/// <summary>Who decided, and what holds the pack together.</summary>
internal static class ProofSections
{
    public static void People(HtmlText html, EvidencePack pack)
    {
        var people = pack.People;
        html.Head(PackSections.People).Add($"""
            <dl class="facts">
            <dt>Started by</dt><dd>{people.StartedBy}, {people.StarterIsProven switch { true => "whose name was proven by a credential", false => "whose name was said, and proven by nothing", _ => "and whether that name was proven is not kept of this run" }}</dd>
            <dt>Second person</dt><dd>{people.FourEyes switch { true => "asked for: the risk is high, so who started the run could not agree to it", false => "not asked for: the risk was not high", _ => "whether the risk was high was not recorded" }}</dd>
            </dl>

            """);
        if (people.Approvals.Count > 0)
        {
            html.Add($"<table><thead><tr><th scope=\"col\">Stage</th><th scope=\"col\">Asked</th><th scope=\"col\">Who agreed</th><th scope=\"col\">Kept</th></tr></thead><tbody>\n");
            foreach (var approval in people.Approvals)
            {
                html.Add($"<tr><th scope=\"row\">{approval.Stage + 1}</th><td>{approval.Asked}{(approval.Of.Count > 0 ? $" of {string.Join(", ", approval.Of)}" : "")}</td><td>");
                html.Each(approval.Given, g => html.Add($"<p>{g.By}{(g.IsStarter ? " (who started the run)" : "")}, {Figures.Moment(g.At)}, record {g.Record}: {g.Why}</p>"));
                html.Add($"{(approval.Given.Count == 0 ? "nobody" : "")}</td><td>{approval.IsKept switch { true => "yes", false => "NO", _ => approval.Given.Count > 0 ? "agreed, and not left upwards" : "not left upwards" }}</td></tr>\n");
            }

            html.Add($"</tbody></table>\n<p class=\"small quiet\">Groups of which somebody was a member are not in the ledger: that an approver was one of those who were asked was checked when it was given.</p>\n");
        }

        html.Add($"<table><thead><tr><th scope=\"col\">Who</th><th scope=\"col\">Kind</th><th scope=\"col\">Did</th></tr></thead><tbody>\n");
        html.Each(people.Actors, a => html.Add($"<tr><th scope=\"row\">{a.Name}</th><td>{(a.IsPerson ? "person or program" : "part of Haldane")}</td><td>{a.Did}</td></tr>\n"));
        html.Add($"</tbody></table>\n");
    }

    public static void Proof(HtmlText html, EvidencePack pack)
    {
        var (proof, summary) = (pack.Proof, pack.Summary);
        html.Head(PackSections.Proof).Add($"""
            <p>Each record of the ledger is chained to the one before by SHA-256, and the ledger's end is signed from time to time with a key of the installation. Each decision names the evidence that it rests on by a digest. So what is in this pack can be checked by whoever has a copy of the store or an export of the ledger, and the public key.</p>
            <dl class="facts">
            <dt>Ledger</dt><dd>{PackWords.Chain(proof)}</dd>
            <dt>This run</dt><dd>{Figures.Count(proof.Records)} records, {Figures.Count(proof.First.Number)} to {Figures.Count(proof.Last.Number)}</dd>
            <dt>Hash of the first</dt><dd><code>{proof.First.Hash}</code></dd>
            <dt>Hash of the last</dt><dd><code>{proof.Last.Hash}</code></dd>
            <dt>Signatures</dt><dd>{Figures.Count(proof.HeadsThatFit)} fit the chain and the key{(proof.SignedBy is { } head ? $"; the first that covers this run is of record {Figures.Count(head.Number)}, made {head.At}" : "; none covers all of this run yet")}</dd>
            <dt>Key</dt><dd>{(proof.Key is { } key ? new HtmlText().Add($"<code>{key}</code> (SHA-256 of the public key)").ToMarkup() : new Markup("nothing was signed"))}</dd>
            <dt>Evidence</dt><dd>{Figures.Count(proof.Slices)} slices{(proof.Digest.Length > 0 ? new HtmlText().Add($", digest <code>{proof.Digest}</code>").ToMarkup() : default)}</dd>
            <dt>Judged anew</dt><dd>{PackWords.Replay(proof.Replay)}; {Figures.Count(proof.Replay.Records)} records compared</dd>
            </dl>

            """);
        Problems(html, proof);
        html.Add($"""
            <h3>Check it yourself</h3>
            <p class="intro">With the public key that was kept elsewhere, and a copy of the store or a running Haldane:</p>
            <pre>haldane ledger verify --key auditor.pem
            haldane ledger verify --head "{proof.Last.Number} {proof.Last.Hash}"
            haldane judge --replay {summary.Rollout} --run {summary.Run} --store haldane.db
            haldane report {summary.Rollout} --run {summary.Run} --store haldane.db --json</pre>
            <p class="small quiet">The first checks every hash and signature against that key, the second that the last record of this run is still the one of this pack. The third judges the stored evidence anew, on any machine. The fourth gives the numbers of this pack.
            The key's fingerprint must be the one above; that it is the right one, only what was kept elsewhere can say. The ledger's chain can also be recomputed without Haldane: ledger.md of the project has the few lines that it takes.</p>

            """);
    }

    private static void Problems(HtmlText html, ProofReport proof)
    {
        var problems = proof.Problems.Concat(proof.Replay.Differences).ToList();
        if (problems.Count > 0)
        {
            html.Add($"<h3>What does not fit</h3>\n<ul>\n").Each(problems, p => html.Add($"<li>{p}</li>\n")).Add($"</ul>\n");
        }

        if (proof.ChainProblems > proof.Problems.Count)
        {
            html.Add($"<p>{Figures.Count(proof.ChainProblems - proof.Problems.Count)} problems lie elsewhere in the ledger, or in its signatures: <code>haldane ledger verify</code> names them.</p>\n");
        }
    }
}
