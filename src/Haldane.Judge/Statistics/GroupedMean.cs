using Haldane.Core.Evidence;

namespace Haldane.Judge.Statistics;

/// <summary>A mean, or a total, with the standard error that shows between groups of subjects.</summary>
/// <remarks>
/// <para>Mean m = S / N over G groups with sums S_g of N_g numbers: se^2 = G / (G - 1) sum (S_g - m N_g)^2 / N^2. A total N: se^2 = G / (G - 1) sum (N_g - N / G)^2. However often a
/// subject comes, it is in one group, so its repeats are not taken for independent proof (Wolter, "Introduction to Variance Estimation" (2007), chapter 2: random groups, with
/// the ratio estimator linearised).</para>
/// <para>A standard error from G groups is itself uncertain: <see cref="NormalFor"/> turns the t statistic into the normal one of the same chance.</para>
/// </remarks>
internal static class GroupedMean
{
    private const int Freedom = SubjectGroups.Count - 1;

    /// <summary>Variance of a mean.</summary>
    /// <param name="counts">By group.</param>
    /// <param name="sums">By group.</param>
    /// <param name="mean">The mean over all groups.</param>
    /// <param name="total">The count over all groups, above 0.</param>
    public static double VarianceOfMean(ReadOnlySpan<double> counts, ReadOnlySpan<double> sums, double mean, double total)
    {
        var squares = 0.0;
        for (var g = 0; g < counts.Length; g++)
        {
            var rest = sums[g] - mean * counts[g];
            squares += rest * rest;
        }

        return squares * SubjectGroups.Count / Freedom / (total * total);
    }

    /// <summary>Variance of a number that rests on several means, of subjects in the same groups.</summary>
    /// <param name="shifts">By how much each group moves it.</param>
    public static double VarianceOf(ReadOnlySpan<double> shifts)
    {
        var squares = 0.0;
        foreach (var shift in shifts)
        {
            squares += shift * shift;
        }

        return squares * SubjectGroups.Count / Freedom;
    }

    /// <summary>Relative variance of a total: that of its logarithm.</summary>
    public static double RelativeVarianceOfTotal(ReadOnlySpan<long> groups)
    {
        double total = 0, squares = 0;
        foreach (var count in groups)
        {
            total += count;
            squares += (double)count * count;
        }

        return total == 0 ? double.PositiveInfinity : Math.Max(0, squares - total * total / SubjectGroups.Count) * SubjectGroups.Count / Freedom / (total * total);
    }

    /// <summary>The error at which an excess is as improbable under the normal distribution as it is under the t distribution of so many groups.</summary>
    /// <param name="excess">Estimate minus line.</param>
    /// <param name="error">As it shows between groups.</param>
    public static double ErrorFor(double excess, double error) => excess == 0 || !(error > 0) ? error : excess / NormalFor(excess / error);

    /// <summary>The standard normal number that is as improbable as a t statistic with G - 1 degrees of freedom.</summary>
    /// <remarks>z = (8 v + 1) / (8 v + 3) sqrt(v ln(1 + t^2 / v)), v = G - 1: Wallace, Annals of Mathematical Statistics 30 (1959).</remarks>
    public static double NormalFor(double t) =>
        Math.Sign(t) * (8.0 * Freedom + 1) / (8.0 * Freedom + 3) * Math.Sqrt(Freedom * LogSpace.Log1P(t * t / Freedom));
}
