namespace Haldane.Judge.Series;

/// <summary>The evidence of several metrics together: small shifts, none certain by itself, that agree.</summary>
/// <remarks>
/// Two sums: of the standardised shifts (Stouffer), for shifts in one direction, and of their squares, for shifts in any. Where both directions are harm
/// the sign of the whole sum does not matter. The same cells are swapped in all metrics at once, so that metrics which move together count for less; the larger of the two
/// sums, each in its own standard deviations, is judged by the flips, so the choice is paid for.
/// </remarks>
internal static class JointShift
{
    private const int Scouts = 400;
    private const int Enough = 20;

    /// <summary>Chance of so much agreement when every metric is fine; null with fewer than two metrics.</summary>
    public static double? PValue(IReadOnlyList<MetricEvidence> metrics, int most, SeededRandom random, CancellationToken cancel)
    {
        if (metrics.Count < 2)
        {
            return null;
        }

        var (cellOf, bins) = Common(metrics);
        var signs = new double[bins];
        var scouts = new (double Sum, double Squares)[Scouts];
        for (var flip = 0; flip < Scouts; flip++)
        {
            SignFlips.Draw(signs, random);
            scouts[flip] = Sums(metrics, m => Shift(metrics[m], cellOf[m], signs));
        }

        var (sum, squares) = (Moments(scouts.Select(s => s.Sum)), Moments(scouts.Select(s => s.Squares)));
        double Larger((double Sum, double Squares) s) => Math.Max((s.Sum - sum.Mean) / sum.Deviation, (s.Squares - squares.Mean) / squares.Deviation);
        var seen = Larger(Sums(metrics, m => Shift(metrics[m])));
        var exceeding = 0;
        for (var flip = 1; flip <= most; flip++)
        {
            cancel.ThrowIfCancellationRequested();
            SignFlips.Draw(signs, random);
            if (Larger(Sums(metrics, m => Shift(metrics[m], cellOf[m], signs))) >= seen && ++exceeding == Enough)
            {
                return exceeding / (double)flip;
            }
        }

        return (exceeding + 1.0) / (most + 1.0);
    }

    // Directed shifts count up to their sign, others by size; the cube root makes a sum of squares nearly normal (Wilson and Hilferty, PNAS 17 (1931)).
    private static (double Sum, double Squares) Sums(IReadOnlyList<MetricEvidence> metrics, Func<int, double> shift)
    {
        double directed = 0, free = 0, squares = 0;
        for (var m = 0; m < metrics.Count; m++)
        {
            var value = shift(m);
            if (metrics[m].Small.Length == 1)
            {
                directed += value;
                squares += Math.Max(0, value) * Math.Max(0, value);
            }
            else
            {
                free += value;
                squares += value * value;
            }
        }

        return (directed + Math.Abs(free), Math.Cbrt(squares));
    }

    private static double Shift(MetricEvidence metric)
    {
        double One(ScoreSeries s) => s.Whole();
        return metric.Small.Length == 1 ? One(metric.Small[0]) : Either(One(metric.Small[0]), One(metric.Small[1]));
    }

    private static double Shift(MetricEvidence metric, int[] bins, double[] signs)
    {
        double One(ScoreSeries s)
        {
            double sum = 0, squares = 0;
            for (var k = 0; k < s.Scores.Length; k++)
            {
                sum += signs[bins[k]] * s.Scores[k];
                squares += s.Scores[k] * s.Scores[k];
            }

            return squares > 0 ? sum / Math.Sqrt(squares) : 0;
        }

        return metric.Small.Length == 1 ? One(metric.Small[0]) : Either(One(metric.Small[0]), One(metric.Small[1]));
    }

    private static double Either(double up, double down) => up > 0 && up >= down ? up : down > 0 ? -down : 0;

    private static (double Mean, double Deviation) Moments(IEnumerable<double> values)
    {
        double[] all = [.. values];
        var mean = all.Average();
        return (mean, Math.Max(1e-9, Math.Sqrt(all.Average(v => (v - mean) * (v - mean)))));
    }

    // Cells of different metrics at the same time get the same sign.
    private static (int[][] CellOf, int Bins) Common(IReadOnlyList<MetricEvidence> metrics)
    {
        var times = metrics.Select(m => m.Residuals.Cells.Times).ToArray();
        var bins = 2 * times.Max(t => t.Length);
        var (start, end) = (times.Min(t => t[0]), times.Max(t => t[^1]));
        return ([.. times.Select(ts => ts.Select(t => end > start ? Math.Min(bins - 1, (int)((t - start) / (end - start) * bins)) : 0).ToArray())], bins);
    }
}
