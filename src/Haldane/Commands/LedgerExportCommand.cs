using System.CommandLine;
using Haldane.Core.Ports;
using Haldane.Exports;
using Haldane.Screens;

namespace Haldane.Commands;

/// <summary><c>haldane ledger export</c>: all records as lines of JSON, for whoever wants to check them with other means.</summary>
internal static class LedgerExportCommand
{
    public static Command Create()
    {
        var store = LedgerSource.Option();
        var rollout = new Option<string>("--rollout") { Description = "Only the records of this rollout; what lies between them cannot be checked then." };
        var into = new Option<string>("--out") { Description = "The file to write; it is there when it is whole. Default: the output." };
        return Options.ForServer(
            new("export", "Writes all records, the signed heads and the public key as lines of JSON.") { store, rollout, into },
            (client, parsed, cancel) => LedgerSource.UseAsync(
                parsed.GetValue(store), client, ledger => ExportAsync(ledger, parsed.GetValue(rollout), parsed.GetValue(into), cancel), cancel));
    }

    private static async Task<int> ExportAsync(ILedgerReader ledger, string? rollout, string? path, CancellationToken cancel)
    {
        var newest = await ledger.LedgerAsync(null, 1, rollout, cancel);
        if (rollout is not null && newest.Count == 0)
        {
            await System.Console.Error.WriteLineAsync($"haldane: there is no record of a rollout {rollout}");
            return ExitCode.No;
        }

        if (path is null)
        {
            // Not the console's own writer, which sends every line by itself.
            await using var output = new StreamWriter(System.Console.OpenStandardOutput()) { NewLine = "\n" };
            await LedgerExporter.WriteAsync(ledger, rollout, output, static _ => { }, cancel);
            return ExitCode.Done;
        }

        try
        {
            var (records, heads) = await ProgressLine.RunAsync("ledger", newest.Count == 0 ? 0 : newest[0].Number, passed =>
                WholeFile.WriteAsync(path, to => LedgerExporter.WriteAsync(ledger, rollout, to, passed, cancel)));
            await System.Console.Error.WriteLineAsync($"{records:N0} records and {heads:N0} signed heads in {path}");
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await System.Console.Error.WriteLineAsync($"haldane: --out {path}: {e.Message}");
            return ExitCode.CannotRun;
        }
    }
}
