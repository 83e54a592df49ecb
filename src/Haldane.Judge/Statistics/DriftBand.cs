using MathNet.Numerics;

namespace Haldane.Judge.Statistics;

/// <summary>What is certain about two mixes of classes, whatever their sizes and at all times.</summary>
/// <remarks>
/// <para>With p the true mix of an arm and n its counts c: n KL(c/n || p) &lt;= ln(1/a) + max log-likelihood - ln DirMult(c; 1/2) at all times with chance 1 - a, the likelihood ratio of a
/// Dirichlet(1/2) mixture. Since JS &lt;= KL / 2 and the square root of JS is a metric (Endres and Schindelin, 2003), sqrt JS of the true mixes lies within sqrt(R_c / 2) + sqrt(R_b / 2) of what was seen,
/// R that bound over n for each arm at half the level.</para>
/// <para>Exact for independent predictions of one distribution per arm and stage. Robbins, Annals of Mathematical Statistics 41 (1970), for mixtures at all times. Natural logarithms and nats.</para>
/// </remarks>
internal static class DriftBand
{
    private const double Prior = 0.5;

    /// <summary>By how much the log-likelihood of the best mix exceeds that of the Dirichlet mixture.</summary>
    public static double Excess(ReadOnlySpan<long> counts)
    {
        double total = 0, best = 0, mixture = 0;
        foreach (var count in counts)
        {
            total += count;
            mixture += SpecialFunctions.GammaLn(Prior + count) - SpecialFunctions.GammaLn(Prior);
        }

        foreach (var count in counts)
        {
            best += count > 0 ? count * Math.Log(count / total) : 0;
        }

        return best - mixture + SpecialFunctions.GammaLn(Prior * counts.Length + total) - SpecialFunctions.GammaLn(Prior * counts.Length);
    }

    /// <summary>The KL divergence that is not exceeded: nats.</summary>
    /// <param name="excess">See <see cref="Excess"/>.</param>
    /// <param name="total">Observations, above 0.</param>
    /// <param name="at">ln(1 / a).</param>
    public static double Radius(double excess, double total, double at) => (at + excess) / total;

    /// <summary>Half-width of the band around the distance, the square root of nats.</summary>
    public static double HalfWidth(double canaryExcess, double canary, double baselineExcess, double baseline, double at) =>
        Math.Sqrt(Radius(canaryExcess, canary, at + Math.Log(2)) / 2) + Math.Sqrt(Radius(baselineExcess, baseline, at + Math.Log(2)) / 2);

    /// <summary>Natural logarithm of the e-value against "no class is more frequent on one arm than on the other".</summary>
    /// <remarks>
    /// For each class a Beta(rho, 1 - rho) mixture over the chance that one of its predictions is the canary's, against rho, the canary's part of all predictions. Lindon and Malek, NeurIPS 2022. It
    /// says that something differs, not that it differs by much.
    /// </remarks>
    public static double AnyChangeLogE(ReadOnlySpan<long> canary, ReadOnlySpan<long> baseline)
    {
        double canaries = 0, all = 0, logE = 0;
        for (var k = 0; k < canary.Length; k++)
        {
            canaries += canary[k];
            all += canary[k] + baseline[k];
        }

        var share = canaries / all;
        for (var k = 0; k < canary.Length; k++)
        {
            double c = canary[k], b = baseline[k];
            logE += LogBeta(share + c, 1 - share + b) - LogBeta(share, 1 - share) - c * Math.Log(share) - b * Math.Log(1 - share);
        }

        return logE;
    }

    private static double LogBeta(double a, double b) => SpecialFunctions.GammaLn(a) + SpecialFunctions.GammaLn(b) - SpecialFunctions.GammaLn(a + b);
}
