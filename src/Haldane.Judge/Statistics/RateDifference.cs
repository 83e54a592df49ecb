namespace Haldane.Judge.Statistics;

/// <summary>The e-process of the difference of two arms' rates, canary minus baseline, against a line.</summary>
/// <remarks>
/// <para>Each block multiplies an alternative's e-value by L(t_b, t_c) / L(a, b): t is what the past predicts for both arms if the difference were
/// that alternative, (a, b) its reverse information projection on the null, the point of the null that minimises
/// n_b KL(t_b || a) + n_c KL(t_c || b). The e-value is the mean over alternatives. Exact at any number of looks: the null is convex, so the
/// factor's mean is at most 1 everywhere on it, and rates may drift from block to block.</para>
/// <para>Assumes that a block's sizes do not depend on its outcomes and that outcomes are independent. Turner, Ly and Grunwald, "Generic E-variables
/// for exact sequential k-sample tests that allow for optional stopping", J. Stat. Planning and Inference 230 (2024); Turner and Grunwald,
/// "Exact anytime-valid confidence intervals for contingency tables and beyond", Stat. and Prob. Letters 198 (2023) for shifted nulls.
/// Rates are fractions. For one thread.</para>
/// </remarks>
internal sealed class RateDifference
{
    private readonly double _line;
    private readonly Null _side;
    private readonly double[] _alternatives;
    private readonly double[] _logE;
    private double _baseline, _baselineEvents, _canary, _canaryEvents;

    /// <summary>Nothing seen.</summary>
    /// <param name="line">The difference that the null ends at, in (-1, 1).</param>
    /// <param name="side">Which differences the null holds.</param>
    /// <param name="alternatives">Differences outside the null.</param>
    public RateDifference(double line, Null side, params double[] alternatives)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(line, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(line, 1);
        (_line, _side, _alternatives, _logE) = (line, side, alternatives, new double[alternatives.Length]);
    }

    /// <summary>Natural logarithm of the e-value so far.</summary>
    public double LogE => LogSpace.Mean(_logE);

    /// <summary>Adds what arrived together. Only earlier blocks predict it.</summary>
    public void Add(double baseline, double baselineEvents, double canary, double canaryEvents)
    {
        // A block of one arm says nothing about a difference: its projection is its own prediction.
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

    private double Factor(double difference, double baseline, double baselineEvents, double canary, double canaryEvents)
    {
        var (b, c) = Predict(difference);
        var (b0, c0) = _side == Null.AtMost
            ? Projection.Of(baseline, b, canary, c, _line)
            : Swap(Projection.Of(canary, c, baseline, b, -_line));
        return LogLikelihoodRatio(baseline, baselineEvents, b, b0) + LogLikelihoodRatio(canary, canaryEvents, c, c0);
    }

    // Half an event and half a non-event beforehand (Jeffreys), so that no prediction is certain.
    private (double Baseline, double Canary) Predict(double difference)
    {
        var all = _baseline + _canary;
        var smallest = 0.5 / (all + 1);
        var rate = (0.5 + _baselineEvents + _canaryEvents - difference * _canary) / (all + 1);
        return (Math.Clamp(rate, smallest, 1 - smallest), Math.Clamp(rate + difference, smallest, 1 - smallest));
    }

    private static (double Baseline, double Canary) Swap((double First, double Second) pair) => (pair.Second, pair.First);

    private static double LogLikelihoodRatio(double n, double events, double p, double p0) =>
        (events > 0 ? events * Math.Log(p / p0) : 0) + (events < n ? (n - events) * Math.Log((1 - p) / (1 - p0)) : 0);
}

/// <summary>The point of "second at most first + shift" that is nearest to two rates in information.</summary>
internal static class Projection
{
    /// <summary>Minimises n_first KL(first || a) + n_second KL(second || a + shift); the rates themselves when they lie inside.</summary>
    /// <remarks>
    /// The root of n_1 (a - t_1) / (a (1 - a)) + n_2 (a + shift - t_2) / ((a + shift) (1 - a - shift)), which rises where the sum of divergences is
    /// convex. It lies between first and second - shift.
    /// </remarks>
    public static (double First, double Second) Of(double nFirst, double first, double nSecond, double second, double shift)
    {
        if (second <= first + shift)
        {
            return (first, second);
        }

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

        var root = (low + high) / 2;
        return (root, root + shift);
    }
}
