using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Recorded;

/// <summary>Divides what a cell did.</summary>
internal static class DividedCell
{
    /// <summary>Divides everyone: each exchange goes to the canary with a chance.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="cell">As recorded.</param>
    /// <param name="share">The chance.</param>
    /// <param name="firsts">First errors on either arm; what is missing to the recorded number was counted in this stage before.</param>
    public static (CellEvidence Baseline, CellEvidence Canary) Everyone(Dice dice, CellEvidence cell, double share, (long Baseline, long Canary) firsts)
    {
        var again = Math.Max(0, cell.Errors - firsts.Baseline - firsts.Canary);
        var errors = Math.Min(cell.Errors, firsts.Canary + dice.Binomial(again, share));
        var latency = Thin(dice, cell.Latency, share);
        var others = dice.Binomial(cell.Exchanges - cell.Errors - cell.Latency.Total(), share);
        var canary = new CellEvidence
        {
            Exchanges = errors + latency.Total() + others,
            Errors = errors,
            ErrorSubjects = Math.Min(errors, firsts.Canary),
            Unread = dice.Binomial(cell.Unread, share),
            Latency = latency,
            FirstToken = Thin(dice, cell.FirstToken, share),
            Classes = cell.Classes.Select(n => dice.Binomial(n, share)).ToValueList(),
            Confidence = cell.Confidence.Select(n => dice.Binomial(n, share)).ToValueList(),
        };
        return (Rest(cell, canary) with { ErrorSubjects = Math.Min(cell.Errors - errors, firsts.Baseline) }, canary);
    }

    /// <summary>Divides the values of a segment, so that their sums are what everyone's are.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="own">As recorded, by value.</param>
    /// <param name="everyone">What the canary got in all.</param>
    /// <param name="divided">Takes the parts, by value.</param>
    public static void Values(Dice dice, ReadOnlySpan<CellEvidence> own, CellEvidence everyone, Span<(CellEvidence Baseline, CellEvidence Canary)> divided)
    {
        var cells = own.ToArray();
        var errors = Draw(dice, cells, c => c.Errors, everyone.Errors);
        var firsts = Draw(dice, cells, c => c.ErrorSubjects, everyone.ErrorSubjects);
        var others = Draw(
            dice, cells, c => c.Exchanges - c.Errors - c.Latency.Total(), everyone.Exchanges - everyone.Errors - everyone.Latency.Total());
        var unread = Draw(dice, cells, c => c.Unread, everyone.Unread);
        var latency = Draw(dice, cells, c => c.Latency, everyone.Latency);
        var firstToken = Draw(dice, cells, c => c.FirstToken, everyone.FirstToken);
        var classes = Draw(dice, cells, c => c.Classes, everyone.Classes);
        var confidence = Draw(dice, cells, c => c.Confidence, everyone.Confidence);
        for (var v = 0; v < cells.Length; v++)
        {
            var canary = new CellEvidence
            {
                Exchanges = errors[v] + others[v] + latency[v].Total(),
                Errors = errors[v],
                ErrorSubjects = Math.Min(errors[v], firsts[v]),
                Unread = unread[v],
                Latency = latency[v],
                FirstToken = firstToken[v],
                Classes = classes[v],
                Confidence = confidence[v],
            };
            divided[v] = (Rest(cells[v], canary), canary);
        }
    }

    private static CellEvidence Rest(CellEvidence all, CellEvidence part) => new()
    {
        Exchanges = all.Exchanges - part.Exchanges,
        Errors = all.Errors - part.Errors,
        ErrorSubjects = Math.Clamp(all.ErrorSubjects - part.ErrorSubjects, 0, all.Errors - part.Errors),
        Unread = all.Unread - part.Unread,
        Latency = Rest(all.Latency, part.Latency),
        FirstToken = Rest(all.FirstToken, part.FirstToken),
        Classes = all.Classes.Select((n, i) => n - part.Classes[i]).ToValueList(),
        Confidence = all.Confidence.Select((n, i) => n - part.Confidence[i]).ToValueList(),
    };

    private static SparseCounts Thin(Dice dice, SparseCounts counts, double share) =>
        Occupied(counts.Buckets, counts.Counts.Select(n => dice.Binomial(n, share)));

    private static SparseCounts Rest(SparseCounts all, SparseCounts part)
    {
        var counts = all.Counts.ToArray();
        for (int i = 0, p = 0; p < part.Buckets.Count; i++)
        {
            if (all.Buckets[i] == part.Buckets[p])
            {
                counts[i] -= part.Counts[p++];
            }
        }

        return Occupied(all.Buckets, counts);
    }

    private static SparseCounts Occupied(IEnumerable<int> buckets, IEnumerable<long> counts)
    {
        var occupied = buckets.Zip(counts).Where(b => b.Second > 0).ToList();
        return new(occupied.Select(b => b.First).ToValueList(), occupied.Select(b => b.Second).ToValueList());
    }

    private static long[] Draw(Dice dice, CellEvidence[] cells, Func<CellEvidence, long> count, long drawn)
    {
        long[] sizes = [.. cells.Select(count)], part = new long[cells.Length];
        var all = sizes.Sum();
        dice.Draw(sizes, all, Math.Min(drawn, all), part);
        return part;
    }

    private static ValueList<long>[] Draw(Dice dice, CellEvidence[] cells, Func<CellEvidence, ValueList<long>> counts, ValueList<long> drawn)
    {
        var rows = cells.Select(_ => new long[drawn.Count]).ToArray();
        for (var k = 0; k < drawn.Count; k++)
        {
            var part = Draw(dice, cells, c => counts(c).Count == 0 ? 0 : counts(c)[k], drawn[k]);
            for (var v = 0; v < part.Length; v++)
            {
                rows[v][k] = part[v];
            }
        }

        return [.. rows.Select((row, v) => counts(cells[v]).Count == 0 ? [] : ValueList.Create<long>(row))];
    }

    private static SparseCounts[] Draw(Dice dice, CellEvidence[] cells, Func<CellEvidence, SparseCounts> counts, SparseCounts drawn)
    {
        var (buckets, many) = (cells.Select(_ => new List<int>()).ToArray(), cells.Select(_ => new List<long>()).ToArray());
        long[] sizes = new long[cells.Length], part = new long[cells.Length];
        var at = new int[cells.Length];
        for (var k = 0; k < drawn.Buckets.Count; k++)
        {
            for (var v = 0; v < cells.Length; v++)
            {
                var own = counts(cells[v]);
                while (at[v] < own.Buckets.Count && own.Buckets[at[v]] < drawn.Buckets[k])
                {
                    at[v]++;
                }

                sizes[v] = at[v] < own.Buckets.Count && own.Buckets[at[v]] == drawn.Buckets[k] ? own.Counts[at[v]] : 0;
            }

            var all = sizes.Sum();
            dice.Draw(sizes, all, Math.Min(drawn.Counts[k], all), part);
            for (var v = 0; v < cells.Length; v++)
            {
                if (part[v] > 0)
                {
                    buckets[v].Add(drawn.Buckets[k]);
                    many[v].Add(part[v]);
                }
            }
        }

        return [.. buckets.Select((b, v) => new SparseCounts(b.ToValueList(), many[v].ToValueList()))];
    }
}
