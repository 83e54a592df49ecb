using Haldane.Core.Series;

namespace Haldane.Judge.Series;

/// <summary>One question to a metric as a series of scores, one a cell: positive where the canary looks worse than the line that is asked about.</summary>
/// <remarks>
/// On the line a score is as likely as its negative. So the sum over a window, divided by the root of the sum of squares, is judged by flipping signs; it is
/// sub-Gaussian whatever the scores' distribution (Hoeffding 1963; de la Pena, Lai and Shao, "Self-Normalized Processes", 2009), so windows and questions compare.
/// </remarks>
internal sealed class ScoreSeries
{
    private static readonly double[] LevelStarts = [0, 1 / 3.0, 1 / 2.0, 2 / 3.0, 3 / 4.0, 5 / 6.0];
    private static readonly double[] OtherStarts = [0, 1 / 2.0, 3 / 4.0];
    private const int FewestCells = 6;

    public ScoreSeries(SeriesAspect aspect, double[] scores, double inflation, int from)
    {
        (Aspect, Scores, Inflation) = (aspect, scores, inflation);
        var length = scores.Length - from;
        Starts = [.. (aspect == SeriesAspect.Level ? LevelStarts : OtherStarts)
            .Select(f => from + (int)Math.Round(f * length)).Where((s, i) => i == 0 || scores.Length - s >= FewestCells)];
        HasRamp = aspect == SeriesAspect.Level && length >= 2 * FewestCells;
        From = from;
        Norms = new double[Starts.Length + (HasRamp ? 1 : 0)];
        for (var w = 0; w < Starts.Length; w++)
        {
            Norms[w] = Root(Starts[w], false);
        }

        if (HasRamp)
        {
            Norms[^1] = Root(from, true);
        }
    }

    /// <summary>What is asked about.</summary>
    public SeriesAspect Aspect { get; }

    /// <summary>One a cell.</summary>
    public double[] Scores { get; }

    /// <summary>By how much sums vary more than independent scores would let them.</summary>
    public double Inflation { get; }

    /// <summary>The first cell that counts.</summary>
    public int From { get; }

    /// <summary>Where windows begin, ascending; each ends with the series.</summary>
    public int[] Starts { get; }

    /// <summary>Whether a sum with weights that grow towards the end is looked at too, for slow ramps; it is the last of the statistics.</summary>
    public bool HasRamp { get; }

    /// <summary>The root of the sum of squares of each statistic.</summary>
    public double[] Norms { get; }

    /// <summary>The weight of a cell in the ramp.</summary>
    public double RampWeight(int cell) => (cell - From + 1.0) / (Scores.Length - From);

    /// <summary>Each statistic, in standard deviations, with what autocorrelation takes off.</summary>
    public double[] Observed()
    {
        var result = new double[Norms.Length];
        for (var w = 0; w < result.Length; w++)
        {
            var isRamp = w == Starts.Length;
            var start = isRamp ? From : Starts[w];
            var sum = 0.0;
            for (var k = start; k < Scores.Length; k++)
            {
                sum += Scores[k] * (isRamp ? RampWeight(k) : 1);
            }

            result[w] = Norms[w] > 0 ? Deflated(sum / Norms[w], Scores.Length - start) : 0;
        }

        return result;
    }

    /// <summary>A statistic of so many cells, smaller by what autocorrelation and the uncertainty about it take off.</summary>
    /// <remarks>Student's t to normal: Wallace, Ann. Math. Stat. 30 (1959), with as many degrees of freedom as there are independent cells, less one.</remarks>
    public double Deflated(double value, int cells)
    {
        if (Inflation <= 1)
        {
            return value;
        }

        var freedom = Math.Max(1, cells / Inflation - 1);
        var t = value / Math.Sqrt(Inflation);
        return Math.Sign(t) * (8 * freedom + 1) / (8 * freedom + 3) * Math.Sqrt(freedom * Math.Log(1 + t * t / freedom));
    }

    private double Root(int start, bool ramp)
    {
        var sum = 0.0;
        for (var k = start; k < Scores.Length; k++)
        {
            var score = Scores[k] * (ramp ? RampWeight(k) : 1);
            sum += score * score;
        }

        return Math.Sqrt(sum);
    }
}
