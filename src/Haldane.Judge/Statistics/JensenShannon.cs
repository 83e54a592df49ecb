using Haldane.Core;

namespace Haldane.Judge.Statistics;

/// <summary>The Jensen-Shannon divergence of two arms' classes, in bits, with its standard error and bias.</summary>
/// <remarks>
/// <para>JS(p, q) = (KL(p || m) + KL(q || m)) / 2, m = (p + q) / 2, base 2 (the divergence, not the distance, which is its square root). Delta method:
/// se^2 = Var_p(g) / n_c + Var_q(h) / n_b, g = log(p / m) / 2, h = log(q / m) / 2. The plug-in estimate is too high by about
/// (K - 1) (1/n_c + 1/n_b) / 8 nats, K the classes that occurred; with no drift n-fold JS is chi-square with K - 1 degrees of freedom.</para>
/// <para>Near 0 the delta method's se goes to 0 with JS itself, and a canary at the bad line that looks like no drift by chance would seem certain.
/// So lines are compared on the distance sqrt(JS), which is variance-stabilised: d = sqrt(JS), se_d = se / (2 d), and never below its value at no
/// drift, sqrt((1/n_c + 1/n_b) / 8) for nats.</para>
/// <para>Lin, "Divergence measures based on the Shannon entropy", IEEE Trans. Inf. Theory 37 (1991); Endres and Schindelin (2003) for the distance;
/// Grosse et al., Phys. Rev. E 65 (2002) for the bias. Asymptotic; assumes independent predictions within an arm and stage.</para>
/// </remarks>
/// <param name="Bits">The plug-in estimate of the divergence, bits.</param>
/// <param name="Bias">By how much it is too high when nothing drifts, bits.</param>
/// <param name="Error">Standard error of the divergence, bits.</param>
/// <param name="DistanceError">Standard error of the distance, the square root of bits.</param>
internal readonly record struct JensenShannon(double Bits, double Bias, double Error, double DistanceError)
{
    /// <summary>Compares two counts by class.</summary>
    /// <param name="canary">By class; at least one above 0.</param>
    /// <param name="baseline">By class, as many; at least one above 0.</param>
    public static JensenShannon Of(ReadOnlySpan<long> canary, ReadOnlySpan<long> baseline)
    {
        double canaryTotal = canary.Sum(), baselineTotal = baseline.Sum();
        double js = 0, meanC = 0, squareC = 0, meanB = 0, squareB = 0;
        var occurred = 0;
        for (var i = 0; i < canary.Length; i++)
        {
            double p = canary[i] / canaryTotal, q = baseline[i] / baselineTotal, m = (p + q) / 2;
            var g = p > 0 ? 0.5 * Math.Log2(p / m) : 0;
            var h = q > 0 ? 0.5 * Math.Log2(q / m) : 0;
            js += p * g + q * h;
            (meanC, squareC) = (meanC + p * g, squareC + p * g * g);
            (meanB, squareB) = (meanB + q * h, squareB + q * h * h);
            occurred += m > 0 ? 1 : 0;
        }

        var scarcity = (1 / canaryTotal + 1 / baselineTotal) / (8 * Math.Log(2));
        var variance = Math.Max(0, squareC - meanC * meanC) / canaryTotal + Math.Max(0, squareB - meanB * meanB) / baselineTotal;
        var (bits, error) = (Math.Clamp(js, 0, 1), Math.Sqrt(variance));
        var distance = Math.Sqrt(bits);
        return new(bits, (occurred - 1) * scarcity, error, Math.Max(Math.Sqrt(scarcity), distance > 0 ? error / (2 * distance) : 0));
    }
}
