namespace Haldane.Judge.Statistics;

/// <summary>Picks what to reject out of many e-values.</summary>
internal static class Rejections
{
    /// <summary>e-BH: the e-values that are rejected so that the expected part of false ones among them is at most alpha, under any dependence.</summary>
    /// <remarks>
    /// With K e-values in falling order, the largest k whose k-th is at least K / (alpha k); the first k are rejected. Wang and Ramdas, "False discovery rate
    /// control with e-values", J. R. Stat. Soc. B 84 (2022).
    /// </remarks>
    /// <param name="logE">Natural logarithms.</param>
    /// <param name="alpha">In (0, 1).</param>
    /// <returns>The least logarithm that is rejected; positive infinity when none is.</returns>
    public static double FalseDiscoveryLine(ReadOnlySpan<double> logE, double alpha)
    {
        Span<double> sorted = logE.Length <= 256 ? stackalloc double[logE.Length] : new double[logE.Length];
        logE.CopyTo(sorted);
        sorted.Sort();
        for (var k = sorted.Length; k >= 1; k--)
        {
            var smallest = sorted[sorted.Length - k];
            if (smallest >= Math.Log(sorted.Length / (alpha * k)))
            {
                return smallest;
            }
        }

        return double.PositiveInfinity;
    }

    /// <summary>Holm's step-down on 1 / e: the chance that any of the rejected is false is at most alpha, under any dependence.</summary>
    /// <remarks>The k-th largest of K must reach (K - k + 1) / alpha, and all before it. Holm, Scand. J. of Statistics 6 (1979).</remarks>
    /// <param name="logE">Natural logarithms, running maxima of e-processes.</param>
    /// <param name="logOne">ln(1 / alpha).</param>
    /// <returns>The least logarithm that is rejected; positive infinity when none is.</returns>
    public static double StepDownLine(ReadOnlySpan<double> logE, double logOne)
    {
        Span<double> sorted = logE.Length <= 256 ? stackalloc double[logE.Length] : new double[logE.Length];
        logE.CopyTo(sorted);
        sorted.Sort();
        var line = double.PositiveInfinity;
        for (var k = 1; k <= sorted.Length && sorted[^k] >= logOne + Math.Log(sorted.Length - k + 1); k++)
        {
            line = sorted[^k];
        }

        return line;
    }
}
