namespace Haldane.Judge.Statistics;

/// <summary>What the arm labels of all events say about the ratio of two rates: one number for each ratio on a fixed grid.</summary>
/// <remarks>
/// <para>Over slices with canary share rho and events x_c, x_b: l(u) = sum x_c u - (x_c + x_b) ln(1 + rho (e^u - 1)), u = ln(canary / baseline)
/// from -5 to 5 by 0.05. Against "ratio at most r0", u0 = ln r0: ln e = ln sum_d w_d exp(l(u0 + d) - l(u0)) over twelve steps d from 0.05 to 3;
/// against "at least" with -d. Weights are largest where rollouts are decided; any that sum to 1 are valid.</para>
/// <para>Given that an event happened, its arm is a coin with odds r rho : (1 - rho). So the base rate may drift and the share may move from slice
/// to slice, as long as assignment is random with the asked share and each unit of assignment counts once. Exact at any number of looks.
/// Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022; the grid makes it additive. No unit.</para>
/// <para>Changes by <see cref="Add"/>; for one thread.</para>
/// </remarks>
internal sealed class RateRatioProfile
{
    /// <summary>Points on the grid.</summary>
    public const int Points = 201;

    private const double Step = 0.05;
    private const int NoDifference = 100;

    // Alternatives to a line, in steps: dense near it for small differences, up to a factor of e^3 = 20 for large ones.
    private static readonly int[] Alternatives = [1, 2, 3, 4, 6, 8, 11, 16, 22, 32, 45, 60];

    // About log-normal around a factor of e^0.5 = 1.6: against equal weights, harm of 1.25 to 2 times is proven with 5 to 10 % fewer requests, of 5 times with as
    // many (bench/characteristics, errors). They sum to 1.
    private static readonly double[] Tuned =
        [.. new[] { 0.02, 0.065, 0.07, 0.095, 0.12, 0.12, 0.135, 0.125, 0.105, 0.075, 0.045, 0.025 }.Select(w => Math.Log(w))];

    private static readonly double[] Equal = [.. Alternatives.Select(_ => -Math.Log(Alternatives.Length))];

    private readonly double[] _logWeights;
    private readonly double[] _profile = new double[Points];

    /// <summary>Nothing seen.</summary>
    public RateRatioProfile()
        : this(Tuned)
    {
    }

    private RateRatioProfile(double[] logWeights) => _logWeights = logWeights;

    /// <summary>Nothing seen, with equal weights: the form of the reference values.</summary>
    public static RateRatioProfile WithEqualWeights() => new(Equal);

    /// <summary>Value at a grid point.</summary>
    public double this[int index] => _profile[index];

    /// <summary>The grid point of a line that a null ends at, rounded into the null, so that a rejection claims no more than it proves.</summary>
    public static int IndexOf(double ratio, Null side) => side == Null.AtMost
        ? IndexOf(ratio, Math.Ceiling(LogSteps(ratio) - 1e-9), 0, Points - 1 - Alternatives[^1])
        : IndexOf(ratio, Math.Floor(LogSteps(ratio) + 1e-9), Alternatives[^1], Points - 1);

    /// <summary>What each event costs at a share: ln(1 + rho (e^u - 1)) at every grid point. May be shared by any number of profiles.</summary>
    /// <param name="share">The canary's share, in [0, 1].</param>
    public static double[] PerEvent(double share)
    {
        var perEvent = new double[Points];
        for (var i = 0; i < Points; i++)
        {
            perEvent[i] = LogSpace.Log1P(share * LogSpace.ExpM1(LogRatio(i)));
        }

        return perEvent;
    }

    /// <summary>Adds a slice.</summary>
    /// <param name="perEvent">Of the share that was asked for, see <see cref="PerEvent"/>.</param>
    /// <param name="canary">Events of the canary.</param>
    /// <param name="baseline">Events of the baseline.</param>
    public void Add(double[] perEvent, double canary, double baseline)
    {
        var all = canary + baseline;
        if (all == 0)
        {
            return;
        }

        for (var i = 0; i < Points; i++)
        {
            _profile[i] += canary * LogRatio(i) - all * perEvent[i];
        }
    }

    /// <summary>Adds a slice of which it is known who could have had an event: then the arm of one is a coin with odds r n_c : n_b, whoever was assigned where.</summary>
    /// <param name="canary">Events of the canary, and of how many exchanges; events are rare.</param>
    /// <param name="baseline">The same of the baseline.</param>
    public void AddExposed(Rate canary, Rate baseline)
    {
        double all = canary.Events + baseline.Events, share = canary.Count / (double)(canary.Count + baseline.Count);
        if (all == 0)
        {
            return;
        }

        for (var i = 0; i < Points; i++)
        {
            _profile[i] += canary.Events * LogRatio(i) - all * LogSpace.Log1P(share * LogSpace.ExpM1(LogRatio(i)));
        }
    }

    /// <summary>Natural logarithm of the e-value against a ratio on one side of a grid point.</summary>
    /// <param name="line">The grid point.</param>
    /// <param name="side">Which ratios the null holds.</param>
    /// <param name="factor">As if so many times as much had come in the same proportions; other than 1 for forecasts only.</param>
    public double LogE(int line, Null side, double factor = 1)
    {
        Span<double> terms = stackalloc double[Alternatives.Length];
        for (var i = 0; i < terms.Length; i++)
        {
            var at = line + (side == Null.AtMost ? Alternatives[i] : -Alternatives[i]);
            terms[i] = at is >= 0 and < Points ? _logWeights[i] + factor * (_profile[at] - _profile[line]) : double.NegativeInfinity;
        }

        return LogSpace.Mean(terms) + Math.Log(terms.Length);
    }

    /// <summary>The largest ratio rejected from below and the smallest rejected from above, each valid at all times at its own level.</summary>
    public Bounds BoundsAt(double lowAt, double highAt)
    {
        double? low = null, high = null;
        for (var i = 0; i < Points - Alternatives[^1] && LogE(i, Null.AtMost) >= lowAt; i++)
        {
            low = Math.Exp(LogRatio(i));
        }

        for (var i = Points - 1; i >= Alternatives[^1] && LogE(i, Null.AtLeast) >= highAt; i--)
        {
            high = Math.Exp(LogRatio(i));
        }

        return new(low, high);
    }

    /// <summary>The most likely ratio; null without events or when it lies at an end of the grid.</summary>
    public double? Estimate()
    {
        var best = 0;
        for (var i = 1; i < Points; i++)
        {
            best = _profile[i] > _profile[best] ? i : best;
        }

        if (best is 0 or Points - 1)
        {
            return null;
        }

        // The vertex of the parabola through the three highest points.
        double left = _profile[best - 1], top = _profile[best], right = _profile[best + 1];
        var bend = left - 2 * top + right;
        var shift = bend < 0 ? 0.5 * (left - right) / bend : 0;
        return Math.Exp(LogRatio(best) + shift * Step);
    }

    private static double LogRatio(int index) => (index - NoDifference) * Step;

    private static double LogSteps(double ratio) => Math.Log(ratio) / Step;

    private static int IndexOf(double ratio, double steps, int lowest, int highest)
    {
        var index = NoDifference + steps;

        // Closer to the end that the alternatives point to, some of them would fall off the grid.
        if (!(index >= lowest && index <= highest))
        {
            var (from, to) = (Math.Exp(LogRatio(lowest)), Math.Exp(LogRatio(highest)));
            throw new ArgumentOutOfRangeException(nameof(ratio), ratio, $"This line on a ratio of error rates must lie between {from:0.##} and {to:0.##}.");
        }

        return (int)index;
    }
}
