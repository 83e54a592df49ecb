using Dapper;
using Haldane.Core.Ledger;
using Haldane.Core.Ledger.Checks;
using Haldane.Store.Archive;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite.Verification;

/// <summary>Recomputes the chain, the evidence digests and the recorded end, checks the signed heads, and compares the rollouts with their records.</summary>
/// <remarks>One read transaction, so that writes beside it do not look like damage. Goes on after a problem as far as the file can be read.</remarks>
internal static class StoreVerification
{
    public static LedgerCheck Run(SqliteConnection connection, LedgerKey? kept, EvidenceArchive? archive, CancellationToken cancel)
    {
        var problems = new LedgerProblems();
        var chain = new ChainVerification(problems);
        connection.Execute("PRAGMA cell_size_check = ON; BEGIN");
        chain.Run(connection, cancel);
        var archived = new ArchiveVerification(problems, archive).Run(chain, cancel);
        new EvidenceVerification(problems, archived.Runs).Run(connection, chain.Walk.Claims, cancel);
        var heads = new HeadVerification(problems, kept).Run(connection, chain);
        new RolloutVerification(problems).Run(connection, chain);
        new SettingVerification(problems).Run(connection, chain);
        CheckPages(connection, problems);
        return new(chain.Walk.Read, problems.ToList()) { Heads = heads, Archived = archived.Unseen, Gone = archived.Gone };
    }

    // What no query happens to touch: the pages of the tree above the rows, indexes, the free list.
    private static void CheckPages(SqliteConnection connection, LedgerProblems problems)
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
