namespace Haldane.Judge.Series;

/// <summary>By how much a sum over a series varies more than it would if neighbours did not resemble each other.</summary>
/// <remarks>
/// <para>For scores whose correlation falls geometrically from lag 1 on (an autoregression, or one under white noise), the variance of a sum is larger by
/// 1 + 2 r1 / (1 - f), f = r2 / r1 (Bartlett 1946; Priestley, "Spectral Analysis and Time Series", 1981, 5.3). r1 and r2 are lifted by (1 + 3 r) / n, by which the sample
/// correlation is too low (Kendall, Biometrika 41 (1954)).</para>
/// <para>It is read from the contrast of the arms and from the baseline alone, and the smaller counts: a change of the canary within the window looks like
/// resemblance in the contrast, a common trend looks like it in the baseline, and neither is in both.</para>
/// </remarks>
internal static class Inflation
{
    private const int FewestCells = 8;

    // Taking off the largest step takes off resemblance too: held to the simulated false alarms of resembling series.
    private const double LiftWithoutStep = 3;
    private const double SlowestDecay = 0.97;

    /// <summary>At least 1, at most half the number of cells.</summary>
    public static double Of(ReadOnlySpan<double> contrast, ReadOnlySpan<double> baseline) =>
        Math.Min(Math.Min(Of(contrast, 1), Of(baseline, 1)), Of(WithoutStep(contrast), LiftWithoutStep));

    // A series less the means of its two most different parts.
    private static double[] WithoutStep(ReadOnlySpan<double> series)
    {
        var (result, cut) = (series.ToArray(), TwoParts.Of(series));
        for (var k = 0; k < result.Length; k++)
        {
            result[k] -= k < cut.At ? cut.Early : cut.Late;
        }

        return result;
    }

    private static double Of(ReadOnlySpan<double> series, double lift)
    {
        var n = series.Length;
        if (n < FewestCells)
        {
            return 1;
        }

        var mean = 0.0;
        foreach (var value in series)
        {
            mean += value / n;
        }

        double zero = 0, one = 0, two = 0;
        for (var i = 0; i < n; i++)
        {
            var x = series[i] - mean;
            zero += x * x;
            one += i >= 1 ? x * (series[i - 1] - mean) : 0;
            two += i >= 2 ? x * (series[i - 2] - mean) : 0;
        }

        if (zero <= 0)
        {
            return 1;
        }

        var (r1, r2) = (Lift(one / zero, lift / n), Lift(two / zero, lift / n));
        if (r1 <= 0)
        {
            return 1;
        }

        // Below the noise of r1 itself the ratio of two correlations says nothing; then the decay of a plain autoregression is taken.
        var decay = r1 * Math.Sqrt(n) < 2 ? r1 : Math.Clamp(r2 / r1, r1, SlowestDecay);
        return Math.Clamp(1 + 2 * r1 / (1 - Math.Min(decay, SlowestDecay)), 1, n / 2.0);
    }

    private static double Lift(double correlation, double part) => Math.Min(SlowestDecay, correlation + (1 + 3 * correlation) * part);
}
