namespace Haldane.Judge.Statistics;

/// <summary>Turns a bound that widens with certainty into evidence.</summary>
internal static class Inversion
{
    private const double Farthest = 1e6;

    /// <summary>The largest ln(1 / a) at which something still holds; 0 when it does not even hold at a = 1.</summary>
    /// <remarks>A p-value that holds at all times, not an e-value: it may be split by a union, not averaged.</remarks>
    /// <param name="holds">Holds up to some ln(1 / a), and not beyond.</param>
    public static double LogEvidence<TBound>(TBound holds)
        where TBound : struct, IBound
    {
        if (!holds.HoldsAt(0))
        {
            return 0;
        }

        double low = 0, high = 1;
        while (high < Farthest && holds.HoldsAt(high))
        {
            (low, high) = (high, 2 * high);
        }

        for (var step = 0; step < 40; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = holds.HoldsAt(middle) ? (middle, high) : (low, middle);
        }

        return low;
    }
}

/// <summary>A claim that a bound supports up to some certainty.</summary>
internal interface IBound
{
    /// <summary>Whether it does at ln(1 / a).</summary>
    bool HoldsAt(double at);
}
