using System.CommandLine;
using Haldane.Client;
using Haldane.Core.Ports;
using Haldane.Store.Archive;
using Haldane.Store.Sqlite;

namespace Haldane.Commands;

/// <summary>Whose ledger a command reads: of a running Haldane, or of a store's file.</summary>
internal static class LedgerSource
{
    public static Option<string> Option() =>
        new("--store") { Description = "Read this store's file instead of asking a running Haldane." };

    /// <summary>Where evidence of old runs is.</summary>
    public static Option<string?> Archive() => new("--archive") { Description = "The folder of `haldane run --archive`, where evidence of old runs is." };

    /// <summary>The archive in a folder; null without one.</summary>
    public static EvidenceArchive? ArchiveAt(string? folder) => folder is null ? null : new(folder);

    /// <summary>Reads from the file, or else from the server; a file that cannot be read becomes one line and exit code 2.</summary>
    public static async Task<int> UseAsync(string? store, AdminClient client, Func<ILedgerReader, Task<int>> act, CancellationToken cancel, EvidenceArchive? archive = null)
    {
        if (store is null)
        {
            return await act(new RemoteLedger(client));
        }

        try
        {
            await using var reader = await SqliteStore.OpenReadOnlyAsync(store, cancel, archive);
            return await act(reader);
        }
        catch (StoreUnavailableException e)
        {
            await System.Console.Error.WriteLineAsync($"haldane: {e.Message}");
            return ExitCode.CannotRun;
        }
    }
}
