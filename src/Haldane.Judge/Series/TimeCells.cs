using Haldane.Core.Series;

namespace Haldane.Judge.Series;

/// <summary>Time cut into cells that each hold points of both arms, as near to each other in time as there are.</summary>
/// <remarks>
/// Without harm the two sides of a cell could as well be swapped: whatever was common at that time (the hour of the day, a shared incident) is on both. That is the null
/// that all tests here rest on. Points without a counterpart near by join the nearest cell; where an arm is silent for long, the other's points are left out.
/// </remarks>
internal sealed class TimeCells
{
    // A point up to this many steps away from a cell still belongs to it: a gap of one or two points does not cost the other arm's.
    private const double Reach = 2.05;

    private TimeCells(int count, double[] baseline, int[] baselineCell, double[] canary, int[] canaryCell, double[] times)
    {
        (Count, Baseline, BaselineCell, Canary, CanaryCell, Times) = (count, baseline, baselineCell, canary, canaryCell, times);
        (BaselineSizes, CanarySizes) = (Sizes(count, baselineCell), Sizes(count, canaryCell));
    }

    /// <summary>Points that the baseline has, in cells or not.</summary>
    public required int BaselineCount { get; init; }

    /// <summary>Points that the canary has, in cells or not.</summary>
    public required int CanaryCount { get; init; }

    /// <summary>How many cells.</summary>
    public int Count { get; }

    /// <summary>The baseline's values that lie in cells, in the metric's unit and in time order.</summary>
    public double[] Baseline { get; }

    /// <summary>The cell of each of <see cref="Baseline"/>.</summary>
    public int[] BaselineCell { get; }

    /// <summary>The canary's values that lie in cells, in the metric's unit and in time order.</summary>
    public double[] Canary { get; }

    /// <summary>The cell of each of <see cref="Canary"/>.</summary>
    public int[] CanaryCell { get; }

    /// <summary>The time of each cell, ascending.</summary>
    public double[] Times { get; }

    private int[] BaselineSizes { get; }

    private int[] CanarySizes { get; }

    /// <summary>Which arm fell silent before the last quarter of the window while the other went on; null when none did.</summary>
    public Core.Arm? Silent { get; private init; }

    /// <summary>Cuts.</summary>
    public static TimeCells Of(MetricSeries metric)
    {
        var (baseline, baselineTimes) = Present(metric.Baseline);
        var (canary, canaryTimes) = Present(metric.Canary);
        if (baseline.Length == 0 || canary.Length == 0)
        {
            return new(0, [], [], [], [], []) { BaselineCount = baseline.Length, CanaryCount = canary.Length };
        }

        Align(metric, baselineTimes, canaryTimes);
        var step = Math.Max(Step(baselineTimes), Step(canaryTimes));
        var sparseIsCanary = canaryTimes.Length <= baselineTimes.Length;
        var (seeds, others) = sparseIsCanary ? (canaryTimes, baselineTimes) : (baselineTimes, canaryTimes);
        var taken = new bool[seeds.Length];
        foreach (var time in others)
        {
            var seed = Nearest(seeds, time);
            taken[seed] |= Math.Abs(seeds[seed] - time) <= step * 0.75;
        }

        double[] times = [.. seeds.Where((_, i) => taken[i])];
        var (b, bCell) = Assign(times, baseline, baselineTimes, step);
        var (c, cCell) = Assign(times, canary, canaryTimes, step);
        return new(times.Length, b, bCell, c, cCell, times)
        {
            BaselineCount = baseline.Length,
            CanaryCount = canary.Length,
            Silent = WhoIsSilent(baselineTimes, canaryTimes),
        };
    }

    /// <summary>The cells from one on.</summary>
    public TimeCells Since(int from)
    {
        var (b, bCell) = Keep(Baseline, BaselineCell, from);
        var (c, cCell) = Keep(Canary, CanaryCell, from);
        return from == 0 ? this : new(Count - from, b, bCell, c, cCell, Times[from..]) { BaselineCount = BaselineCount, CanaryCount = CanaryCount, Silent = Silent };
    }

    /// <summary>The mean score of the canary's points less the mean of the baseline's, in each cell.</summary>
    public double[] Contrast(ReadOnlySpan<double> baselineScores, ReadOnlySpan<double> canaryScores)
    {
        var canary = Means(canaryScores, CanaryCell, CanarySizes);
        var baseline = Means(baselineScores, BaselineCell, BaselineSizes);
        for (var k = 0; k < Count; k++)
        {
            canary[k] -= baseline[k];
        }

        return canary;
    }

