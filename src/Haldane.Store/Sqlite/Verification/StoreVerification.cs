using Dapper;
using Haldane.Core.Ledger;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite.Verification;

/// <summary>Recomputes the chain, the evidence digests and the recorded end, and compares the rollouts with their records.</summary>
/// <remarks>One read transaction, so that writes beside it do not look like damage. Goes on after a problem as far as the file can be read.</remarks>
internal static class StoreVerification
{
    public static LedgerCheck Run(SqliteConnection connection, CancellationToken cancel)
    {
        var problems = new Problems();
        var chain = new ChainVerification(problems);
        connection.Execute("PRAGMA cell_size_check = ON; BEGIN");
        chain.Run(connection, cancel);
        new EvidenceVerification(problems).Run(connection, chain.Claims, cancel);
        new RolloutVerification(problems).Run(connection, chain);
        new SettingVerification(problems).Run(connection, chain);
        CheckPages(connection, problems);
        return new(chain.Read, problems.ToList());
    }

    // What no query happens to touch: the pages of the tree above the rows, indexes, the free list.
    private static void CheckPages(SqliteConnection connection, Problems problems)
    {
        try
        {
            foreach (var line in connection.Query<string>("PRAGMA integrity_check(20)"))
            {
                if (line != "ok")
                {
                    problems.Add("file: " + line);
                }
            }
        }
        catch (SqliteException e)
        {
            problems.Add("file: its pages cannot be checked: " + e.Message);
        }
    }
}
