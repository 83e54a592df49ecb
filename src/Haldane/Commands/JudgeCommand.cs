using System.CommandLine;
using Haldane.Replays;
using Haldane.Screens;
using Haldane.Store.Archive;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane judge --replay ROLLOUT</c>, and what judges other numbers below it.</summary>
internal static class JudgeCommand
{
    public static Command Create()
    {
        var rollout = new Option<string>("--replay") { Description = "Judge the stored evidence of this rollout anew and compare every verdict with the one in the ledger.", Required = true };
        var store = new Option<string>("--store") { Description = "The file that keeps ledger and evidence; it may be in use.", DefaultValueFactory = _ => "haldane.db" };
        var archive = LedgerSource.Archive();
        var run = new Option<int?>("--run") { Description = "Only this run. Default: all of the rollout." };
        var json = Options.Json();
        var command = new Command("judge", "Judges stored evidence anew, or numbers that others have measured.") { rollout, store, archive, run, json, JudgeSeriesCommand.Create() };
        command.SetAction((parsed, cancel) => Options.OfflineAsync(
            "replay", () => ReplayAsync(parsed.GetValue(store)!, LedgerSource.ArchiveAt(parsed.GetValue(archive)), parsed.GetValue(rollout)!, parsed.GetValue(run), parsed.GetValue(json), cancel), cancel));
        return command;
    }

    private static async Task<int> ReplayAsync(string store, EvidenceArchive? archive, string rollout, int? run, bool json, CancellationToken cancel)
    {
        await using var replay = await StoreReplay.OpenAsync(store, archive, rollout, run, cancel);
        var report = await ProgressLine.RunAsync($"evidence of {rollout}", replay.Slices, passed => replay.RunAsync(passed, cancel));
        if (json)
        {
            System.Console.WriteLine(report.ToJson());
        }
        else
        {
            AnsiConsole.Write(ReplayScreen.Of(report));
        }

        return report.Equal ? ExitCode.Done : ExitCode.No;
    }
}
