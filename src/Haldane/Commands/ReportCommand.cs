using System.CommandLine;
using System.Text.Json;
using Haldane.Client;
using Haldane.Console.Reports;
using Haldane.Control.Reports;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Exports;
using Haldane.Screens;
using Haldane.Store.Signing;
using Haldane.Store.Sqlite;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane report ROLLOUT</c>: the evidence pack of a run, of a running Haldane or of a store's file.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("rollout") { Description = "The rollout's name." };
        var run = new Option<int?>("--run") { Description = "The run. Default: the last." };
        var html = new Option<string?>("--html") { Description = "The page to write: one file that stands alone and prints well. Default: ROLLOUT-run-N.html, here; with --json: none." };
        var store = LedgerSource.Option();
        var json = Options.Json();
        return Options.ForServer(
            new("report", "Writes the evidence pack of a rollout: what was changed, why, by whom, on which evidence, and how to check it.") { name, run, html, store, json },
            (client, parsed, cancel) => Options.OfflineAsync("report", () => ReportAsync(client, parsed.GetValue(store), (parsed.GetValue(name)!, parsed.GetValue(run)), parsed.GetValue(html), parsed.GetValue(json), cancel), cancel));
    }

    private static async Task<int> ReportAsync(AdminClient client, string? store, (string Rollout, int? Run) asked, string? path, bool json, CancellationToken cancel)
    {
        var pack = store is null
            ? await client.GetAsync($"/api/v1/rollouts/{Uri.EscapeDataString(asked.Rollout)}/report{(asked.Run is { } run ? $"?run={run}" : "")}", ReportJson.Default.EvidencePack, cancel)
            : await OfStoreAsync(store, asked, cancel);
        path ??= json ? null : $"{FileName(pack.Summary.Rollout)}-run-{pack.Summary.Run}.html";
        if (path is not null && !await TryWriteAsync(path, PackPage.Write(pack)))
        {
            return ExitCode.CannotRun;
        }

        if (json)
        {
            System.Console.WriteLine(JsonSerializer.Serialize(pack, ReportJson.Default.EvidencePack));
        }
        else
        {
            AnsiConsole.Write(PackScreen.Of(pack));
            System.Console.WriteLine($"written to {path}; a browser shows and prints it");
        }

        return pack.Proof is { ChainProblems: 0, Replay.IsEqual: true } ? ExitCode.Done : ExitCode.No;
    }

    private static async Task<EvidencePack> OfStoreAsync(string store, (string Rollout, int? Run) asked, CancellationToken cancel)
    {
        await using var ledger = await SqliteStore.OpenReadOnlyAsync(store, cancel);
        await using var evidence = await SqliteStore.OpenRecordsAsync(store, cancel);
        var outcome = await new PackMaker(ledger, evidence, LedgerSignatures.Check).MakeAsync(asked.Rollout, asked.Run, Person.Anyone, TimeProvider.System.GetUtcNow(), cancel);
        return outcome.Pack ?? throw new StoreUnavailableException(outcome.Message);
    }

    private static async Task<bool> TryWriteAsync(string path, string page)
    {
        try
        {
            await WholeFile.WriteAsync(path, async to =>
            {
                await to.WriteAsync(page);
                return true;
            });
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await System.Console.Error.WriteLineAsync($"haldane: {path} cannot be written: {e.Message}");
            return false;
        }
    }

    // The name comes from a ledger, and must not lead elsewhere.
    private static string FileName(string rollout) => string.Concat(rollout.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));
}
