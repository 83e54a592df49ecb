namespace Haldane.Characteristics.Peers;

/// <summary>How a metric of the experiment lies to the control's.</summary>
internal enum Shift
{
    /// <summary>No difference was shown, which counts as passed.</summary>
    Pass,

    /// <summary>Higher.</summary>
    High,

    /// <summary>Lower.</summary>
    Low,
}

/// <summary>The rank test of Kayenta's NetflixACAJudge, re-stated.</summary>
/// <remarks>
/// A 98 % interval for the shift between the two samples by the normal approximation of Mann and Whitney's U with tie and continuity correction; High if it lies above a quarter
/// of the Hodges-Lehmann estimate. Its roots are searched to an absolute 1e-4, whatever the metric's unit, as there.
/// </remarks>
internal static class RankTest
{
    private const double Quantile98 = 2.3263478740408408, Tolerance = 0.25, RootTolerance = 1e-4, Epsilon = 2.220446049250313e-16;

    /// <summary>The metric's classification at default settings, direction either.</summary>
    public static Shift Classify(double[] experiment, double[] control)
    {
        if (experiment.Length == 0 || control.Length == 0)
        {
            return Shift.Pass;
        }

        double[] x = [.. experiment.Order()], y = [.. control.Order()];
        if (x.AsSpan().SequenceEqual(y) || (x[0] == x[^1] && y[0] == y[^1] && x[0] == y[0]))
        {
            return Shift.Pass;
        }

        var (low, high, estimate) = Interval(x, y);
        var bound = Tolerance * Math.Abs(estimate);

        // Its default bounds on the effect, the ratio of means, are 1 both ways; without a mean there is no effect and no bound.
        var effect = x.Average() / y.Average();
        var unknown = x.Average() == 0 || y.Average() == 0;
        return low > bound && (unknown || effect >= 1) ? Shift.High : high < -bound && (unknown || effect <= 1) ? Shift.Low : Shift.Pass;
    }

    /// <summary>The 98 % interval of the shift and its estimate; both samples sorted.</summary>
    public static (double Low, double High, double Estimate) Interval(double[] x, double[] y)
    {
        double from = x[0] - y[^1], to = x[^1] - y[0];
        return (Root(x, y, from, to, Quantile98), Root(x, y, from, to, -Quantile98), Root(x, y, from, to, 0));
    }

    // The standardised U of x moved down by mu against y, minus a normal quantile: falls with mu.
    private static double Standardised(double[] x, double[] y, double mu, double quantile)
    {
        double n = x.Length, m = y.Length, rankSum = 0, ties = 0;
        int i = 0, j = 0;
        while (i < x.Length || j < y.Length)
        {
            var value = i < x.Length && (j >= y.Length || x[i] - mu <= y[j]) ? x[i] - mu : y[j];
            int ofX = 0, ofY = 0;
            for (; i < x.Length && x[i] - mu == value; i++)
            {
                ofX++;
            }

            for (; j < y.Length && y[j] == value; j++)
            {
                ofY++;
            }

            double same = ofX + ofY;
            rankSum += ofX * (i + j - (same - 1) / 2);
            ties += same * same * same - same;
        }

        var distance = rankSum - n * (n + 1) / 2 - n * m / 2;
        var sigma = Math.Sqrt(n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))));
        return (distance - Math.Sign(distance) * 0.5) / sigma - quantile;
    }

    // Brent's method (Brent, "Algorithms for minimization without derivatives", 1973, chapter 4), as R's uniroot has it; the end point if the sign does not change.
    private static double Root(double[] x, double[] y, double from, double to, double quantile)
    {
        double a = from, b = to, fa = Standardised(x, y, a, quantile), fb = Standardised(x, y, b, quantile);
        if (fa == 0 || fa * fb > 0)
        {
            return fa == 0 || fa < 0 ? a : b;
        }

        double c = a, fc = fa;
        for (var step = 0; step < 1000; step++)
        {
            var previous = b - a;
            if (Math.Abs(fc) < Math.Abs(fb))
            {
                (a, b, c) = (b, c, b);
                (fa, fb, fc) = (fb, fc, fb);
            }

            var within = 2 * Epsilon * Math.Abs(b) + RootTolerance / 2;
            var move = (c - b) / 2;
            if (Math.Abs(move) <= within || fb == 0)
            {
                return b;
            }

            if (Math.Abs(previous) >= within && Math.Abs(fa) > Math.Abs(fb))
            {
                double p, q, s = fb / fa;
                if (a == c)
                {
                    (p, q) = ((c - b) * s, 1 - s);
                }
                else
                {
                    double t = fa / fc, r = fb / fc;
                    p = s * ((c - b) * t * (t - r) - (b - a) * (r - 1));
                    q = (t - 1) * (r - 1) * (s - 1);
                }

                (p, q) = p > 0 ? (p, -q) : (-p, q);
                if (p < 0.75 * (c - b) * q - Math.Abs(within * q) / 2 && p < Math.Abs(previous * q / 2))
                {
                    move = p / q;
                }
            }

            move = Math.Abs(move) < within ? (move > 0 ? within : -within) : move;
            (a, fa) = (b, fb);
            b += move;
            fb = Standardised(x, y, b, quantile);
            if ((fb > 0) == (fc > 0))
            {
                (c, fc) = (a, fa);
            }
        }

        return b;
    }
}
