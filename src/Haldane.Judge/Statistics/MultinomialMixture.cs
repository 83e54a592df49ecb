using MathNet.Numerics;

namespace Haldane.Judge.Statistics;

/// <summary>The e-process for "the split that is seen is the split that was asked".</summary>
/// <remarks>
/// <para>Of canary and baseline counts c under the asked split t: ln E = ln B(a + c) - ln B(a) - sum c ln t, a = 100 t, B the multivariate beta
/// function: the likelihood of a Dirichlet(100 t) mixture over splits against the asked one. Exact at any number of looks, for units that are
/// assigned independently. Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022, theorem 2. No unit.</para>
/// </remarks>
internal static class MultinomialMixture
{
    // Tuned to splits that are off by some percent: the value that Lindon and Malek use in their examples.
    private const double Concentration = 100;

    /// <summary>Natural logarithm of the e-value.</summary>
    /// <param name="counts">How often each outcome was seen.</param>
    /// <param name="asked">The chance of each outcome, above 0; they sum to 1.</param>
    public static double LogE(ReadOnlySpan<long> counts, ReadOnlySpan<double> asked)
    {
        double total = 0, logE = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            var prior = Concentration * asked[i];
            total += counts[i];
            logE += SpecialFunctions.GammaLn(prior + counts[i]) - SpecialFunctions.GammaLn(prior) - counts[i] * Math.Log(asked[i]);
        }

        return logE - SpecialFunctions.GammaLn(Concentration + total) + SpecialFunctions.GammaLn(Concentration);
    }
}
