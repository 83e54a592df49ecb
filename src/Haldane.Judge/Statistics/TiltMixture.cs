namespace Haldane.Judge.Statistics;

/// <summary>Which side of a line a null hypothesis lies on.</summary>
internal enum Null
{
    /// <summary>The value is at most the line; evidence grows when it is above.</summary>
    AtMost,

    /// <summary>The value is at least the line; evidence grows when it is below.</summary>
    AtLeast,
}

/// <summary>The e-process of one arm's rate against a line.</summary>
/// <remarks>
/// <para>For k events among n observations: ln e = ln mean_j exp(k s l_j - n ln(1 + p0 (e^(s l_j) - 1))), s = +1 against "rate at most p0" and
/// s = -1 against "rate at least p0", with 16 tilts l_j in geometric progression.</para>
/// <para>Assumes that the chance of each next event, given the past, lies inside the null; nothing else: it may vary with time. Costs at most
/// ln 16 against the best tilt. Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences",
/// Annals of Statistics 49 (2021), section 3: the discrete form of their mixtures. No unit: counts in, natural logarithm out.</para>
/// </remarks>
internal sealed class TiltMixture
{
    private const int Tilts = 16;

    private readonly double[] _perEvent = new double[Tilts];
    private readonly double[] _perObservation = new double[Tilts];

    private TiltMixture(double line, Null side, double smallest, double largest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(line, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(line, 1);
        var sign = side == Null.AtMost ? 1 : -1;
        for (var j = 0; j < Tilts; j++)
        {
            var tilt = sign * smallest * Math.Pow(largest / smallest, j / (Tilts - 1.0));
            _perEvent[j] = tilt;
            _perObservation[j] = LogSpace.Log1P(line * LogSpace.ExpM1(tilt));
        }
    }

    /// <summary>Tuned for rates: tilts from 0.05 (5 % more events) to 3 (20 times as many).</summary>
    public static TiltMixture ForRate(double line, Null side) => new(line, side, 0.05, 3);

    /// <summary>Tuned for the rank of a quantile: tilts from 0.02 to 4.</summary>
    public static TiltMixture ForQuantile(double line, Null side) => new(line, side, 0.02, 4);

    /// <summary>Natural logarithm of the e-value for so many events among so many observations; 0 for none.</summary>
    public double LogE(double events, double observations)
    {
        Span<double> terms = stackalloc double[Tilts];
        for (var j = 0; j < Tilts; j++)
        {
            terms[j] = events * _perEvent[j] - observations * _perObservation[j];
        }

        return LogSpace.Mean(terms);
    }

    /// <summary>How many observations without any event reach a log e-value; only against "at least the line".</summary>
    public long CleanObservationsFor(double logE)
    {
        long low = 0, high = 1;
        while (LogE(0, high) < logE)
        {
            (low, high) = (high, 2 * high);
        }

        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            (low, high) = LogE(0, middle) < logE ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>Bounds for a rate, each valid at all times at its own level; null where there is none.</summary>
    /// <remarks>The line that is just rejected, by bisection: rejection is monotone in the line.</remarks>
    public static Bounds RateBounds(long events, long observations, double lowAt, double highAt) => new(
        observations == 0 ? null : LastRejected(events, observations, Null.AtMost, lowAt),
        observations == 0 ? null : LastRejected(events, observations, Null.AtLeast, highAt));

    private static double? LastRejected(long events, long observations, Null side, double at)
    {
        // Between the extreme line, which is rejected first, and the estimate, which never is.
        double rejected = side == Null.AtMost ? 1e-9 : 1 - 1e-9, kept = Math.Clamp(events / (double)observations, 1e-9, 1 - 1e-9);
        if (ForRate(rejected, side).LogE(events, observations) < at)
        {
            return null;
        }

        for (var step = 0; step < 40; step++)
        {
            var middle = (rejected + kept) / 2;
            if (ForRate(middle, side).LogE(events, observations) >= at)
            {
                rejected = middle;
            }
            else
            {
                kept = middle;
            }
        }

        return rejected;
    }
}

/// <summary>Two one-sided bounds; null where nothing can be said.</summary>
internal readonly record struct Bounds(double? Low, double? High);
