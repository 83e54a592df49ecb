using Haldane.Characteristics.Report;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Characteristics.Cells;

/// <summary>One cell of the latency design.</summary>
/// <param name="Sigma">Of the log-normal latency.</param>
/// <param name="SharePercent">The canary's share, exact in every slice.</param>
/// <param name="Quantile">The quantile that is guarded.</param>
/// <param name="Ratio">How much slower the canary is at every quantile.</param>
/// <param name="Exact">The reference's exact lane alone.</param>
/// <param name="Normal">The reference's asymptotic lane alone; null where it was not run.</param>
internal sealed record LatencyCell(double Sigma, int SharePercent, double Quantile, double Ratio, Published Exact, Published? Normal);

/// <summary>Latency quantiles: 100,000 requests, a look after every 1,000; null: the canary's quantile is at most 10 % above the baseline's.</summary>
internal static class LatencyCells
{
    /// <summary>Requests in a stream.</summary>
    public const int Horizon = 100_000;

    private const int Look = 1_000;

    // A look's requests come in ten slices: half a second each at 200 requests a second. The judge compares slices to notice bursts.
    private const int SlicesPerLook = 10;

    private static readonly double[] Quantiles = [0.5, 0.95, 0.99];

    /// <summary>The ratio at which neither answer is wrong more often than the level.</summary>
    public const double Line = 1.1;

    private static readonly double[] Ratios = [Line, 1.2, 1.5, 2];

    // By sigma, share and quantile, for each ratio: rate found and mean requests of the exact lane, then of the asymptotic one (-1: not run).
    // Of 300 and 150 streams; at the line (1.1) of 1,000 and 800.
    private static readonly (double Sigma, int Share, double[][] Rows)[] Reference =
    [
        (0.5, 50,
        [
            [.000, 0, .035, 30500, 1, 4043, 1, 3167, 1, 1000, 1, 1000, 1, 1000, -1, 0],
            [.001, 2000, .031, 31160, 1, 10387, 1, 6340, 1, 1263, 1, 2007, 1, 1000, -1, 0],
            [.000, 0, .020, 16062, .997, 28746, 1, 15647, 1, 3350, 1, 6007, 1, 2053, -1, 0],
        ]),
        (0.5, 10,
        [
            [.000, 0, .021, 31647, 1, 11780, 1, 6053, 1, 1227, 1, 1433, 1, 1000, -1, 0],
            [.000, 0, .022, 33833, 1, 25517, 1, 14733, 1, 1910, 1, 6000, 1, 1000, -1, 0],
            [.000, 0, .021, 44706, .757, 52401, .960, 42854, 1, 4463, 1, 30000, 1, 1447, -1, 0],
        ]),
        (1.0, 50,
        [
            [.001, 9000, .031, 26520, 1, 14693, 1, 8233, 1, 1470, 1, 1767, 1, 1000, -1, 0],
            [.003, 11333, .030, 31708, .983, 36176, 1, 18167, 1, 3400, 1, 3067, 1, 1317, -1, 0],
            [.000, 0, .021, 18353, .443, 59203, .833, 38760, 1, 9380, 1, 7300, 1, 3437, -1, 0],
        ]),
        (1.0, 10,
        [
            [.000, 0, .022, 32167, .623, 50219, 1, 19487, 1, 3297, 1, 2913, 1, 1280, -1, 0],
            [.000, 0, .021, 27235, .467, 62236, .907, 40294, 1, 6603, 1, 7127, 1, 1977, -1, 0],
            [.000, 0, .020, 41625, .093, 66821, .347, 57731, 1, 18300, 1, 30267, 1, 4710, -1, 0],
        ]),
    ];

    /// <summary>Every cell, ratio by ratio.</summary>
    public static IEnumerable<LatencyCell> All()
    {
        for (var r = 0; r < Ratios.Length; r++)
        {
            foreach (var (sigma, share, rows) in Reference)
            {
                for (var q = 0; q < Quantiles.Length; q++)
                {
                    var at = rows[q].AsSpan(4 * r, 4);
                    var line = Ratios[r] == Line;
                    yield return new(
                        sigma, share, Quantiles[q], Ratios[r], new(line ? 1000 : 300, at[0], at[1]), at[2] < 0 ? null : new Published(line ? 800 : 150, at[2], at[3]));
                }
            }
        }
    }

    /// <summary>Ours in a cell; the index gives it random numbers of its own.</summary>
    public static CellSummary Run(LatencyCell cell, int index, int streams, Progress progress)
    {
        var guard = Slices.Guard(SignalKind.Latency, Scale.Ratio, Line, cell.Quantile) with { Fine = Line };
        var perSlice = Look / SlicesPerLook;
        int canary = perSlice * cell.SharePercent / 100, baseline = perSlice - canary;
        var (usual, slow) = (new LatencySampler(0.05, cell.Sigma), new LatencySampler(0.05 * cell.Ratio, cell.Sigma));
        var what = $"p{100 * cell.Quantile}, sigma {cell.Sigma}, share {cell.SharePercent} %, ratio {cell.Ratio:0.0}";
        var ends = progress.Run(what, streams, 20_000 * (1 + index), random =>
            OneGuard.RequestsToFail(guard, cell.SharePercent, Horizon, Look, SlicesPerLook, number => Slices.Slice(
                number, 0, cell.SharePercent, usual.Cell(random, baseline), slow.Cell(random, canary))));
        return CellSummary.Of(ends, Horizon);
    }
}

/// <summary>Draws log-normal latencies as buckets. Shared by threads: only reads after construction.</summary>
internal sealed class LatencySampler(double medianSeconds, double sigma)
{
    private readonly AliasTable _table = Latencies.LogNormal(medianSeconds, sigma);

    /// <summary>So many answers.</summary>
    public CellEvidence Cell(Random random, int count)
    {
        Span<int> drawn = stackalloc int[count];
        for (var i = 0; i < count; i++)
        {
            drawn[i] = _table.Draw(random);
        }

        drawn.Sort();
        var (buckets, counts) = (new List<int>(count), new List<long>(count));
        foreach (var bucket in drawn)
        {
            if (buckets.Count > 0 && buckets[^1] == bucket)
            {
                counts[^1]++;
            }
            else
            {
                buckets.Add(bucket);
                counts.Add(1);
            }
        }

        return new() { Exchanges = count, Latency = new(buckets.ToValueList(), counts.ToValueList()) };
    }
}
