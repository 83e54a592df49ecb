using System.Globalization;
using System.Text;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Ledger;
using Haldane.Core.Ledger.Checks;
using Haldane.Core.Ports;
using Haldane.Store.Archive;

namespace Haldane.Store.Sqlite.Verification;

/// <summary>Compares what the ledger says of evidence that was moved into the archive with the records that rest on it, and with the archive where it is at hand.</summary>
/// <remarks>One use, one thread.</remarks>
internal sealed class ArchiveVerification(LedgerProblems problems, EvidenceArchive? archive)
{
    /// <summary>Looks at every run that was moved.</summary>
    /// <returns>The runs that were moved, how many of them nobody looked at, and how many are gone from the archive.</returns>
    public (IReadOnlySet<int> Runs, int Unseen, int Gone) Run(ChainVerification chain, CancellationToken cancel)
    {
        var (runs, unseen, gone) = (new HashSet<int>(), 0, 0);
        foreach (var ((kind, name), last) in chain.Walk.Settings)
        {
            if (kind != Setting.Evidence || Moved(name, last) is not { } moved)
            {
                continue;
            }

            runs.Add(moved.Run);
            EvidenceClaim[] claims = [.. chain.Walk.Claims.Where(c => c.Run == moved.Run)];
            foreach (var claim in claims.Where(c => c.UpTo > moved.Slices || (c.UpTo == moved.Slices && c.Digest != moved.Digest)))
            {
                problems.AddRecord(last.Number, $"the evidence of run {moved.Run} that went into the archive is not the one that record {claim.Record} rests on");
            }

            if (archive is null)
            {
                unseen++;
            }
            else if (!archive.Has(moved.Run))
            {
                gone++; // people may let go of evidence; what was decided on it stands
            }
            else
            {
                Look(archive, moved, last.Number, claims, cancel);
            }
        }

        return (runs, unseen, gone);
    }

    private void Look(EvidenceArchive from, ArchivedRun moved, long record, EvidenceClaim[] claims, CancellationToken cancel)
    {
        var open = claims.ToLookup(c => c.UpTo);
        var (count, digest) = (0L, "");
        try
        {
            foreach (var slice in from.ReadAsync(moved.Run, cancel).ToBlockingEnumerable(cancel))
            {
                if (slice.Number != ++count)
                {
                    problems.AddRecord(record, $"the archive's file of run {moved.Run} has a slice {slice.Number} in the place of slice {count}");
                    return;
                }

                digest = LedgerChain.Extend(digest, Encoding.UTF8.GetBytes(slice.Body));
                foreach (var claim in open[count].Where(c => c.Digest != digest))
                {
                    problems.AddRecord(claim.Record, $"the evidence that it rests on, run {claim.Run} up to slice {claim.UpTo}, was altered in the archive");
                }
            }

            if (count != moved.Slices || digest != moved.Digest)
            {
                problems.AddRecord(record, $"the archive's file of run {moved.Run} is not the one that was moved: {count} of {moved.Slices} slices, {(digest == moved.Digest ? "the same" : "another")} digest");
            }
        }
        catch (StoreUnavailableException e)
        {
            problems.AddRecord(record, $"the evidence of run {moved.Run}: {e.Message}");
        }
    }

    private ArchivedRun? Moved(string name, LastRecord last)
    {
        try
        {
            if (last.Entry.Setting!.Body is { } body && body.Deserialize(CoreJson.Default.ArchivedRun) is { } moved && name == moved.Run.ToString(CultureInfo.InvariantCulture))
            {
                return moved;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        if (last.Entry.Setting!.Body is not null)
        {
            problems.AddRecord(last.Number, $"what it says of the evidence of run {name} cannot be read");
        }

        return null;
    }
}
