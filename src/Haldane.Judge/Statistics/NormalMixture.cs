using MathNet.Numerics;

namespace Haldane.Judge.Statistics;

/// <summary>Turns an estimate that is asymptotically normal into a one-sided e-value, and that into a bound.</summary>
/// <remarks>
/// <para>z = (estimate - line) / se, g = (effect / se)^2: ln e = ln 2 - ln(g + 1)/2 + z^2 g / (2 (g + 1)) + ln Phi(z sqrt(g / (g + 1))): the
/// likelihood ratio of a half-normal mixture over effects on the harmful side, against the line. <c>effect</c> is the size that the mixture is
/// tuned to, in the estimate's unit; it moves speed, not validity.</para>
/// <para>Asymptotic: the estimate must be close to normal with a known se, which the caller's gate sees to. Waudby-Smith, Arbour, Sinha, Kennedy and
/// Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52 (2024), proposition 2.5 and
/// appendix B.2 (one-sided); the mixture is that of Howard et al. (2021), proposition 6.</para>
/// </remarks>
internal static class NormalMixture
{
    /// <summary>Natural logarithm of the e-value against "the value is at most the line".</summary>
    /// <param name="excess">Estimate minus line.</param>
    /// <param name="error">Standard error of the estimate; above 0.</param>
    /// <param name="effect">What the mixture is tuned to; above 0.</param>
    public static double LogE(double excess, double error, double effect)
    {
        var z = excess / error;
        var g = effect / error * (effect / error);
        var shrink = g / (g + 1);
        return Math.Log(2) - 0.5 * Math.Log(g + 1) + 0.5 * z * z * shrink + LogNormalCdf(z * Math.Sqrt(shrink));
    }

    /// <summary>How far the one-sided bound lies from the estimate.</summary>
    /// <remarks>se sqrt(2 (g + 1)/g ln(1 + sqrt(g + 1)/(2 a))), slightly wider than the inverse of <see cref="LogE"/>.</remarks>
    /// <param name="at">ln(1 / a), a the chance of ever being wrong.</param>
    /// <param name="error">Standard error of the estimate; above 0.</param>
    /// <param name="effect">What the mixture is tuned to; above 0.</param>
    public static double Margin(double at, double error, double effect)
    {
        var g = effect / error * (effect / error);
        return error * Math.Sqrt(2 * (g + 1) / g * LogSpace.Add(0, 0.5 * Math.Log(g + 1) - Math.Log(2) + at));
    }

    /// <summary>ln Phi(x).</summary>
    public static double LogNormalCdf(double x)
    {
        if (x > -20)
        {
            return Math.Log(0.5 * SpecialFunctions.Erfc(-x / Math.Sqrt(2)));
        }

        // Erfc would run out of range; the first terms of the asymptotic series are exact to 1e-9 here.
        var s = 1 / (x * x);
        return -0.5 * x * x - Math.Log(-x * Math.Sqrt(2 * Math.PI)) + LogSpace.Log1P(-s * (1 - s * (3 - 15 * s)));
    }
}
