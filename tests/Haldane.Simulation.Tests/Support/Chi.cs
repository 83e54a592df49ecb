namespace Haldane.Simulation.Tests.Support;

/// <summary>Compares what was counted with what was expected.</summary>
internal static class Chi
{
    /// <summary>Pearson's statistic must lie within five standard deviations of its mean: with seeds fixed, that decides about code, not about luck.</summary>
    public static void Fits(IReadOnlyList<double> expected, IReadOnlyList<double> counted, double least = 5)
    {
        // Kinds that are expected rarely are thrown together.
        double statistic = 0, rareExpected = 0, rareCounted = 0;
        var kinds = 0;
        for (var i = 0; i < expected.Count; i++)
        {
            if (expected[i] < least)
            {
                (rareExpected, rareCounted) = (rareExpected + expected[i], rareCounted + counted[i]);
                continue;
            }

            statistic += Math.Pow(counted[i] - expected[i], 2) / expected[i];
            kinds++;
        }

        if (rareExpected >= least)
        {
            statistic += Math.Pow(rareCounted - rareExpected, 2) / rareExpected;
            kinds++;
        }

        var freedom = kinds - 1;
        Assert.True(statistic < freedom + 5 * Math.Sqrt(2.0 * freedom), $"chi-square {statistic:0.0} with {freedom} degrees of freedom");
        Assert.True(Math.Abs(counted.Sum() - expected.Sum()) <= 1e-6 * expected.Sum(), $"{counted.Sum()} counted, {expected.Sum()} expected in all");
    }

    /// <summary>A mean of so many draws must lie within five standard errors.</summary>
    public static void Near(double expected, double deviation, double mean, long draws) =>
        Assert.True(Math.Abs(mean - expected) <= 5 * deviation / Math.Sqrt(draws), $"mean {mean} of {draws} draws, expected {expected} +- {deviation / Math.Sqrt(draws)}");
}
