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

    /// <summary>Variance of a mean, or of a number that rests on several means of subjects in the same groups.</summary>
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

    /// <summary>How many groups there are in effect: that many of the same size would be as uneven a sample; 0 of nothing.</summary>
    /// <remarks>(sum n_g)^2 / sum n_g^2: Kish, "Survey Sampling" (1965), section 8.2.</remarks>
    public static double GroupsInEffect(ReadOnlySpan<long> groups)
    {
        var (total, squares) = Sizes(groups);
        return total == 0 ? 0 : total * total / squares;
    }

    /// <summary>How many more observations the subject of an observation has on average, K - 1; around 0 where each subject has one, and 0 of nothing.</summary>
    /// <remarks>K = sum n_u^2 / n: Kish (1965), section 8.2, clusters of unequal size. Subjects fall on G groups by hash, so it is read from the groups: sum (n_g - n / G)^2 / (1 - 1 / G) / n.</remarks>
    public static double Repeats(ReadOnlySpan<long> groups)
    {
        var (total, squares) = Sizes(groups);
        return total == 0 ? 0 : VarianceOfTotal(total, squares) / total - 1;
    }

    /// <summary>Relative variance of a total: that of its logarithm.</summary>
    public static double RelativeVarianceOfTotal(ReadOnlySpan<long> groups)
    {
        var (total, squares) = Sizes(groups);
        return total == 0 ? double.PositiveInfinity : VarianceOfTotal(total, squares) / (total * total);
    }

    /// <summary>The error at which an excess is as improbable under the normal distribution as it is under the t distribution of so many groups.</summary>
    /// <param name="excess">Estimate minus line.</param>
    /// <param name="error">As it shows between groups.</param>
    public static double ErrorFor(double excess, double error) => excess == 0 || !(error > 0) ? error : excess / NormalFor(excess / error);

    /// <summary>The standard normal number that is as improbable as a t statistic with G - 1 degrees of freedom.</summary>
    /// <remarks>z = (8 v + 1) / (8 v + 3) sqrt(v ln(1 + t^2 / v)), v = G - 1: Wallace, Annals of Mathematical Statistics 30 (1959).</remarks>
    public static double NormalFor(double t) =>
        Math.Sign(t) * Wallace(Freedom) * Math.Sqrt(Freedom * LogSpace.Log1P(t * t / Freedom));

    /// <summary>By how much a variance that shows between few clusters is to be widened, so that under the normal distribution what lies far out is as improbable as it is under the t distribution.</summary>
    /// <remarks>t^2 / z^2 at z = 4, about where a guard's part of a rollout's level lies; t by Wallace's formula the other way round.</remarks>
    /// <param name="clusters">How many in effect, above 1.</param>
    public static double Widening(double clusters)
    {
        const double Square = 4 * 4;
        var freedom = clusters - 1;
        var root = Wallace(freedom);
        return freedom * (Math.Exp(Square / (root * root * freedom)) - 1) / Square;
    }

    private static double Wallace(double freedom) => (8 * freedom + 1) / (8 * freedom + 3);

    private static double VarianceOfTotal(double total, double squares) => Math.Max(0, squares - total * total / SubjectGroups.Count) * SubjectGroups.Count / Freedom;

    private static (double Total, double Squares) Sizes(ReadOnlySpan<long> groups)
    {
        double total = 0, squares = 0;
        foreach (var count in groups)
        {
            total += count;
            squares += (double)count * count;
        }

        return (total, squares);
    }
}
