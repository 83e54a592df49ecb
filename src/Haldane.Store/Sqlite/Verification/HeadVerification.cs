using Haldane.Core.Ledger;
using Haldane.Core.Ledger.Checks;
using Haldane.Store.Signing;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite.Verification;

/// <summary>Checks every signed head against the chain and its key.</summary>
/// <param name="problems">Where problems are noted.</param>
/// <param name="kept">The public key that somebody kept; null: the store's own.</param>
internal sealed class HeadVerification(LedgerProblems problems, LedgerKey? kept)
{
    public SignedHeads Run(SqliteConnection connection, ChainVerification chain)
    {
        LedgerKey? own = null;
        var isOld = true;
        try
        {
            isOld = !SqliteSchema.HasSignatures(connection);
            own = isOld ? null : ReadKey(connection);
        }
        catch (SqliteException e)
        {
            problems.Add($"key: cannot be read: {e.Message}");
        }

        var check = new HeadCheck(problems, kept ?? own, Ed25519.Fits);
        check.CompareKey(own);
        if (!isOld)
        {
            CheckHeads(connection, chain, check);
        }

        check.End(chain.Walk.LastNumber, kept is not null);
        return check.Found;
    }

    private LedgerKey? ReadKey(SqliteConnection connection)
    {
        using var rows = new RawRows(connection, "SELECT hex(public), typeof(public) FROM signing_key");
        if (!rows.Next())
        {
            return null;
        }

        var key = rows.TryText(0, out var hex) & rows.TryText(1, out var type) && type == "blob" ? LedgerKey.OfHex(hex) : null;
        if (key is null)
        {
            problems.Add("key: the public key is not as it was written");
        }

        return key;
    }

    private void CheckHeads(SqliteConnection connection, ChainVerification chain, HeadCheck check)
    {
        try
        {
            using var rows = new RawRows(connection, "SELECT number, hash, at, key, signature FROM signed_head ORDER BY number");
            while (rows.Next())
            {
                var typed = rows.TryInteger(0, out var number);
                typed &= rows.TryText(1, out var hash);
                typed &= rows.TryText(2, out var at);
                typed &= rows.TryText(3, out var key);
                typed &= rows.TryText(4, out var signature);
                if (typed)
                {
                    check.Add(new(number, hash, at, key, signature), chain.Walk.HashOf(number), chain.Complete);
                }
                else
                {
                    problems.Add($"signed head of record {number}: is not as it was written");
                }
            }
        }
        catch (SqliteException e)
        {
            problems.Add($"signed heads: cannot be read: {e.Message}");
        }
    }
}
