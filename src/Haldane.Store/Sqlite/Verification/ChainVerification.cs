using Haldane.Core.Ledger.Checks;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite.Verification;

/// <summary>Reads the ledger from its first record and its recorded end for a <see cref="ChainWalk"/>.</summary>
/// <remarks>One use, one thread.</remarks>
internal sealed class ChainVerification(LedgerProblems problems)
{
    /// <summary>What the records came to.</summary>
    public ChainWalk Walk { get; } = new(problems);

    /// <summary>Whether the ledger could be read to its end.</summary>
    public bool Complete { get; private set; }

    public void Run(SqliteConnection connection, CancellationToken cancel)
    {
        try
        {
            using var rows = new RawRows(connection, "SELECT number, body, previous, hash FROM ledger ORDER BY number");
            while (rows.Next())
            {
                cancel.ThrowIfCancellationRequested();
                var typed = rows.TryInteger(0, out var number);
                typed &= rows.TryText(1, out var body);
                typed &= rows.TryText(2, out var previous);
                typed &= rows.TryText(3, out var hash);
                Walk.Add(new(number, body, previous, hash), typed);
            }

            Complete = true;
        }
        catch (SqliteException e)
        {
            problems.Add($"records from {Walk.LastNumber + 1} on cannot be read: {e.Message}");
        }

        CheckEnd(connection);
    }

    private void CheckEnd(SqliteConnection connection)
    {
        try
        {
            using var rows = new RawRows(connection, "SELECT number, hash FROM head");
            if (!rows.Next())
            {
                problems.AddRecord(Walk.LastNumber, "the recorded end of the ledger is missing, so nothing shows whether records were cut off after it");
            }
            else if (!rows.TryInteger(0, out var number) | !rows.TryText(1, out var hash))
            {
                problems.AddRecord(Walk.LastNumber, "the recorded end of the ledger is not as it was written");
            }
            else if (Complete)
            {
                Walk.CompareEnd(number, hash);
            }
        }
        catch (SqliteException e)
        {
            problems.AddRecord(Walk.LastNumber, $"the recorded end of the ledger cannot be read: {e.Message}");
        }
    }
}
