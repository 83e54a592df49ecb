using System.CommandLine;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Store.Sqlite;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane ledger show|verify</c>, of a running Haldane or of a store's file.</summary>
internal static class LedgerCommands
{
    public static Command Create() => new("ledger", "Shows and checks the record of everything that was decided.") { Show(), Verify() };

    private static Command Show()
    {
        var store = StoreOption();
        var rollout = new Option<string>("--rollout") { Description = "Only of this rollout." };
        var limit = Options.Whole("--limit", "At most this many, the newest", 1, 500, 50);
        var json = new Option<bool>("--json") { Description = "JSON lines, each with its hash." };
        return Options.ForServer(new("show", "Shows the newest records.") { store, rollout, limit, json }, async (client, parsed, cancel) =>
        {
            var records = await ReadAsync(
                parsed.GetValue(store),
                reader => reader.LedgerAsync(null, parsed.GetValue(limit), parsed.GetValue(rollout), cancel),
                () => client.LedgerAsync(parsed.GetValue(rollout), parsed.GetValue(limit), cancel),
                cancel);
            if (records is null)
            {
                return ExitCode.CannotRun;
            }

            if (parsed.GetValue(json))
            {
                foreach (var record in records.Reverse())
                {
                    var entry = Read(record) is null ? System.Text.Json.JsonSerializer.Serialize(record.Body) : record.Body;
                    System.Console.WriteLine($$"""{"number":{{record.Number}},"previous":"{{record.Previous}}","hash":"{{record.Hash}}","entry":{{entry}}}""");
                }
            }
            else
            {
                AnsiConsole.Write(Draw(records));
            }

            return ExitCode.Done;
        });
    }

    private static Command Verify()
    {
        var store = StoreOption();
        return Options.ForServer(new("verify", "Recomputes the hash chain and the evidence digests.") { store }, async (client, parsed, cancel) =>
        {
            var check = await ReadAsync(parsed.GetValue(store), reader => reader.VerifyAsync(cancel), () => client.VerifyAsync(cancel), cancel);
            if (check is null)
            {
                return ExitCode.CannotRun;
            }

            foreach (var problem in check.Problems)
            {
                await System.Console.Error.WriteLineAsync(problem);
            }

            System.Console.WriteLine(check.IsWhole
                ? $"the ledger is whole: {check.Records:N0} records"
                : $"the ledger is BROKEN: {check.Problems.Count} problem{(check.Problems.Count == 1 ? "" : "s")} in {check.Records:N0} records");
            return check.IsWhole ? ExitCode.Done : ExitCode.No;
        });
    }

    private static Option<string> StoreOption() =>
        new("--store") { Description = "Read this store's file instead of asking a running Haldane." };

    private static async Task<T?> ReadAsync<T>(string? store, Func<ILedgerReader, Task<T>> file, Func<Task<T>> server, CancellationToken cancel)
        where T : class
    {
        if (store is null)
        {
            return await server();
        }

        try
        {
            await using var reader = await SqliteStore.OpenReadOnlyAsync(store, cancel);
            return await file(reader);
        }
        catch (StoreUnavailableException e)
        {
            await System.Console.Error.WriteLineAsync($"haldane: {e.Message}");
            return null;
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
