namespace Haldane.Judge.Statistics;

/// <summary>A relation of two rates: the second is the first plus a number, or times a number.</summary>
/// <param name="IsRatio">Whether it is a factor; else a difference.</param>
/// <param name="Value">The factor, above 0, or the difference, in (-1, 1).</param>
internal readonly record struct RateLine(bool IsRatio, double Value)
{
    /// <summary>Second minus first.</summary>
    public static RateLine Difference(double value) => new(false, value);

    /// <summary>Second divided by first.</summary>
    public static RateLine Ratio(double value) => new(true, value);

    /// <summary>The relation of the first to the second.</summary>
    public RateLine Swapped => IsRatio ? new(true, 1 / Value) : new(false, -Value);

    /// <summary>The second rate.</summary>
    public double Of(double first) => IsRatio ? Value * first : first + Value;

    /// <summary>The first rate at which so many events in all are expected.</summary>
    public double FirstFor(double events, double first, double second) =>
        IsRatio ? events / (first + Value * second) : (events - Value * second) / (first + second);
}

/// <summary>The e-process of the relation of two arms' rates, canary to baseline, against a line.</summary>
/// <remarks>
/// <para>Each block multiplies an alternative's e-value by L(t_b, t_c) / L(a, b): t is what the past predicts for both arms if the relation were
/// that alternative, (a, b) its reverse information projection on the null, the point of the null that minimises
/// n_b KL(t_b || a) + n_c KL(t_c || b). The e-value is the mean over alternatives. Exact at any number of looks: the null is convex, so the
/// factor's mean is at most 1 everywhere on it, and rates may drift from block to block.</para>
/// <para>Assumes that a block's sizes do not depend on its outcomes and that outcomes are independent. Turner, Ly and Grunwald, "Generic E-variables
/// for exact sequential k-sample tests that allow for optional stopping", J. Stat. Planning and Inference 230 (2024); Turner and Grunwald,
/// "Exact anytime-valid confidence intervals for contingency tables and beyond", Stat. and Prob. Letters 198 (2023) for shifted nulls.
/// Rates are fractions. For one thread.</para>
/// </remarks>
internal sealed class TwoRates
{
    private readonly RateLine _line;
    private readonly Null _side;
    private readonly RateLine[] _alternatives;
    private readonly double[] _logE;
    private double _baseline, _baselineEvents, _canary, _canaryEvents;

    /// <summary>Nothing seen.</summary>
    /// <param name="line">The relation that the null ends at.</param>
    /// <param name="side">Which canaries the null holds.</param>
    /// <param name="alternatives">Relations outside the null.</param>
    public TwoRates(RateLine line, Null side, params RateLine[] alternatives)
    {
        if (line.IsRatio)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(line.Value, nameof(line));
        }
        else
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Math.Abs(line.Value), 1, nameof(line));
        }

        (_line, _side, _alternatives, _logE) = (line, side, alternatives, new double[alternatives.Length]);
    }

    /// <summary>Natural logarithm of the e-value so far.</summary>
    public double LogE => LogSpace.Mean(_logE);

    /// <summary>Adds what arrived together. Only earlier blocks predict it.</summary>
    public void Add(double baseline, double baselineEvents, double canary, double canaryEvents)
    {
        // A block of one arm says nothing about a relation: its projection is its own prediction.
        if (baseline > 0 && canary > 0)
        {
            for (var i = 0; i < _logE.Length; i++)
            {
                _logE[i] += Factor(_alternatives[i], baseline, baselineEvents, canary, canaryEvents);
            }
        }

        _baseline += baseline;
        _baselineEvents += baselineEvents;
        _canary += canary;
        _canaryEvents += canaryEvents;
    }

    /// <summary>Natural logarithm of the e-value if so many times as much had come in the same proportions; for forecasts only.</summary>
    public double LogEAfter(double factor)
    {
        Span<double> scaled = stackalloc double[_logE.Length];
        for (var i = 0; i < scaled.Length; i++)
        {
            scaled[i] = _logE[i] * factor;
        }

        return LogSpace.Mean(scaled);
    }

    private double Factor(RateLine alternative, double baseline, double baselineEvents, double canary, double canaryEvents)
    {
        var (b, c) = Predict(alternative);
        var (b0, c0) = _side == Null.AtMost
            ? Projection.Of(baseline, b, canary, c, _line)
            : Swap(Projection.Of(canary, c, baseline, b, _line.Swapped));
        return LogLikelihoodRatio(baseline, baselineEvents, b, b0) + LogLikelihoodRatio(canary, canaryEvents, c, c0);
    }

    // Half an event and half a non-event beforehand (Jeffreys), so that no prediction is certain.
    private (double Baseline, double Canary) Predict(RateLine alternative)
    {
        var smallest = 0.5 / (_baseline + _canary + 1);
        var rate = alternative.FirstFor(0.5 + _baselineEvents + _canaryEvents, _baseline + 1, _canary);
        return (Math.Clamp(rate, smallest, 1 - smallest), Math.Clamp(alternative.Of(rate), smallest, 1 - smallest));
    }

    private static (double Baseline, double Canary) Swap((double First, double Second) pair) => (pair.Second, pair.First);

    private static double LogLikelihoodRatio(double n, double events, double p, double p0) =>
        (events > 0 ? events * Math.Log(p / p0) : 0) + (events < n ? (n - events) * Math.Log((1 - p) / (1 - p0)) : 0);
}

/// <summary>The point of "the second rate is at most the line" that is nearest to two rates in information.</summary>
internal static class Projection
{
    /// <summary>Minimises n_first KL(first || a) + n_second KL(second || line of a); the rates themselves when they lie inside.</summary>
    public static (double First, double Second) Of(double nFirst, double first, double nSecond, double second, RateLine line)
    {
        if (second <= line.Of(first))
        {
            return (first, second);
        }

        var root = line.IsRatio ? OnRatio(nFirst, first, nSecond, second, line.Value) : OnDifference(nFirst, first, nSecond, second, line.Value);
        return (root, line.Of(root));
    }

    // The smaller root of r n a^2 - (n_1 (1 + r t_1) + n_2 (r + t_2)) a + n_1 t_1 + n_2 t_2, in the form that loses no digits.
    private static double OnRatio(double nFirst, double first, double nSecond, double second, double ratio)
    {
        var linear = nFirst * (1 + ratio * first) + nSecond * (ratio + second);
        var events = nFirst * first + nSecond * second;
        var root = 2 * events / (linear + Math.Sqrt(Math.Max(0, linear * linear - 4 * ratio * (nFirst + nSecond) * events)));
        return Math.Min(root, Math.Min(1, 1 / ratio) * (1 - 1e-15));
    }

    // The root of n_1 (a - t_1) / (a (1 - a)) + n_2 (a + d - t_2) / ((a + d) (1 - a - d)), which rises where the sum of divergences is
    // convex. It lies between first and second - d.
    private static double OnDifference(double nFirst, double first, double nSecond, double second, double shift)
    {
        double low = Math.Max(first, Math.Max(0, -shift) + 1e-15), high = Math.Min(second - shift, Math.Min(1, 1 - shift) - 1e-15);
        for (var step = 0; step < 60 && high - low > 1e-16; step++)
        {
            var a = (low + high) / 2;
            var b = a + shift;
            if (nFirst * (a - first) / (a * (1 - a)) + nSecond * (b - second) / (b * (1 - b)) < 0)
            {
                low = a;
            }
            else
            {
                high = a;
            }
        }

        return (low + high) / 2;
    }
}
