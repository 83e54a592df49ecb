using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Haldane.Core.Reports;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane inventory</c>: the models of a running Haldane and how they stand.</summary>
internal static class InventoryCommand
{
    private static readonly string[] Columns = ["model", "owner", "purpose", "risk", "data", "protocol", "route", "versions", "serving", "rollout", "phase", "share", "changed", "changedBy", "promoted", "promotedBy"];

    public static Command Create()
    {
        var json = Options.Json();
        var csv = new Option<bool>("--csv") { Description = "Lines for a spreadsheet, with a line of headings." };
        var command = new Command("inventory", "Lists the models with owner, purpose, risk, data and versions, and how they stand.") { json, csv };
        command.Validators.Add(r =>
        {
            if (r.GetValue(json) && r.GetValue(csv))
            {
                r.AddError("--json and --csv do not go together");
            }
        });
        return Options.ForServer(command, async (client, parsed, cancel) =>
        {
            var entries = await client.GetAsync("/api/v1/inventory", ReportJson.Default.IReadOnlyListInventoryEntry, cancel);
            if (parsed.GetValue(json))
            {
                System.Console.WriteLine(JsonSerializer.Serialize(entries, ReportJson.Default.IReadOnlyListInventoryEntry));
            }
            else if (parsed.GetValue(csv))
            {
                System.Console.WriteLine(Line(Columns));
                foreach (var entry in entries)
                {
                    System.Console.WriteLine(Line(Cells(entry)));
                }
            }
            else
            {
                AnsiConsole.Write(Draw(entries));
            }

            return ExitCode.Done;
        });
    }

    private static Table Draw(IReadOnlyList<InventoryEntry> entries)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("model", "owner", "purpose", "risk", "versions", "now", "changed last (UTC)");
        foreach (var entry in entries)
        {
            table.AddRow(
                new Text(entry.Model),
                new Text(entry.Owner ?? ""),
                new Text(entry.Purpose ?? ""),
                new Text($"{entry.Risk}".ToLowerInvariant()),
                new Text(string.Join(", ", entry.Versions)),
                new Text($"{entry.Serving} serves{(entry.Rollout is { } last ? $"; {last.Name}: {last.Phase}" : "")}"),
                new Text(entry.Changed is { } changed ? $"{changed.At.UtcDateTime:yyyy-MM-dd HH:mm} {changed.Kind} by {changed.By}" : ""));
        }

        return table;
    }

    private static string[] Cells(InventoryEntry entry) =>
    [
        entry.Model, entry.Owner ?? "", entry.Purpose ?? "", $"{entry.Risk}", entry.Data ?? "", $"{entry.Protocol}", entry.Route, string.Join(' ', entry.Versions), entry.Serving,
        entry.Rollout?.Name ?? "", entry.Rollout is { } last ? $"{last.Phase}" : "", entry.Rollout is { } share ? share.Share.Fraction.ToString(CultureInfo.InvariantCulture) : "",
        Time(entry.Changed), entry.Changed?.By ?? "", Time(entry.Promoted), entry.Promoted?.By ?? "",
    ];

    private static string Time(InventoryEvent? happened) => happened?.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    private static string Line(IEnumerable<string> cells) => string.Join(',', cells.Select(Cell));

    // RFC 4180. A spreadsheet would run a text that begins as a formula does: an apostrophe keeps it a text.
    private static string Cell(string text)
    {
        var safe = text is ['=' or '+' or '-' or '@', ..] ? $"'{text}" : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
