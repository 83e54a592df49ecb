namespace Haldane.Judge.Series;

/// <summary>A metric's values without their unit, on a fixed grid, so that seconds and microseconds give the same answer to the last bit.</summary>
/// <remarks>
/// Values are divided by the median magnitude of both arms' values other than 0 and rounded to 2^-32 of it. Two units differ only by rounding in the 16th digit, which
/// the grid swallows; and on the grid sums and differences are exact, so that what is equal in one unit is equal in all.
/// </remarks>
internal static class UnitFree
{
    private const double Grid = 4294967296;
    private const double Farthest = 1L << 50;

    /// <summary>The size that one stands for, in the metric's unit; above 0.</summary>
    public static double ScaleOf(ReadOnlySpan<double> baseline, ReadOnlySpan<double> canary)
    {
        var sizes = new List<double>(baseline.Length + canary.Length);
        foreach (var value in baseline)
        {
            sizes.Add(Math.Abs(value));
        }

        foreach (var value in canary)
        {
            sizes.Add(Math.Abs(value));
        }

        sizes.RemoveAll(s => s == 0);
        if (sizes.Count == 0)
        {
            return 1;
        }

        // A value of the sample and not a mean of two: a mean could overflow, and rounds differently in different units.
        sizes.Sort();
        return sizes[(sizes.Count - 1) / 2];
    }

    /// <summary>Values on the grid.</summary>
    public static double[] Of(ReadOnlySpan<double> values, double scale)
    {
        var result = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = OnGrid(values[i] / scale);
        }

        return result;
    }

    /// <summary>The nearest point of the grid; what lies 2^18 sizes away is as far as anything gets.</summary>
    public static double OnGrid(double value) => Math.Round(Math.Clamp(value * Grid, -Farthest, Farthest)) / Grid;
}
