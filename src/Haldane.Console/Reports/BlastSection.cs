using Haldane.Core.Reports;

namespace Haldane.Console.Reports;

/// <summary>Who was reached, and who is thought to have been harmed.</summary>
internal static class BlastSection
{
    public static void Write(HtmlText html, EvidencePack pack)
    {
        var reach = pack.BlastRadius;
        html.Head(PackSections.BlastRadius).Add($"""
            <dl class="facts">
            <dt>Reached</dt><dd>{PackWords.Reached(reach)}</dd>
            <dt>Subjects</dt><dd>{(reach.Subjects > 0 ? $"some {Figures.Number(reach.Subjects)}, in the stage that had most; estimated from a sample" : "not told apart")}</dd>
            <dt>Copies</dt><dd>{(reach.Copies.Exchanges > 0 ? $"{Figures.Count(reach.Copies.Exchanges)} copies of requests, of which it failed {Figures.Count(reach.Copies.Errors)}; nobody got the answers" : "none")}</dd>
            <dt>A failed call</dt><dd>{reach.Failover}. {PackWords.Saved(reach)}</dd>
            </dl>
            <h3>Harmed exchanges</h3>
            <p class="intro">What happened to the canary's exchanges, beside what would have happened to as many of the baseline's in the same stage.</p>
            <div class="wide"><table>
            <thead><tr><th scope="col" class="broad">What</th><th scope="col" class="number">Canary exchanges</th><th scope="col" class="number">Happened to</th><th scope="col" class="number">At the baseline's rate</th><th scope="col" class="number">Harmed beyond that</th><th scope="col" class="number">Interval, {Figures.Percent(BlastRadius.Confidence)}</th><th scope="col">Clear of chance</th></tr></thead>
            <tbody>

            """);
        foreach (var harm in reach.Harm)
        {
            html.Add($"""
                <tr><th scope="row">{harm.What}</th><td class="number">{Figures.Count(harm.Of)}</td><td class="number">{Figures.Count(harm.Seen)}</td><td class="number">{Figures.Number(harm.Expected)}</td>
                <td class="number">{Figures.Number(harm.Excess)}</td><td class="number">{Figures.Number(harm.Low)} to {Figures.Number(harm.High)}</td><td>{(harm.IsClear ? "yes" : harm.High < 0 ? "less than the baseline" : "no")}</td></tr>

                """);
        }

        html.Add($"""
            </tbody></table></div>
            <p class="small quiet">An estimate, not a proof: the interval is that of the difference of two proportions (Newcombe 1998, method 10), by stage and added up (Zou and Donner 2008). It takes exchanges for independent, so users who fail again and again make it too narrow, and it does not allow for the moment at which the rollout was stopped. Kinds of harm overlap, and are not to be added up. What was proven stands in section {PackSections.NumberOf(PackSections.Verdicts)}.</p>

            """);
    }
}
