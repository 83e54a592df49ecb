using System.CommandLine;
using Haldane.Client;
using Haldane.Core.Ports;
using Haldane.Store.Sqlite;

namespace Haldane.Commands;

/// <summary>Whose ledger a command reads: of a running Haldane, or of a store's file.</summary>
internal static class LedgerSource
{
    public static Option<string> Option() =>
        new("--store") { Description = "Read this store's file instead of asking a running Haldane." };

    /// <summary>Reads from the file, or else from the server; a file that cannot be read becomes one line and exit code 2.</summary>
    public static async Task<int> UseAsync(string? store, AdminClient client, Func<ILedgerReader, Task<int>> act, CancellationToken cancel)
    {
        if (store is null)
        {
            return await act(new RemoteLedger(client));
        }

        try
        {
            await using var reader = await SqliteStore.OpenReadOnlyAsync(store, cancel);
            return await act(reader);
        }
        catch (StoreUnavailableException e)
        {
            await System.Console.Error.WriteLineAsync($"haldane: {e.Message}");
            return ExitCode.CannotRun;
        }
    }
}
