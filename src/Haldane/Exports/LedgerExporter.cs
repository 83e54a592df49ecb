using Haldane.Core.Ledger.Export;
using Haldane.Core.Ports;

namespace Haldane.Exports;

/// <summary>Writes a ledger as lines of JSON, page by page, wherever it is read from. What is added while it works may be in it or not.</summary>
internal static class LedgerExporter
{
    /// <summary>Writes everything.</summary>
    /// <param name="ledger">What to read.</param>
    /// <param name="rollout">Only the records of this rollout; null for all.</param>
    /// <param name="to">Where to.</param>
    /// <param name="passed">Is told the number of the last record that was written, after each page.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <returns>How many records and signed heads were written.</returns>
    public static async Task<(long Records, long Heads)> WriteAsync(ILedgerReader ledger, string? rollout, TextWriter to, Action<long> passed, CancellationToken cancel)
    {
        var (count, last) = (0L, 0L);
        HashSet<long>? chosen = rollout is null ? null : [];
        await to.WriteLineAsync(ExportLine.First(rollout).ToString());
        await foreach (var records in ledger.PagesAsync(0, rollout, cancel))
        {
            foreach (var record in records)
            {
                await to.WriteLineAsync(ExportLine.Of(record).ToString());
                chosen?.Add(record.Number);
            }

            (count, last) = (count + records.Count, records[^1].Number);
            passed(last);
        }

        var heads = await WriteHeadsAsync(ledger, chosen, last, to, cancel);
        if (await ledger.KeyAsync(cancel) is { } key)
        {
            await to.WriteLineAsync(ExportLine.Of(key).ToString());
        }

        await to.WriteLineAsync(ExportLine.Last(count, heads).ToString());
        return (count, heads);
    }

    // A record that came meanwhile may have been signed, but is not in the export: nor is its head, then.
    private static async Task<long> WriteHeadsAsync(ILedgerReader ledger, HashSet<long>? chosen, long upTo, TextWriter to, CancellationToken cancel)
    {
        var count = 0L;
        await foreach (var heads in ledger.HeadPagesAsync(cancel))
        {
            foreach (var head in heads.Where(h => h.Number <= upTo && chosen?.Contains(h.Number) != false))
            {
                await to.WriteLineAsync(ExportLine.Of(head).ToString());
                count++;
            }
        }

        return count;
    }
}
