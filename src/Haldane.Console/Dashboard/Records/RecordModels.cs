using Haldane.Core;
using Haldane.Core.Ledger;

namespace Haldane.Console.Dashboard.Records;

/// <summary>A stretch of the ledger, the newest first.</summary>
/// <param name="Records">The records.</param>
/// <param name="Older">Where there are older ones; null where there are none.</param>
public sealed record RecordsModel(ValueList<RecordModel> Records, string? Older);

/// <summary>A record of the ledger.</summary>
/// <param name="Number">Its number.</param>
/// <param name="At">When; null where it cannot be read.</param>
/// <param name="Kind">What was decided.</param>
/// <param name="About">What it is about; null where that goes without saying.</param>
/// <param name="Href">Where that is; null where it has no page, or is this one.</param>
/// <param name="Shares">The shares before and after; null where it is about no rollout.</param>
/// <param name="By">Who or what decided.</param>
/// <param name="Why">Why.</param>
/// <param name="Evidence">What it rests on; null where it rests on no evidence.</param>
public sealed record RecordModel(long Number, DateTimeOffset? At, string Kind, string? About, string? Href, string? Shares, string By, string Why, string? Evidence);

/// <summary>Makes of records what people read. Pure.</summary>
public static class RecordModels
{
    /// <summary>A stretch.</summary>
    /// <param name="path">Where this stretch is asked for.</param>
    /// <param name="rollout">The rollout; null for all.</param>
    /// <param name="records">The newest first.</param>
    /// <param name="limit">How many were asked for: fewer are the end.</param>
    public static RecordsModel Of(string path, string? rollout, IReadOnlyList<LedgerRecord> records, int limit) =>
        new(records.Select(r => Of(r, rollout)).ToValueList(), records.Count < limit ? null : $"{path}?before={records[^1].Number}");

    private static RecordModel Of(LedgerRecord record, string? rollout)
    {
        if (record.EntryOrNull is not { } entry)
        {
            return new(record.Number, null, "unreadable", null, null, null, "nobody knows", "This record was altered: haldane ledger verify says more.", null);
        }

        return new(
            record.Number,
            entry.At,
            entry.Kind,
            entry.Setting is { } set ? $"{set.Kind} {set.Name}" : rollout is null ? $"{entry.Rollout}, run {entry.Run}" : null,
            rollout is null && entry.FiledUnder is { } about ? $"/rollouts/{Uri.EscapeDataString(about)}" : null,
            entry.Setting is not null ? null : entry.From == entry.To ? $"{entry.To}" : $"{entry.From} → {entry.To}",
            entry.By,
            entry.Why,
            entry.EvidenceUpTo == 0 ? null : $"{entry.Verdicts.Count} {(entry.Verdicts.Count == 1 ? "verdict" : "verdicts")} on evidence up to slice {entry.EvidenceUpTo}, digest {entry.EvidenceDigest[..Math.Min(12, entry.EvidenceDigest.Length)]}");
    }
}
