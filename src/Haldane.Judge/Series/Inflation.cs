namespace Haldane.Judge.Series;

/// <summary>By how much a sum over a series varies more than it would if neighbours did not resemble each other.</summary>
/// <remarks>
/// <para>For scores whose correlation falls geometrically from lag 1 on (an autoregression, or one under white noise), the variance of a sum is larger by
/// 1 + 2 r1 / (1 - f), f = r2 / r1 (Bartlett 1946; Priestley, "Spectral Analysis and Time Series", 1981, 5.3). r1 and r2 are lifted by (1 + 3 r) / n, by which the sample
/// correlation is too low (Kendall, Biometrika 41 (1954)). Where later lags add up to more, that counts (initial positive sequence: Geyer, Statistical Science 7 (1992)).</para>
/// <para>It is read from the contrast of the arms and from the baseline alone, and the smaller counts: a change of the canary within the window looks like
/// resemblance in the contrast, a common trend looks like it in the baseline, and neither is in both.</para>
/// </remarks>
internal static class Inflation
{
    private const int FewestCells = 8;

    // Taking off the largest step takes off resemblance too: held to the simulated false alarms of resembling series.
    private const double LiftWithoutStep = 3;
    private const double Rounding = 1e-20;
    private const double SlowestDecay = 0.97;

    // In standard errors of r1 without resemblance: below the first it is taken for none, from the second on later lags are looked at too.
    private const double Noticeable = 1;
    private const double Clear = 2;
    private const double Step = 3.5;

    /// <summary>At least 1, at most half the number of cells.</summary>
    public static double Of(ReadOnlySpan<double> contrast, ReadOnlySpan<double> baseline)
    {
        var cut = TwoParts.Of(contrast);
        var stepless = Of(Without(cut, contrast), LiftWithoutStep);
        var ofContrast = cut.Contrast(contrast.Length) > Step * Step * stepless ? stepless : Of(contrast, 1);
        var ofBaseline = Of(baseline, 1);
        return Math.Min(Math.Sqrt(ofContrast * ofBaseline), Math.Max(stepless, Math.Min(ofContrast, ofBaseline)));
    }

    private static double[] Without(TwoParts cut, ReadOnlySpan<double> series)
    {
        var result = series.ToArray();
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

        var (zero, r1, r2) = (Correlation(series, mean, 0), 0.0, 0.0);
        if (zero <= Rounding * n * mean * mean || zero <= 0 || (r1 = Lift(Correlation(series, mean, 1) / zero, lift / n)) * Math.Sqrt(n) < Noticeable)
        {
            return 1;
        }

        // Below the noise of r1 itself later lags say nothing; then the decay of a plain autoregression is taken.
        if (r1 * Math.Sqrt(n) < Clear)
        {
            return Math.Clamp((1 + r1) / (1 - r1), 1, n / 2.0);
        }

        r2 = Lift(Correlation(series, mean, 2) / zero, lift / n);
        var geometric = 1 + 2 * r1 / (1 - Math.Clamp(r2 / r1, r1, SlowestDecay));
        return Math.Clamp(Math.Max(geometric, Positive(series, mean, zero, lift / n)), 1, n / 2.0);
    }

    // All lags up to the first pair that is not positive, pairs never growing: slow wandering under fast noise shows only there.
    private static double Positive(ReadOnlySpan<double> series, double mean, double zero, double part)
    {
        double sum = -1, last = double.MaxValue;
        for (var lag = 0; lag + 1 < series.Length / 3; lag += 2)
        {
            var first = lag == 0 ? 1 : Lift(Correlation(series, mean, lag) / zero, part);
            var pair = Math.Min(last, first + Lift(Correlation(series, mean, lag + 1) / zero, part));
            if (pair <= 0)
            {
                break;
            }

            sum += 2 * pair;
            last = pair;
        }

        return sum;
    }

    private static double Correlation(ReadOnlySpan<double> series, double mean, int lag)
    {
        var sum = 0.0;
        for (var i = lag; i < series.Length; i++)
        {
            sum += (series[i] - mean) * (series[i - lag] - mean);
        }

        return sum;
    }

    private static double Lift(double correlation, double part) => Math.Min(SlowestDecay, correlation + (1 + 3 * correlation) * part);
}
