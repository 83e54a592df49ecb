using MathNet.Numerics;

namespace Haldane.Judge.Statistics;

/// <summary>The expected calibration error of labelled predictions, with its standard error and bias.</summary>
/// <remarks>
/// <para>ECE = sum n_k / n |right_k / n_k - mean confidence_k| over equal bins of confidence. Each bin's gap has the variance p (1 - p) / n_k, p shrunk by half a label; chance makes the sum too large, by
/// E|N(g, s)| - |g| in each bin at the gap g that is left when its own variance is taken off.</para>
/// <para>Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015; the bias: Brocker, "Estimating reliability and resolution of
/// probability forecasts", Climate Dynamics 39 (2012). Asymptotic; assumes independent labels. All numbers are fractions.</para>
/// </remarks>
/// <param name="Value">The plug-in estimate.</param>
/// <param name="Bias">By how much chance makes it too large.</param>
/// <param name="Error">Standard error.</param>
internal readonly record struct CalibrationError(double Value, double Bias, double Error)
{
    /// <summary>Of weighted counts by bin.</summary>
    /// <param name="labelled">Labels by bin, weighted.</param>
    /// <param name="right">Those that agree, weighted.</param>
    /// <param name="confidence">Sums of confidence, weighted.</param>
    /// <param name="squares">Sums of the squared weights of labels; equal to <paramref name="labelled"/> when every label weighs 1.</param>
    public static CalibrationError Of(ReadOnlySpan<double> labelled, ReadOnlySpan<double> right, ReadOnlySpan<double> confidence, ReadOnlySpan<double> squares)
    {
        var total = 0.0;
        foreach (var n in labelled)
        {
            total += n;
        }

        double value = 0, bias = 0, variance = 0;
        for (var k = 0; k < labelled.Length; k++)
        {
            if (labelled[k] == 0)
            {
                continue;
            }

            var weight = labelled[k] / total;
            var gap = Math.Abs(right[k] - confidence[k]) / labelled[k];
            var shrunk = (right[k] + 0.5) / (labelled[k] + 1);
            var own = shrunk * (1 - shrunk) * squares[k] / (labelled[k] * labelled[k]);
            value += weight * gap;
            variance += weight * weight * own;
            bias += weight * Excess(Math.Sqrt(Math.Max(0, gap * gap - own)), Math.Sqrt(own));
        }

        return new(value, Math.Min(bias, value), Math.Sqrt(variance));
    }

    // E|N(mean, s)| - mean, the folded normal's excess.
    private static double Excess(double mean, double s)
    {
        var z = mean / s;
        return s * Math.Sqrt(2 / Math.PI) * Math.Exp(-0.5 * z * z) - mean * SpecialFunctions.Erfc(z / Math.Sqrt(2));
    }
}
