using System.CommandLine;
using Haldane.Core.Ledger;
using Haldane.Core.Ledger.Export;
using Haldane.Core.Ports;
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
        var head = new Option<string>("--head") { Description = "The number and the hash of a record that were kept elsewhere, e.g. \"1200 9f86…\": it must still be there." };
        var archive = LedgerSource.Archive();
        var command = new Command("verify", "Recomputes the hash chain and the evidence digests, and checks the signed heads.") { store, archive, key, export, head };
        command.Validators.Add(result =>
        {
            if (result.GetResult(store) is not null && result.GetResult(export) is not null)
            {
                result.AddError("--store and --export: wanted is one of them");
            }

            if (result.GetResult(archive) is not null && result.GetResult(store) is null)
            {
                result.AddError("--archive: wanted is --store beside it; a running Haldane looks into its own");
            }

            if (result.GetValue(head) is { } text && (result.GetResult(export) is not null || text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [{ } number, { Length: 64 }] || !long.TryParse(number, out _)))
            {
                result.AddError("--head: wanted are a record's number and its hash of 64 hex digits, for a store or a running Haldane");
            }
        });
        return Options.ForServer(
            command,
            async (client, parsed, cancel) =>
            {
                var (kept, isReadable) = await ReadKeyAsync(parsed.GetValue(key), cancel);
                return !isReadable ? ExitCode.CannotRun
                    : parsed.GetValue(export) is { } file ? await VerifyExportAsync(file, kept, cancel)
                    : await LedgerSource.UseAsync(
                        parsed.GetValue(store),
                        client,
                        async ledger =>
                        {
                            var check = await ledger.VerifyAsync(kept, cancel);
                            return await TellAsync(
                                parsed.GetValue(head) is { } text && await WhyNotHeadAsync(ledger, text, cancel) is { } why ? check with { Problems = [.. check.Problems, why] } : check, "the ledger is");
                        },
                        cancel,
                        LedgerSource.ArchiveAt(parsed.GetValue(archive)));
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
        var code = await TellAsync(found, check.Rollout is { } rollout ? $"what the export holds of {rollout} alone is" : "the exported ledger is");
        if (code != ExitCode.Done || check.Rollout is null || kept is null)
        {
            return code;
        }

        await System.Console.Error.WriteLineAsync("an excerpt proves nothing against a key: nobody can tell from it whether a signed head rests on these records; check an export of the whole ledger");
        return ExitCode.Unproven;
    }

    // Whoever may write the file can cut it back to an older signed head; against somebody who has kept a later one he cannot.
    private static async Task<string?> WhyNotHeadAsync(ILedgerReader ledger, string kept, CancellationToken cancel)
    {
        var (number, hash) = kept.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var n, var h] && long.TryParse(n, System.Globalization.CultureInfo.InvariantCulture, out var place) ? (place, h) : (0, "");
        return await ledger.LedgerAsync(number + 1, 1, null, cancel) is not [var record] || record.Number != number ? $"record {number}: is missing, though its hash was kept"
            : record.Hash != hash ? $"record {number}: has another hash than the one that was kept"
            : null;
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
        if (check.Archived > 0)
        {
            System.Console.WriteLine($"the evidence of {check.Archived:N0} run{(check.Archived == 1 ? " is" : "s is")} in the archive, which was not looked at (--archive)");
        }

        if (check.Gone > 0)
        {
            System.Console.WriteLine($"the evidence of {check.Gone:N0} run{(check.Gone == 1 ? " is" : "s is")} gone from the archive: what was decided stands, its numbers can no longer be recomputed");
        }

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
