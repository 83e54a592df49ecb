using Haldane.Console.Dashboard.Assets;
using Haldane.Console.Dashboard.Shell;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;

namespace Haldane.Console.Reports;

/// <summary>Writes the inventory as a page of the admin port.</summary>
internal static class InventoryPage
{
    /// <summary>Where it is.</summary>
    public const string Path = "/inventory";

    public static string Write(IReadOnlyList<InventoryEntry> entries)
    {
        var html = new HtmlText();
        html.Add($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>Inventory - Haldane</title>
            <link rel="stylesheet" href="{AssetFiles.Of("haldane.css")}"/>
            </head>
            <body class="inventory-page">
            <a class="skip" href="#inventory">Skip to the inventory</a>
            <header class="top"><a class="brand" href="/">Haldane</a><nav aria-label="Pages"><a href="{Place.Overview.Path}">{Place.Overview.Name}</a><a href="{Place.Ledger.Path}">{Place.Ledger.Name}</a><a href="{Path}" aria-current="page">{Place.Inventory.Name}</a></nav></header>
            <main>
            <h1 id="inventory" tabindex="-1">Inventory</h1>
            <p class="quiet">{(entries.Count == 0 ? "There is no model that you may see." : "Every model that is served here, as it is specified and as it stands. Times are in UTC.")}</p>

            """);
        if (entries.Count > 0)
        {
            Table(html, entries);
        }

        return html.Add($"""
            </main>
            <footer><p>Owner, purpose, risk and data are what the specification says under <code>about</code>. Also here: <a href="/api/v1/inventory">the inventory as JSON</a>.</p></footer>
            </body>
            </html>

            """).ToString();
    }

    private static void Table(HtmlText html, IReadOnlyList<InventoryEntry> entries)
    {
        html.Add($"""
            <table class="models inventory" role="table">
            <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Model</th><th role="columnheader" scope="col">Owner</th><th role="columnheader" scope="col">Purpose</th><th role="columnheader" scope="col">Risk</th>
            <th role="columnheader" scope="col">Data</th><th role="columnheader" scope="col">Versions</th><th role="columnheader" scope="col">Now</th><th role="columnheader" scope="col">Changed last</th><th role="columnheader" scope="col">Promoted last</th></tr></thead>
            <tbody role="rowgroup">

            """);
        html.Each(entries, entry => Row(html, entry));
        html.Add($"</tbody></table>\n");
    }

    private static void Row(HtmlText html, InventoryEntry entry)
    {
        html.Add($"""
            <tr role="row"><th role="rowheader" scope="row">{entry.Model}<span class="quiet">{entry.Protocol}, <code>{entry.Route}</code></span></th>
            <td role="cell" data-label="Owner">{Said(entry.Owner)}</td><td role="cell" data-label="Purpose">{Said(entry.Purpose)}</td>
            <td role="cell" data-label="Risk"><span class="risk" data-risk="{entry.Risk}">{PackWords.Of(entry.Risk)}</span></td><td role="cell" data-label="Data">{Said(entry.Data)}</td>
            <td role="cell" data-label="Versions">
            """);
        html.Each(entry.Versions, v => html.Add($"<span class=\"line\">{v}{(v == entry.Serving ? " (serves)" : entry.Rollout is { Phase: Phase.Running or Phase.Returning } moving && v == moving.Canary ? $" (canary, {moving.Share})" : "")}</span>"));
        html.Add($"</td>\n<td role=\"cell\" data-label=\"Now\">{State(entry)}</td><td role=\"cell\" data-label=\"Changed last\">{Event(entry.Changed)}</td><td role=\"cell\" data-label=\"Promoted last\">{Event(entry.Promoted)}</td></tr>\n");
    }

    private static Markup State(InventoryEntry entry)
    {
        var html = new HtmlText();
        html.Add($"<span class=\"line\">{entry.Serving} serves</span>");
        return entry.Rollout is { } last
            ? html.Add($"<span class=\"line\">{last.Name}: {PackWords.Of(last.Phase)} (<a href=\"/api/v1/rollouts/{Uri.EscapeDataString(last.Name)}/report.html\">evidence pack</a>)</span>").ToMarkup()
            : html.Add($"<span class=\"line quiet\">no rollout yet</span>").ToMarkup();
    }

    private static Markup Event(InventoryEvent? happened)
    {
        var html = new HtmlText();
        return happened is null
            ? html.Add($"<span class=\"quiet\">never</span>").ToMarkup()
            : html.Add($"<span class=\"line\">{happened.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm")}</span><span class=\"line\">{happened.Kind} by {happened.By}</span><span class=\"line quiet\">{happened.Rollout}, record {happened.Record}</span>").ToMarkup();
    }

    private static Markup Said(string? text)
    {
        var html = new HtmlText();
        return text is null ? html.Add($"<span class=\"quiet\">not said</span>").ToMarkup() : html.Add($"{text}").ToMarkup();
    }
}
