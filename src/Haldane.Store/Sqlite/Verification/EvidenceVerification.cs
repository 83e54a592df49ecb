using Haldane.Core.Ledger;
using Haldane.Core.Ledger.Checks;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite.Verification;

/// <summary>Recomputes the digests of every run's evidence and compares them with what the records say.</summary>
/// <remarks>One use, one thread. What of an archived run is still in the store, because it was being removed, is passed over: <see cref="ArchiveVerification"/> looks at it.</remarks>
internal sealed class EvidenceVerification(LedgerProblems problems, IReadOnlySet<int> archived)
{
    private readonly Dictionary<(int Run, long UpTo), List<EvidenceClaim>> _claims = [];
    private long _run = long.MinValue;
    private long _last;
    private string _digest = "";
    private bool _storedDiffers;

    public void Run(SqliteConnection connection, List<EvidenceClaim> claims, CancellationToken cancel)
    {
        foreach (var group in claims.Where(claim => !archived.Contains(claim.Run)).GroupBy(claim => (claim.Run, claim.UpTo)))
        {
            _claims[group.Key] = [.. group];
        }

        var unseen = "is missing";
        try
        {
            using var rows = new RawRows(connection, "SELECT run, number, body, digest FROM evidence ORDER BY run, number");
            while (rows.Next())
            {
                cancel.ThrowIfCancellationRequested();
                Check(rows);
            }
        }
        catch (SqliteException e)
        {
            problems.Add($"evidence of run {_run}: slices from {_last + 1} on cannot be read: {e.Message}");
            unseen = "cannot be read";
        }

        foreach (var claim in _claims.Values.SelectMany(same => same).OrderBy(claim => claim.Record))
        {
            problems.AddRecord(claim.Record, $"rests on slice {claim.UpTo} of run {claim.Run}, which {unseen}");
        }
    }

    private void Check(RawRows rows)
    {
        var typed = rows.TryInteger(0, out var run);
        typed &= rows.TryInteger(1, out var number);
        typed &= rows.TryTextBytes(2, out var body);
        typed &= rows.TryText(3, out var digest);
        if (run is >= int.MinValue and <= int.MaxValue && archived.Contains((int)run))
        {
            return;
        }

        if (run != _run)
        {
            (_run, _last, _digest, _storedDiffers) = (run, 0, "", false);
        }

        var place = $"evidence of run {run}, slice {number}:";
        if (number != _last + 1)
        {
            problems.Add($"{place} the slice before it is {_last}; others are missing");
        }

        _last = number;
        _digest = LedgerChain.Extend(_digest, body);
        if (!typed)
        {
            problems.Add($"{place} its body or digest is not text as it was written");
        }
        else if (digest != _digest && !_storedDiffers)
        {
            _storedDiffers = true; // every later digest of the run differs too; the first one tells where it began
            problems.Add($"{place} was altered: it does not have its digest");
        }

        if (run is >= int.MinValue and <= int.MaxValue && _claims.Remove(((int)run, number), out var claims))
        {
            Compare(claims);
        }
    }

    private void Compare(List<EvidenceClaim> claims)
    {
        foreach (var claim in claims)
        {
            if (claim.Digest != _digest)
            {
                problems.AddRecord(claim.Record, $"the evidence that it rests on, run {claim.Run} up to slice {claim.UpTo}, was altered");
            }
        }
    }
}
