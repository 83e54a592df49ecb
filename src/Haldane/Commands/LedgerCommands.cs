using System.CommandLine;
using Haldane.Core.Ledger;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane ledger show|verify|key|export</c>, of a running Haldane or of a store's file.</summary>
internal static class LedgerCommands
{
    public static Command Create() => new("ledger", "Shows and checks the record of everything that was decided.") { Show(), LedgerVerifyCommand.Verify(), LedgerVerifyCommand.Key(), LedgerExportCommand.Create() };

    private static Command Show()
    {
        var store = LedgerSource.Option();
        var rollout = new Option<string>("--rollout") { Description = "Only of this rollout, with what was set for it alone." };
        var limit = Options.Whole("--limit", "At most this many, the newest", 1, 500, 50);
        var json = new Option<bool>("--json") { Description = "JSON lines, each with its hash." };
        return Options.ForServer(new("show", "Shows the newest records.") { store, rollout, limit, json }, (client, parsed, cancel) => LedgerSource.UseAsync(
            parsed.GetValue(store),
            client,
            async ledger =>
            {
                var records = await ledger.LedgerAsync(null, parsed.GetValue(limit), parsed.GetValue(rollout), cancel);
                if (parsed.GetValue(json))
                {
                    Print(records);
                }
                else
                {
                    AnsiConsole.Write(Draw(records));
                }

                return ExitCode.Done;
            },
            cancel));
    }

    private static void Print(IReadOnlyList<LedgerRecord> records)
    {
        foreach (var record in records.Reverse())
        {
            var entry = Read(record) is null ? System.Text.Json.JsonSerializer.Serialize(record.Body) : record.Body;
            System.Console.WriteLine($$"""{"number":{{record.Number}},"previous":"{{record.Previous}}","hash":"{{record.Hash}}","entry":{{entry}}}""");
        }
    }

    // An altered record must still be shown as such: that is when somebody looks.
    private static LedgerEntry? Read(LedgerRecord record)
    {
        try
        {
            return record.Entry;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static Table Draw(IReadOnlyList<LedgerRecord> records)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("no.", "when (UTC)", "of", "what", "share", "by", "why");
        foreach (var record in records.Reverse())
        {
            if (Read(record) is not { } entry)
            {
                table.AddRow(new Text(record.Number.ToString("N0")), new Text(""), new Text(""), new Text("unreadable"), new Text(""), new Text(""), new Text("run `ledger verify`"));
                continue;
            }

            table.AddRow(
                new Text(record.Number.ToString("N0")),
                new Text(entry.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss")),
                new Text(entry.Setting is { } setting ? $"{setting.Kind} {setting.Name}" : $"{entry.Rollout} #{entry.Run}"),
                new Text(entry.Kind),
                new Text(entry.Setting is not null ? "" : entry.From == entry.To ? $"{entry.To}" : $"{entry.From} → {entry.To}"),
                new Text(entry.By),
                new Text(entry.Why));
        }

        return table;
    }
}
