using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Haldane.Core.Reports;

namespace Haldane.Console.Reports;

/// <summary>Writes an evidence pack as one page that stands alone: no script, nothing from elsewhere, fit for paper.</summary>
public static class PackPage
{
    private static readonly string Style = Read("pack.css");

    /// <summary>What a browser is allowed for the page: its own style, and nothing else.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'";

    /// <summary>The page. The same pack gives the same text.</summary>
    public static string Write(EvidencePack pack)
    {
        var html = new HtmlText();
        html.Add($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta http-equiv="Content-Security-Policy" content="{Policy}"/>
            <meta name="referrer" content="no-referrer"/>
            <title>Evidence pack: {pack.Summary.Rollout}, run {pack.Summary.Run}</title>
            <style>{new Markup(Style)}</style>
            </head>
            <body>

            """);
        SummarySection.Write(html, pack);
        PlanSections.Change(html, pack.Change);
        PlanSections.Risk(html, pack.Risk, pack.Course.Stages);
        CourseSection.Write(html, pack);
        VerdictSection.Write(html, pack);
        BlastSection.Write(html, pack);
        ProofSections.People(html, pack);
        ProofSections.Proof(html, pack);
        StandardsSection.Write(html, pack);
        return html.Add($"</body>\n</html>\n").ToString();
    }

    /// <summary>The heading of a section, with its number.</summary>
    internal static HtmlText Head(this HtmlText html, string section) =>
        html.Add($"<h2 id=\"{section}\">{PackSections.NumberOf(section)}. {PackSections.All.First(s => s.Id == section).Title}</h2>\n");

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Haldane.Console.Reports.{name}") ?? throw new InvalidOperationException($"{name} is not in the program");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
