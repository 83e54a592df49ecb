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

    /// <summary>ln(1 + x) without loss for small x.</summary>
    /// <remarks>
    /// Kahan's form (Higham, "Accuracy and Stability of Numerical Algorithms", section 1.14.1): the rounding of 1 + x cancels in the quotient. The
    /// form of MathNet 5.0 loses eight digits here.
    /// </remarks>
    public static double Log1P(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }

    /// <summary>e^x - 1 without loss for small x; the same source.</summary>
    public static double ExpM1(double x)
    {
        var u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 ? -1 : (u - 1) * x / Math.Log(u);
    }

    /// <summary>ln of the average of two e-values: an e-value whatever their dependence.</summary>
    public static double Average(double a, double b) => Add(a, b) - Math.Log(2);
}