    /// <summary>The mean of the baseline's scores in each cell.</summary>
    public double[] BaselineMeans(ReadOnlySpan<double> scores) => Means(scores, BaselineCell, BaselineSizes);

    /// <summary>The mean of the canary's scores in each cell.</summary>
    public double[] CanaryMeans(ReadOnlySpan<double> scores) => Means(scores, CanaryCell, CanarySizes);

    private static (double[] Values, int[] Cells) Keep(double[] values, int[] cells, int from)
    {
        var first = Array.FindIndex(cells, c => c >= from);
        return first < 0 ? ([], []) : (values[first..], Array.ConvertAll(cells[first..], c => c - from));
    }

    private static double[] Means(ReadOnlySpan<double> scores, int[] cells, int[] sizes)
    {
        var means = new double[sizes.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            means[cells[i]] += scores[i];
        }

        for (var k = 0; k < means.Length; k++)
        {
            means[k] /= sizes[k];
        }

        return means;
    }

    private static (double[] Values, double[] Times) Present(IReadOnlyList<SeriesPoint> points)
    {
        var (values, times) = (new List<double>(points.Count), new List<double>(points.Count));
        for (var i = 0; i < points.Count; i++)
        {
            if (double.IsFinite(points[i].Value))
            {
                values.Add(points[i].Value);
                times.Add(points[i].Time ?? i);
            }
        }

        return ([.. values], [.. times]);
    }

    // Without times, series of different lengths are taken to span the same window. With times that do not meet (yesterday's baseline), both start at 0.
    private static void Align(MetricSeries metric, double[] baseline, double[] canary)
    {
        if (metric.Baseline[0].Time is null || metric.Canary[0].Time is null)
        {
            if (metric.Baseline.Count != metric.Canary.Count)
            {
                Stretch(baseline, metric.Baseline.Count);
                Stretch(canary, metric.Canary.Count);
            }

            return;
        }

        var common = Math.Min(baseline[^1], canary[^1]) - Math.Max(baseline[0], canary[0]);
        if (common < 0.5 * Math.Min(baseline[^1] - baseline[0], canary[^1] - canary[0]))
        {
            Shift(baseline, (double)metric.Baseline[0].Time!);
            Shift(canary, (double)metric.Canary[0].Time!);
        }
    }

    private static void Stretch(double[] times, int count)
    {
        for (var i = 0; i < times.Length; i++)
        {
            times[i] = (times[i] + 0.5) / count;
        }
    }

    private static void Shift(double[] times, double start)
    {
        for (var i = 0; i < times.Length; i++)
        {
            times[i] -= start;
        }
    }

    private static double Step(double[] times)
    {
        if (times.Length < 2)
        {
            return 0;
        }

        var steps = new double[times.Length - 1];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = times[i + 1] - times[i];
        }

        return Quantiles.Median(steps);
    }

    private static (double[] Values, int[] Cells) Assign(double[] cells, double[] values, double[] times, double step)
    {
        var (kept, assigned) = (new List<double>(values.Length), new List<int>(values.Length));
        for (var i = 0; i < times.Length && cells.Length > 0; i++)
        {
            var cell = Nearest(cells, times[i]);
            if (Math.Abs(cells[cell] - times[i]) <= Reach * step)
            {
                kept.Add(values[i]);
                assigned.Add(cell);
            }
        }

        return ([.. kept], [.. assigned]);
    }

    private static int Nearest(double[] sorted, double value)
    {
        var at = Array.BinarySearch(sorted, value);
        if (at >= 0)
        {
            return at;
        }

        at = ~at;
        return at == 0 ? 0 : at == sorted.Length || value - sorted[at - 1] <= sorted[at] - value ? at - 1 : at;
    }

    private static int[] Sizes(int count, int[] cells)
    {
        var sizes = new int[count];
        foreach (var cell in cells)
        {
            sizes[cell]++;
        }

        return sizes;
    }

    private static Core.Arm? WhoIsSilent(double[] baseline, double[] canary)
    {
        var (start, end) = (Math.Min(baseline[0], canary[0]), Math.Max(baseline[^1], canary[^1]));
        var lastQuarter = end - (end - start) / 4;
        var (ofBaseline, ofCanary) = (baseline.Count(t => t >= lastQuarter), canary.Count(t => t >= lastQuarter));
        return (ofBaseline, ofCanary) switch
        {
            (0, >= 5) => Core.Arm.Baseline,
            (>= 5, 0) => Core.Arm.Canary,
            _ => null,
        };
    }
}
