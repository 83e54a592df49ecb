namespace Haldane.Judge.Series;

/// <summary>Finds an early disturbance that is over: an early part that differs from the rest, and a rest in which nothing of it is left.</summary>
/// <remarks>A change that stands, a late one or one that only got smaller has not healed: what is after must be within chance and far less than what was before.</remarks>
internal static class Healing
{
    private const double Strong = 3.0;
    private const double WithinChance = 2.0;
    private const double Remainder = 0.35;
    private const int FewestAfter = 10;

    /// <summary>The first cell after the disturbance; 0 when there was none that healed.</summary>
    /// <param name="scores">One a cell, around 0 when the arms are alike.</param>
    /// <param name="inflation">By how much sums vary more than independent scores would let them.</param>
    public static int Of(ReadOnlySpan<double> scores, double inflation)
    {
        var (n, cut) = (scores.Length, TwoParts.Of(scores));
        var after = n - cut.At;
        if (after < Math.Max(FewestAfter, n / 4) || cut.Contrast(n) < Strong * Strong * inflation || Math.Abs(cut.Late) > Remainder * Math.Abs(cut.Early))
        {
            return 0;
        }

        return Math.Abs(cut.Late) < WithinChance * Math.Sqrt(cut.Variance * inflation / after) || cut.Late == 0 ? cut.At : 0;
    }
}
