using System.CommandLine;
using Haldane.Core.Ledger;
using Haldane.Core.Ledger.Export;
using Haldane.Store.Signing;

namespace Haldane.Commands;

/// <summary><c>haldane ledger verify</c> and <c>haldane ledger key</c>: whether anybody touched the ledger, and by whose key.</summary>
internal static class LedgerVerifyCommand
{
    public static Command Verify()
    {
        var store = LedgerSource.Option();
        var key = new Option<string>("--key") { Description = "A public key that was kept elsewhere (PEM, see `ledger key`): every signed head must be of this one." };
        var export = new Option<string>("--export") { Description = "Check a file that `ledger export` wrote, alone; of evidence there is none in it." };
        var command = new Command("verify", "Recomputes the hash chain and the evidence digests, and checks the signed heads.") { store, key, export };
        command.Validators.Add(result =>
        {
            if (result.GetResult(store) is not null && result.GetResult(export) is not null)
            {
                result.AddError("--store and --export: wanted is one of them");
            }
        });
        return Options.ForServer(
            command,
            async (client, parsed, cancel) =>
            {
                var (kept, isReadable) = await ReadKeyAsync(parsed.GetValue(key), cancel);
                return !isReadable ? ExitCode.CannotRun
                    : parsed.GetValue(export) is { } file ? await VerifyExportAsync(file, kept, cancel)
                    : await LedgerSource.UseAsync(parsed.GetValue(store), client, async ledger => await TellAsync(await ledger.VerifyAsync(kept, cancel), "the ledger is"), cancel);
            });
    }

    public static Command Key()
    {
        var store = LedgerSource.Option();
        return Options.ForServer(
            new("key", "Shows the public key that signs the ledger's heads; keep it where nobody who may write the store can.") { store },
            (client, parsed, cancel) => LedgerSource.UseAsync(
                parsed.GetValue(store),
                client,
                async ledger =>
                {
                    if (await ledger.KeyAsync(cancel) is not { } key)
                    {
                        await System.Console.Error.WriteLineAsync("haldane: there is no key yet: it is made when the first record is signed");
                        return ExitCode.No;
                    }

                    // The key alone goes to the output, so that it can go into a file as it stands.
                    System.Console.WriteLine(key.Pem);
                    await System.Console.Error.WriteLineAsync($"fingerprint {key.Fingerprint}");
                    return ExitCode.Done;
                },
                cancel));
    }

    private static async Task<int> VerifyExportAsync(string file, LedgerKey? kept, CancellationToken cancel)
    {
        var check = new ExportCheck(kept, LedgerSignatures.Check);
        try
        {
            await foreach (var line in File.ReadLinesAsync(file, cancel))
            {
                check.Add(line);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await System.Console.Error.WriteLineAsync($"haldane: --export {file}: {e.Message}");
            return ExitCode.CannotRun;
        }

        var found = check.End();
        return await TellAsync(found, check.Rollout is { } rollout ? $"what the export holds of {rollout} alone is" : "the exported ledger is");
    }

    private static async Task<int> TellAsync(LedgerCheck check, string what)
    {
        foreach (var problem in check.Problems)
        {
            await System.Console.Error.WriteLineAsync(problem);
        }

        System.Console.WriteLine(check.IsWhole
            ? $"{what} whole: {check.Records:N0} records"
            : $"{what} BROKEN: {check.Problems.Count} problem{(check.Problems.Count == 1 ? "" : "s")} in {check.Records:N0} records");
        System.Console.WriteLine(Signed(check));
        return check.IsWhole ? ExitCode.Done : ExitCode.No;
    }

    private static string Signed(LedgerCheck check) => check.Heads switch
    {
        { Count: 0, Key: null } => "no head is signed",
        { Count: 0 } heads => $"no signed head fits; key {heads.Key}",
        var heads => $"{heads.Count:N0} signed head{(heads.Count == 1 ? " fits" : "s fit")}, the last at record {heads.Last:N0}; key {heads.Key}",
    };

    private static async Task<(LedgerKey? Key, bool IsReadable)> ReadKeyAsync(string? file, CancellationToken cancel)
    {
        if (file is null)
        {
            return (null, true);
        }

        try
        {
            if (LedgerKey.OfPem(await File.ReadAllTextAsync(file, cancel)) is { } key)
            {
                return (key, true);
            }

            await System.Console.Error.WriteLineAsync($"haldane: --key {file}: is no Ed25519 public key in PEM form, as `haldane ledger key` prints one");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await System.Console.Error.WriteLineAsync($"haldane: --key {file}: {e.Message}");
        }

        return (null, false);
    }
}
