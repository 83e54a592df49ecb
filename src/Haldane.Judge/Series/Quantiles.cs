namespace Haldane.Judge.Series;

/// <summary>Order statistics of a sorted sample.</summary>
internal static class Quantiles
{
    /// <summary>The median absolute deviation of a normal sample times this is its standard deviation: 1 / Phi^-1(3/4).</summary>
    public const double MadToDeviation = 1.482602218505602;

    /// <summary>Sorts a copy.</summary>
    public static double[] Sorted(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>A quantile by linear interpolation: type 7 of Hyndman and Fan, The American Statistician 50 (1996).</summary>
    /// <param name="sorted">Ascending, at least one.</param>
    /// <param name="p">0 to 1.</param>
    public static double At(ReadOnlySpan<double> sorted, double p)
    {
        var h = (sorted.Length - 1) * p;
        var below = (int)Math.Floor(h);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] == sorted[above] ? sorted[below] : sorted[below] + (h - below) * (sorted[above] - sorted[below]);
    }

    /// <summary>The median, of values in any order.</summary>
    public static double Median(ReadOnlySpan<double> values) => At(Sorted(values), 0.5);

    /// <summary>The median of the absolute deviations from a centre, not scaled.</summary>
    public static double MedianDeviation(ReadOnlySpan<double> values, double centre)
    {
        var deviations = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            deviations[i] = Math.Abs(values[i] - centre);
        }

        return Median(deviations);
    }
}
