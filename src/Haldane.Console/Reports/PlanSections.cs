using Haldane.Core;
using Haldane.Core.Reports;

namespace Haldane.Console.Reports;

/// <summary>What was changed and what was promised.</summary>
internal static class PlanSections
{
    public static void Change(HtmlText html, ChangeReport change)
    {
        html.Head(PackSections.Change).Add($"""
            <dl class="facts">
            <dt>Purpose</dt><dd>{change.About?.Purpose ?? "not recorded"}</dd>
            <dt>Owner</dt><dd>{change.About?.Owner ?? "not recorded"}</dd>
            <dt>Risk</dt><dd>{PackWords.Of(change.About?.Risk)}</dd>
            <dt>Data</dt><dd>{change.About?.Data ?? "not recorded"}</dd>
            <dt>Callers' path</dt><dd><code>{change.Route}</code>, protocol {change.Protocol}</dd>
            <dt>Assigned by</dt><dd>{change.Subject}</dd>
            <dt>Segments</dt><dd>{(change.Segments.Count == 0 ? "none" : string.Join("; ", change.Segments))}</dd>
            <dt>A call that the canary fails</dt><dd>{change.Failover}</dd>
            </dl>
            <p class="small quiet">Owner, purpose, risk and data are what the inventory said when the run started.</p>
            <table>
            <thead><tr><th scope="col"></th><th scope="col">Baseline: {change.Baseline.Name}</th><th scope="col">Canary: {change.Canary.Name}</th></tr></thead>
            <tbody>
            <tr><th scope="row">Addresses</th><td>{string.Join(", ", change.Baseline.Endpoints)}</td><td>{string.Join(", ", change.Canary.Endpoints)}</td></tr>

            """);
        foreach (var what in change.Baseline.Overrides.Concat(change.Canary.Overrides).Select(o => o.What).Distinct())
        {
            html.Add($"<tr><th scope=\"row\">{what}</th><td>{Value(change.Baseline, what)}</td><td>{Value(change.Canary, what)}</td></tr>\n");
        }

        html.Add($"</tbody></table>\n");
        html.Add($"<p class=\"small quiet\">{(change.Baseline.Overrides.Count + change.Canary.Overrides.Count == 0 ? "Neither version has its callers' requests changed. " : "")}Texts, prompts among them, are shown by length and fingerprint; values of header fields are not shown.</p>\n");
    }

    public static void Risk(HtmlText html, RiskReport risk, ValueList<StageReport> stages)
    {
        html.Head(PackSections.Risk).Add($"""
            <p>Before the start two chances of error were accepted, for the whole rollout, over all guards, segments and stages together, however often anybody looked:</p>
            <ul class="intro">
            <li>that a canary that is <strong>fine</strong> on every guard is rolled back by statistics: at most <strong>{Figures.Percent(risk.FalseRollback)}</strong>;</li>
            <li>that a canary that is <strong>bad</strong> on some guard is promoted: at most <strong>{Figures.Percent(risk.FalsePromotion)}</strong>.</li>
            </ul>
            <p>Each guard draws two lines: better than the first is fine, worse than the second is bad; between them either answer is acceptable. One guard that fails takes the canary back, so the first chance is divided among guards and their segments, as the table says. All guards must pass before it is promoted, so each may use all of the second. Some guarantees hold exactly, others were held to simulations: how-it-decides.md of the project says which.</p>
            <div class="wide"><table>
            <thead><tr><th scope="col">Guard</th><th scope="col">Promise</th><th scope="col">Fine</th><th scope="col">Bad</th><th scope="col">Chance of a false rollback</th><th scope="col">Must have passed to leave</th></tr></thead>
            <tbody>

            """);
        foreach (var guard in risk.Guards)
        {
            html.Add($"""
                <tr><th scope="row">{guard.Guard}</th><td>{guard.Promise}{(guard.Floor > 0 ? $"; never bad below {Figures.Percent(guard.Floor)}" : "")}</td>
                <td>{Figures.Of(guard.Fine, guard.Unit)}</td><td>{Figures.Of(guard.Bad, guard.Unit)}</td>
                <td>{Figures.Percent(guard.RollbackPart, 2)} for everyone{(guard.SegmentPart is { } part ? $"; {Figures.Percent(part, 2)} for each of {guard.Segments} segments" : "")}</td>
                <td>{Required(guard, stages)}</td></tr>

                """);
        }

        html.Add($"</tbody></table></div>\n");
    }

    private static string Required(GuardStatement guard, ValueList<StageReport> stages) => guard.RequiredIn.Count == stages.Count
        ? "every stage"
        : guard.RequiredIn.Count == 0 ? "no stage" : string.Join(", ", guard.RequiredIn.Select(i => i == stages.Count - 1 ? "the last stage" : $"stage {i + 1}"));

    private static string Value(VersionReport version, string what) => version.Overrides.FirstOrDefault(o => o.What == what)?.Value ?? "the caller's";
}
