namespace Haldane.Judge.Series;

/// <summary>A metric's points without their unit and, where both arms move together, without what is common to them.</summary>
/// <remarks>The same is taken off both arms at each time, so no difference between them is lost or made.</remarks>
internal sealed class Residuals
{
    // From here on differences at the same time vary less than the arms do; below, noise of one arm would only be added to the other.
    private const double MovesTogether = 0.25;

    private Residuals(TimeCells cells, double scale, double[] baseline, double[] canary)
    {
        (Cells, Scale) = (cells, scale);
        Level = Math.Abs(Quantiles.Median(baseline));
        (BaselineMedian, CanaryMedian) = (Quantiles.Median(baseline), Quantiles.Median(canary));
        Paired = Together(cells, baseline, canary) > MovesTogether;
        var common = Paired ? Trend(cells, baseline, canary) : new double[cells.Count];
        (Baseline, Canary) = (Less(baseline, common, cells.BaselineCell), Less(canary, common, cells.CanaryCell));
        (BaselineCentre, CanaryCentre) = (Quantiles.Median(Baseline), Quantiles.Median(Canary));
        (RawBaseline, RawCanary) = (baseline, canary);
        (Noise, IsSparse) = NoiseOf(Baseline, BaselineCentre, Canary, CanaryCentre);
    }

    /// <summary>The cells.</summary>
    public TimeCells Cells { get; }

    /// <summary>What one stands for, in the metric's unit.</summary>
    public double Scale { get; }

    /// <summary>Size of the baseline's median.</summary>
    public double Level { get; }

    /// <summary>Median of the baseline, with what is common.</summary>
    public double BaselineMedian { get; }

    /// <summary>Median of the canary, with what is common.</summary>
    public double CanaryMedian { get; }

    /// <summary>Whether both arms move together, so that differences at the same time say more than levels.</summary>
    public bool Paired { get; }

    /// <summary>The baseline's points, what is common taken off.</summary>
    public double[] Baseline { get; }

    /// <summary>The canary's points, what is common taken off.</summary>
    public double[] Canary { get; }

    /// <summary>The baseline's points with what is common.</summary>
    public double[] RawBaseline { get; }

    /// <summary>The canary's points with what is common.</summary>
    public double[] RawCanary { get; }

    /// <summary>Median of <see cref="Baseline"/>.</summary>
    public double BaselineCentre { get; }

    /// <summary>Median of <see cref="Canary"/>.</summary>
    public double CanaryCentre { get; }

    /// <summary>Standard deviation of the fluctuation within an arm, robust; 0 when both arms are constant.</summary>
    public double Noise { get; }

    /// <summary>Whether most points are the same (a count that is mostly 0, a constant): ranks of deviations then say nothing that the level does not.</summary>
    public bool IsSparse { get; }

    /// <summary>Takes off unit and common movement.</summary>
    /// <param name="cells">At least one.</param>
    public static Residuals Of(TimeCells cells)
    {
        var scale = UnitFree.ScaleOf(cells.Baseline, cells.Canary);
        return new(cells, scale, UnitFree.Of(cells.Baseline, scale), UnitFree.Of(cells.Canary, scale));
    }

    // Half the points within this of their median; where most points are the same (counts that are mostly 0), the plain deviation.
    private static (double Noise, bool IsSparse) NoiseOf(double[] baseline, double baselineCentre, double[] canary, double canaryCentre)
    {
        var deviations = new double[baseline.Length + canary.Length];
        for (var i = 0; i < baseline.Length; i++)
        {
            deviations[i] = Math.Abs(baseline[i] - baselineCentre);
        }

        for (var i = 0; i < canary.Length; i++)
        {
            deviations[baseline.Length + i] = Math.Abs(canary[i] - canaryCentre);
        }

        var robust = Quantiles.MadToDeviation * Quantiles.Median(deviations);
        if (robust > 0)
        {
            return (robust, false);
        }

        var squares = 0.0;
        foreach (var deviation in deviations)
        {
            squares += deviation * deviation;
        }

        return (Math.Sqrt(squares / deviations.Length), true);
    }

    // Correlation of the arms over cells, symmetric in them (Fisher's intraclass correlation, each arm about its own median), of values cut at three deviations.
    private static double Together(TimeCells cells, double[] baseline, double[] canary)
    {
        var (b, c) = (Cut(cells.BaselineMeans(baseline)), Cut(cells.CanaryMeans(canary)));
        double product = 0, squares = 0;
        for (var k = 0; k < b.Length; k++)
        {
            product += b[k] * c[k];
            squares += (b[k] * b[k] + c[k] * c[k]) / 2;
        }

        return squares > 0 ? product / squares : 0;
    }

    private static double[] Cut(double[] values)
    {
        var median = Quantiles.Median(values);
        var most = 3 * Quantiles.MadToDeviation * Quantiles.MedianDeviation(values, median);
        for (var k = 0; k < values.Length; k++)
        {
            values[k] -= median;
            values[k] = most > 0 ? Math.Clamp(values[k], -most, most) : values[k];
        }

        return values;
    }

    // A running median of what is midway between the arms: it follows the day, not a single point.
    private static double[] Trend(TimeCells cells, double[] baseline, double[] canary)
    {
        var middle = cells.BaselineMeans(baseline);
        var other = cells.CanaryMeans(canary);
        for (var k = 0; k < middle.Length; k++)
        {
            middle[k] = (middle[k] + other[k]) / 2;
        }

        var half = Math.Max(2, cells.Count / 24);
        var trend = new double[cells.Count];
        for (var k = 0; k < trend.Length; k++)
        {
            // As many on both sides, or the ends would lag behind a slope.
            var reach = Math.Min(half, Math.Min(k, trend.Length - 1 - k));
            trend[k] = Quantiles.Median(middle.AsSpan(k - reach, 2 * reach + 1));
        }

        return trend;
    }

    private static double[] Less(double[] values, double[] common, int[] cell)
    {
        var result = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = values[i] - common[cell[i]];
        }

        return result;
    }
}
