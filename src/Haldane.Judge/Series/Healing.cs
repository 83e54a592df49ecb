namespace Haldane.Judge.Series;

/// <summary>Finds an early disturbance that is over: an early part that differs from the rest, and a rest in which little of it is left.</summary>
/// <remarks>What is after must be a third of what was before, or less. What is left is then judged by itself: harm that only got smaller is found there.</remarks>
internal static class Healing
{
    private const double Strong = 3.0;
    private const double Remainder = 0.35;
    private const int FewestAfter = 10;

    /// <summary>The first cell after the disturbance; 0 when there was none that healed.</summary>
    /// <param name="scores">One a cell, around 0 when the arms are alike.</param>
    /// <param name="inflation">By how much sums vary more than independent scores would let them.</param>
    public static int Of(ReadOnlySpan<double> scores, double inflation)
    {
        var (n, cut) = (scores.Length, TwoParts.Of(scores));
        var after = n - cut.At;
        return after >= Math.Max(FewestAfter, n / 4) && cut.Contrast(n) >= Strong * Strong * inflation && Math.Abs(cut.Late) <= Remainder * Math.Abs(cut.Early) ? cut.At : 0;
    }
}
