using Haldane.Core.Reports;
using Haldane.Core.Reports.Standards;

namespace Haldane.Console.Reports;

/// <summary>Which clauses the pack serves and what of them it does not; and what it does not show at all.</summary>
internal static class StandardsSection
{
    public static void Write(HtmlText html, EvidencePack pack)
    {
        html.Head(PackSections.Standards).Add($"""
            <p>What this pack holds for whoever has to show that a clause is kept, and what must come from elsewhere. <em>Covered</em> means that the records which the clause is about are here, for this one rollout; never that a standard or a law is kept. What a clause is about is in our words: its text is to be read in the standard.</p>

            """);
        foreach (var standard in pack.Standards)
        {
            html.Add($"""
                <h3>{standard.Name}, {standard.Edition}</h3>
                <p class="intro">{standard.Note}</p>
                <div class="wide"><table class="clauses">
                <thead><tr><th scope="col">Clause</th><th scope="col">About</th><th scope="col">Covered</th><th scope="col">What is here</th><th scope="col">What is not</th></tr></thead>
                <tbody>

                """);
            html.Each(standard.Clauses, clause => Row(html, clause));
            html.Add($"</tbody></table></div>\n");
        }

        html.Head(PackSections.Limits).Add($"<ul>\n").Each(pack.Limits, limit => html.Add($"<li>{limit}</li>\n")).Add($"</ul>\n");
    }

    private static void Row(HtmlText html, Clause clause)
    {
        html.Add($"<tr><th scope=\"row\" class=\"clause\">{clause.Number}</th><td>{clause.About}</td><td class=\"word\">{PackWords.Of(clause.Coverage)}</td><td>{clause.Provides}");
        if (clause.Sections.Count > 0)
        {
            html.Add($" (section ");
            for (var i = 0; i < clause.Sections.Count; i++)
            {
                html.Add($"{(i > 0 ? ", " : "")}{HtmlText.Link(clause.Sections[i], $"{PackSections.NumberOf(clause.Sections[i])}")}");
            }

            html.Add($")");
        }

        html.Add($"</td><td>{clause.Lacks}</td></tr>\n");
    }
}
