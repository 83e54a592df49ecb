using Haldane.Characteristics.Report;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Characteristics.Cells;

/// <summary>One cell of the error-rate design.</summary>
/// <param name="SharePercent">The canary's share; every batch of 100 requests holds exactly so many of it.</param>
/// <param name="Rate">The baseline's error rate.</param>
/// <param name="Ratio">The canary's, over it.</param>
/// <param name="Label">The reference's arm-label e-process.</param>
/// <param name="Normal">The reference's asymptotic sequence.</param>
internal sealed record ErrorCell(int SharePercent, double Rate, double Ratio, Published Label, Published Normal);

/// <summary>Error rates: 100,000 requests, a look after every 100; independent errors; null: the canary's rate is at most the baseline's.</summary>
internal static class ErrorCells
{
    /// <summary>Requests in a stream.</summary>
    public const int Horizon = 100_000;

    private const int Look = 100;

    private static readonly double[] Rates = [0.001, 0.01, 0.05];

    // Ratio; then for shares of 50 and 10 % and base rates of 0.1, 1 and 5 %: rate found, mean requests. First the arm-label e-process, then the
    // one-sided asymptotic sequence tuned to 20,000 requests. Of 1,000 streams, 4,000 where the ratio is 1.
    private static readonly (double Ratio, double[] Label, double[] Normal)[] Reference =
    [
        (1.00, [.023, 0, .031, 0, .024, 0, .011, 0, .021, 0, .020, 0], [.024, 0, .031, 0, .029, 0, .000, 0, .006, 0, .018, 0]),
        (1.25, [.098, 42787, .863, 44490, 1, 12428, .046, 40026, .350, 50382, .994, 30498], [.114, 43861, .890, 39869, 1, 11206, .003, 52033, .303, 58126, .995, 29246]),
        (1.50, [.353, 52088, 1, 15647, 1, 3547, .143, 48714, .932, 39239, 1, 9168], [.384, 51247, 1, 14614, 1, 4057, .031, 65729, .925, 44475, 1, 10132]),
        (2.00, [.922, 41413, 1, 4836, 1, 1089, .483, 53133, 1, 13504, 1, 2636], [.937, 39489, 1, 5452, 1, 1758, .238, 69684, 1, 17187, 1, 3979]),
        (5.00, [1, 5984, 1, 660, 1, 177, 1, 14111, 1, 1543, 1, 362], [1, 6746, 1, 1341, 1, 512, 1, 25596, 1, 3475, 1, 1081]),
    ];

    /// <summary>Every cell, in the reference's order.</summary>
    public static IEnumerable<ErrorCell> All()
    {
        foreach (var (ratio, label, normal) in Reference)
        {
            for (var i = 0; i < 6; i++)
            {
                Published At(double[] figures) => new(ratio == 1 ? 4000 : 1000, figures[2 * i], figures[2 * i + 1]);
                yield return new(i < 3 ? 50 : 10, Rates[i % 3], ratio, At(label), At(normal));
            }
        }
    }

    /// <summary>Ours in a cell; the index gives it random numbers of its own.</summary>
    public static CellSummary Run(ErrorCell cell, int index, int streams, Progress progress)
    {
        var guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2) with { Fine = 1 };
        int canary = Look * cell.SharePercent / 100, baseline = Look - canary;
        var ends = progress.Run($"errors {cell.Rate:0.0 %}, share {cell.SharePercent} %, ratio {cell.Ratio:0.00}", streams, 10_000 * (1 + index), random =>
            OneGuard.RequestsToFail(guard, cell.SharePercent, Horizon, Look, 1, number => Slices.Slice(
                number,
                0,
                cell.SharePercent,
                Slices.Counts(baseline, random.Binomial(baseline, cell.Rate)),
                Slices.Counts(canary, random.Binomial(canary, cell.Rate * cell.Ratio)))));
        return CellSummary.Of(ends, Horizon);
    }
}
