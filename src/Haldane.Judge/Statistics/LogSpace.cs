namespace Haldane.Judge.Statistics;

/// <summary>Sums and means of numbers that are kept as their natural logarithms.</summary>
/// <remarks>Negative infinity stands for zero and is a legal argument; no result is NaN.</remarks>
internal static class LogSpace
{
    // exp(-40) is below half a unit in the last place of 1: such a term cannot change the sum.
    private const double Negligible = -40;

    /// <summary>ln(e^a + e^b).</summary>
    public static double Add(double a, double b)
    {
        var (high, low) = a >= b ? (a, b) : (b, a);
        var gap = low - high;
        return double.IsNegativeInfinity(low) || gap < Negligible ? high : high + Math.Log(1 + Math.Exp(gap));
    }

    /// <summary>ln of the mean of e^terms; at least one term.</summary>
    public static double Mean(ReadOnlySpan<double> terms)
    {
        var high = double.NegativeInfinity;
        foreach (var term in terms)
        {
            high = Math.Max(high, term);
        }

        if (double.IsNegativeInfinity(high))
        {
            return high;
        }

        var sum = 0.0;
        foreach (var term in terms)
        {
            var gap = term - high;
            if (gap > Negligible)
            {
                sum += Math.Exp(gap);
            }
        }

        return high + Math.Log(sum / terms.Length);
    }

    /// <summary>ln of the average of two e-values: an e-value whatever their dependence.</summary>
    public static double Average(double a, double b) => Add(a, b) - Math.Log(2);
}
