using Haldane.Core.Series;
using MathNet.Numerics.Distributions;

namespace Haldane.Judge.Series;

/// <summary>Turns questions about a metric into scores.</summary>
internal sealed class Questions(Residuals residuals)
{
    // Nearly efficient for normal noise (99 % at 2 deviations), and no point counts for more than its neighbours however far it lies: Huber, Ann. Math. Stat. 35 (1964).
    private const double HuberCut = 2;

    // Twice as far as the quartile and twice again: rare in any noise, common in a damaged tail.
    private const double FenceDeviations = 4;
    private const double TopPart = 0.2;
    private const double ClearStep = 5;

    private readonly Residuals _residuals = residuals;
    private readonly TimeCells _cells = residuals.Cells;

    /// <summary>Is the canary's level further out than the line, in the direction of the sign?</summary>
    /// <remarks>Differences at the same time where the arms move together, else both arms, the canary moved by the line, about their median; cut as Huber does.</remarks>
    public double[] Level(int sign, double line)
    {
        var shift = sign * line;
        if (!_residuals.Paired)
        {
            var moved = Map(_residuals.Canary, x => x - shift);
            var (centre, cut) = (Quantiles.Median([.. _residuals.Baseline, .. moved]), Cut(_residuals.Noise));
            return Signed(sign, Contrast(
                _residuals.Baseline, x => Math.Clamp(x - centre, -cut, cut), moved, x => Math.Clamp(x - centre, -cut, cut)));
        }

        var differences = Contrast(_residuals.RawBaseline, x => x, _residuals.RawCanary, x => x);
        var middle = Quantiles.Median(differences);
        var most = Cut(Quantiles.MadToDeviation * Quantiles.MedianDeviation(differences, middle));
        for (var k = 0; k < differences.Length; k++)
        {
            differences[k] = Math.Clamp(differences[k] - shift, -most, most);
        }

        return Signed(sign, differences);
    }

    /// <summary>Does the canary fluctuate more than the baseline times the line?</summary>
    /// <remarks>
    /// Half-normal scores of the ranks of the deviations from each arm's median, before and after a clear step of the level each its own: a level that moved is no
    /// fluctuation, least of all one that moved for the better. Fligner and Killeen, JASA 71 (1976).
    /// </remarks>
    public double[] Spread(double line)
    {
        var step = Step();
        var baseline = Deviations(_residuals.Baseline, _cells.BaselineCell, step, 1);
        var canary = Deviations(_residuals.Canary, _cells.CanaryCell, step, line);
        var ranks = Ranks.Of(baseline, canary);
        for (var i = 0; i < ranks.Length; i++)
        {
            ranks[i] = Normal.InvCDF(0, 1, 0.5 + ranks[i] / (2.0 * (ranks.Length + 1)));
        }

        return _cells.Contrast(ranks.AsSpan(0, baseline.Length), ranks.AsSpan(baseline.Length));
    }

    /// <summary>Has the canary more points beyond a fence than the baseline?</summary>
    /// <remarks>The fence stands four robust deviations of that side from the pooled median; points of the canary are moved by the fine line first.</remarks>
    public double[] Fence(int sign, double line)
    {
        var sorted = Quantiles.Sorted(Pooled());
        var middle = Quantiles.At(sorted, 0.5);
        var quarter = sign * (Quantiles.At(sorted, sign > 0 ? 0.75 : 0.25) - middle) / 0.6744897501960817;
        var fence = FenceDeviations * (quarter > 0 ? quarter : _residuals.Noise);
        return fence > 0
            ? Contrast(_residuals.Baseline, x => sign * (x - middle) > fence ? 1 : 0, _residuals.Canary, x => sign * (x - middle) - line > fence ? 1 : 0)
            : new double[_cells.Count];
    }

    /// <summary>Does the canary fill more of the top fifth, and of its top, than the baseline?</summary>
    /// <remarks>Exponential scores of the ranks (Savage, Ann. Math. Stat. 27 (1956)), 0 below the top fifth; deviations of the canary are first made smaller by both lines.</remarks>
    public double[] Top(int sign, double line, double spreadLine)
    {
        var (centre, canaryCentre) = (_residuals.BaselineCentre, _residuals.CanaryCentre);
        var baseline = Map(_residuals.Baseline, x => sign * (x - centre));
        var canary = Map(_residuals.Canary, x => sign * (canaryCentre - centre + (x - canaryCentre) / spreadLine) - line);
        var ranks = Ranks.Of(baseline, canary);
        for (var i = 0; i < ranks.Length; i++)
        {
            ranks[i] = Math.Max(0, -Math.Log(1 - ranks[i] / (ranks.Length + 1)) + Math.Log(TopPart));
        }

        return _cells.Contrast(ranks.AsSpan(0, baseline.Length), ranks.AsSpan(baseline.Length));
    }

    /// <summary>The baseline's own scores, a mean for each cell, by which resemblance of neighbours is measured: its level (without the trend) or its fluctuation.</summary>
    public double[] BaselineScores(SeriesAspect aspect)
    {
        var (centre, cut) = (_residuals.BaselineCentre, Cut(_residuals.Noise));
        return _cells.BaselineMeans(Map(_residuals.Baseline, x => aspect switch
        {
            SeriesAspect.Level => Math.Clamp(x - centre, -cut, cut),
            _ => Math.Min(Math.Abs(x - centre), 2 * cut),
        }));
    }

    private static double Cut(double noise) => noise > 0 ? HuberCut * noise : double.MaxValue;

    private double[] Pooled() => [.. _residuals.Baseline, .. _residuals.Canary];

    private double[] Contrast(double[] baseline, Func<double, double> ofBaseline, double[] canary, Func<double, double> ofCanary) =>
        _cells.Contrast(Map(baseline, ofBaseline), Map(canary, ofCanary));

    // The cell at which the level clearly steps; 0 when it does not.
    private int Step()
    {
        var scores = Level(1, 0);
        var cut = TwoParts.Of(scores);
        return cut.Contrast(scores.Length) > ClearStep * ClearStep ? cut.At : 0;
    }

    private static double[] Deviations(double[] values, int[] cells, int step, double line)
    {
        var first = Array.FindIndex(cells, c => c >= step);
        var late = Quantiles.Median(values.AsSpan(first));
        var early = first > 0 ? Quantiles.Median(values.AsSpan(0, first)) : late;
        var result = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = UnitFree.OnGrid(Math.Abs(values[i] - (i < first ? early : late)) / line);
        }

        return result;
    }

    private static double[] Map(double[] values, Func<double, double> map)
    {
        var result = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = map(values[i]);
        }

        return result;
    }

    private static double[] Signed(int sign, double[] scores) => sign > 0 ? scores : Map(scores, x => -x);
}
