using Haldane.Core.Series;

namespace Haldane.Judge.Series;

/// <summary>One question to a metric as a series of scores, one a cell: positive where the canary looks worse than the line that is asked about.</summary>
/// <remarks>
/// Each window that ends with the series has a statistic of Student's kind: the root of its length times its mean, divided by its standard deviation, which counts as at least
/// that of the whole series about its two best parts, so that six alike points by chance prove nothing. A last statistic weighs cells by their place, for slow ramps.
/// </remarks>
internal sealed class ScoreSeries
{
    private const int FewestCells = 6;
    private static readonly double[] LevelStarts = [0, 1 / 3.0, 1 / 2.0, 2 / 3.0, 3 / 4.0, 5 / 6.0];
    private static readonly double[] OtherStarts = [0, 1 / 2.0];

    /// <summary>Asks.</summary>
    /// <param name="aspect">What about.</param>
    /// <param name="scores">One a cell.</param>
    /// <param name="inflation">By how much sums vary more than independent scores would let them.</param>
    public ScoreSeries(SeriesAspect aspect, double[] scores, double inflation)
    {
        (Aspect, Scores, Inflation) = (aspect, scores, inflation);
        Starts = [.. (aspect == SeriesAspect.Level ? LevelStarts : OtherStarts)
            .Select(f => (int)Math.Round(f * scores.Length)).Where((s, i) => i == 0 || scores.Length - s >= FewestCells)];
        HasRamp = aspect == SeriesAspect.Level;
        LeastVariance = TwoParts.Of(scores).Variance;
        RampNorm = Math.Sqrt(Enumerable.Range(0, scores.Length).Sum(k => RampWeight(k) * RampWeight(k)));
    }

    /// <summary>What is asked about.</summary>
    public SeriesAspect Aspect { get; }

    /// <summary>One a cell.</summary>
    public double[] Scores { get; }

    /// <summary>By how much sums vary more than independent scores would let them.</summary>
    public double Inflation { get; }

    /// <summary>Where windows begin, ascending; each ends with the series.</summary>
    public int[] Starts { get; }

    /// <summary>Whether a sum with weights that grow towards the end is looked at too.</summary>
    public bool HasRamp { get; }

    private double LeastVariance { get; }

    private double RampNorm { get; }

    /// <summary>The statistic of each window and then of the ramp, with what autocorrelation takes off.</summary>
    public double[] Observed()
    {
        var raw = new double[Starts.Length + (HasRamp ? 1 : 0)];
        Fill(Scores, raw);
        for (var w = 0; w < raw.Length; w++)
        {
            raw[w] = Deflated(raw[w], Scores.Length - (w < Starts.Length ? Starts[w] : 0));
        }

        return raw;
    }

    /// <summary>The largest statistic of the scores in another order and with other signs.</summary>
    /// <param name="order">A cell for each place.</param>
    /// <param name="signs">One a place.</param>
    /// <param name="room">As long as the series; overwritten.</param>
    public double Largest(ReadOnlySpan<int> order, ReadOnlySpan<double> signs, Span<double> room)
    {
        for (var k = 0; k < room.Length; k++)
        {
            room[k] = signs[k] * Scores[order[k]];
        }

        Span<double> statistics = stackalloc double[LevelStarts.Length + 1];
        var count = Fill(room, statistics);
        var largest = double.NegativeInfinity;
        foreach (var statistic in statistics[..count])
        {
            largest = Math.Max(largest, statistic);
        }

        return largest;
    }

    /// <summary>Student's t of all scores as a normal deviate of the same chance, with what autocorrelation takes off.</summary>
    public double Whole() => Normalized(Observed()[0], Scores.Length);

    // Student's t to normal: Wallace, Ann. Math. Stat. 30 (1959).
    private static double Normalized(double t, double cells)
    {
        var freedom = Math.Max(1, cells - 1);
        return Math.Sign(t) * (8 * freedom + 1) / (8 * freedom + 3) * Math.Sqrt(freedom * Math.Log(1 + t * t / freedom));
    }

    // Smaller by the root of the inflation; and as uncertain as that many independent cells would be, compared with what there are.
    private double Deflated(double value, int cells)
    {
        if (Inflation <= 1)
        {
            return value;
        }

        var z = Normalized(value / Math.Sqrt(Inflation), cells / Inflation);
        var freedom = Math.Max(1, cells - 1.0);

        // Back to the scale of the other statistics, which have all cells' degrees of freedom.
        var spread = Math.Min(700, Math.Pow(z * (8 * freedom + 3) / (8 * freedom + 1), 2) / freedom);
        return Math.Sign(z) * Math.Sqrt(freedom * (Math.Exp(spread) - 1));
    }

    private int Fill(ReadOnlySpan<double> scores, Span<double> statistics)
    {
        double sum = 0, squares = 0, ramp = 0;
        var end = scores.Length;
        for (var w = Starts.Length - 1; w >= 0; w--)
        {
            for (var k = end - 1; k >= Starts[w]; k--)
            {
                sum += scores[k];
                squares += scores[k] * scores[k];
            }

            end = Starts[w];
            double n = scores.Length - end;
            statistics[w] = Studentized(sum / Math.Sqrt(n), sum, squares, n);
        }

        if (!HasRamp)
        {
            return Starts.Length;
        }

        for (var k = 0; k < scores.Length; k++)
        {
            ramp += RampWeight(k) * scores[k];
        }

        statistics[Starts.Length] = Studentized(ramp / RampNorm, sum, squares, scores.Length);
        return Starts.Length + 1;
    }

    // Without any fluctuation, any difference at all is certain, and none is none.
    private double Studentized(double standard, double sum, double squares, double n)
    {
        var variance = Math.Max(LeastVariance, (squares - sum * sum / n) / (n - 1));
        return standard == 0 ? 0 : standard / Math.Sqrt(Math.Max(variance, 1e-24 * (squares / n)));
    }

    private double RampWeight(int place) => (place + 1.0) / Scores.Length;
}
