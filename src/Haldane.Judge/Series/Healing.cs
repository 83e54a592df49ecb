namespace Haldane.Judge.Series;

/// <summary>Finds an early disturbance that is over: an early part that differs from the rest, and a rest in which nothing of it is left.</summary>
/// <remarks>
/// At each candidate the mean score before is compared with the mean after, in standard deviations with the variance within both parts; the strongest candidate counts
/// (Hinkley, Biometrika 57 (1970)). A change that stands, a late one or one that only got smaller, is not healed: what is after must be within chance and less than
/// a third of what was before.
/// </remarks>
internal static class Healing
{
    private const double Strong = 3.0;
    private const double WithinChance = 2.0;
    private const double Remainder = 0.35;
    private const int FewestBefore = 3;
    private const int FewestAfter = 8;

    /// <summary>The first cell after the disturbance; 0 when there was none that healed.</summary>
    /// <param name="scores">One a cell, around 0 when the arms are alike.</param>
    /// <param name="inflation">By how much sums vary more than independent scores would let them.</param>
    public static int Of(ReadOnlySpan<double> scores, double inflation)
    {
        var n = scores.Length;
        double total = 0, squares = 0;
        foreach (var score in scores)
        {
            total += score;
            squares += score * score;
        }

        double before = 0, best = 0;
        var healed = 0;
        for (var k = 1; k <= n - Math.Max(FewestAfter, n / 4); k++)
        {
            before += scores[k - 1];
            if (k < FewestBefore)
            {
                continue;
            }

            double early = before / k, late = (total - before) / (n - k);
            var variance = (squares - k * early * early - (n - k) * late * late) / Math.Max(1, n - 2) * inflation;
            var contrast = Math.Abs(early - late) / Math.Sqrt(Math.Max(variance, 1e-300) * (1.0 / k + 1.0 / (n - k)));
            if (contrast > best)
            {
                best = contrast;
                var left = Math.Abs(late) / Math.Sqrt(Math.Max(variance, 1e-300) / (n - k));
                healed = contrast >= Strong && left < WithinChance && Math.Abs(late) < Remainder * Math.Abs(early) ? k : 0;
            }
        }

        return healed;
    }
}
