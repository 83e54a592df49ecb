using Haldane.Judge.Totals;

namespace Haldane.Judge.Statistics;

/// <summary>The exact e-process for "a quantile of one arm is at most so far above that of the other".</summary>
/// <remarks>
/// <para>With C(x), B(x) the counts of the slow and the fast arm at or below a point x of the log scale, p the quantile and s the shift: for a pair of tilts (k, m)
/// e(x) = exp(-k C(x) - n_C ln(1 + p (e^-k - 1)) + m B(x - s) - n_B ln(1 + p (e^m - 1))); ln e = min over x of ln of the mean over pairs. At x = s above the fast
/// arm's true quantile both factors are e-processes under the null, whatever the pair, so their mean is one, and the minimum lies below it.</para>
/// <para>A pair per size of harm, not one mixture per arm: for a slow arm whose odds of being above any point are e^d times the fast arm's, each d has one pair
/// with which the least favourable x grows fastest, the root of w k F_C (1 - F_C) = m F_B (1 - F_B), logit F_B - logit F_C = d, w the slow arm's share over the
/// fast arm's. So the price of not knowing the size is paid once. Proportional odds choose speed, never validity.</para>
/// <para>Counts are interpolated inside a bucket: the null is about the quantile as <see cref="LatencyHistogram.LogQuantile"/> reads it, and the shift may be any
/// number. A bounded variable in place of an indicator keeps each factor an e-process, as its exponential is convex. Between nodes ln e is convex.</para>
/// <para>Assumes identically distributed latencies within an arm and stage, independent but for bursts, which <see cref="LatencyHistogram.Effect"/> discounts.
/// After Howard and Ramdas, "Sequential estimation of quantiles", Bernoulli 28 (2022), theorem 5.</para>
/// </remarks>
internal sealed class QuantileRatio
{
    // Log odds of being slow that the pairs are made for: from harm that takes some ten thousand answers to prove, to arms that hardly overlap.
    private const double Smallest = 0.12, Largest = 4;
    private const int Pairs = 12;

    // Far from both quantiles a pair says little, and the minimum would lie there. The product of a mixture for each arm alone keeps it up; coarse, as there
    // evidence is plenty.
    private const double SmallestAlone = 0.1, LargestAlone = 4;
    private const int Singles = 5;
    private static readonly double LogPaired = Math.Log(0.7), LogApart = Math.Log(0.3);

    // The least value is searched to this, and taken so much lower where it matters.
    private const double Tolerance = 0.005;

    // Below this no evidence is left that could count, so it is said to be none at all, which claims less; above that every level is passed. Between lies all that a
    // search has to be exact for, and a canary that is far from the line costs next to nothing.
    private const double Hopeless = -12, Enough = 60;

    private readonly double _quantile;
    private readonly double[] _slowTilt = new double[Pairs];
    private readonly double[] _fastTilt = new double[Pairs];
    private readonly double[] _slowCost = new double[Pairs];
    private readonly double[] _fastCost = new double[Pairs];
    private readonly double[] _single = new double[Singles];
    private readonly double[] _singleBelow = new double[Singles];
    private readonly double[] _singleAbove = new double[Singles];

    /// <summary>For a quantile.</summary>
    /// <param name="quantile">In (0, 1).</param>
    /// <param name="slowShare">The part of all traffic that the arm gets which may be slower, in [0, 1]; known beforehand. Moves speed only.</param>
    public QuantileRatio(double quantile, double slowShare)
    {
        _quantile = quantile;
        var share = Math.Clamp(slowShare, 1e-4, 1 - 1e-4);
        for (var j = 0; j < Pairs; j++)
        {
            var harm = Smallest * Math.Pow(Largest / Smallest, j / (Pairs - 1.0));
            var slow = SlowTilt(quantile, share / (1 - share), harm);
            (_slowTilt[j], _fastTilt[j]) = (slow, harm - slow);
            _slowCost[j] = LogSpace.Log1P(quantile * LogSpace.ExpM1(-slow));
            _fastCost[j] = LogSpace.Log1P(quantile * LogSpace.ExpM1(harm - slow));
        }

        for (var j = 0; j < Singles; j++)
        {
            _single[j] = SmallestAlone * Math.Pow(LargestAlone / SmallestAlone, j / (Singles - 1.0));
            _singleBelow[j] = LogSpace.Log1P(quantile * LogSpace.ExpM1(-_single[j]));
            _singleAbove[j] = LogSpace.Log1P(quantile * LogSpace.ExpM1(_single[j]));
        }
    }

    /// <summary>
    /// Natural logarithm of the e-value against "quantile of <paramref name="slow"/> at most <paramref name="shift"/> buckets higher": negative infinity in place of less than
    /// -12, and at most 60.
    /// </summary>
    /// <param name="slow">The arm that may be slower; not empty.</param>
    /// <param name="fast">The other arm; not empty.</param>
    /// <param name="shift">In buckets, any number.</param>
    /// <param name="clustering">How many answers count as one, see <see cref="LatencyHistogram.Effect"/>.</param>
    public double LogE(LatencyHistogram slow, LatencyHistogram fast, double shift, double clustering = 1) =>
        double.IsInfinity(clustering) ? 0 : new Search(this, slow, fast, shift, clustering).Run();

    private (double LogE, double Slope) At(double c, double ofSlow, double perC, double b, double ofFast, double perB)
    {
        Span<double> terms = stackalloc double[Pairs], slopes = stackalloc double[Pairs];
        for (var j = 0; j < Pairs; j++)
        {
            terms[j] = _fastTilt[j] * b - _slowTilt[j] * c - ofSlow * _slowCost[j] - ofFast * _fastCost[j];
            slopes[j] = _fastTilt[j] * perB - _slowTilt[j] * perC;
        }

        var (paired, pairedSlope) = Mean(terms, slopes);
        Span<double> alone = stackalloc double[Singles], aloneSlopes = stackalloc double[Singles];
        for (var j = 0; j < Singles; j++)
        {
            alone[j] = -_single[j] * c - ofSlow * _singleBelow[j];
            aloneSlopes[j] = -_single[j] * perC;
        }

        var (slow, slowSlope) = Mean(alone, aloneSlopes);
        for (var j = 0; j < Singles; j++)
        {
            alone[j] = _single[j] * b - ofFast * _singleAbove[j];
            aloneSlopes[j] = _single[j] * perB;
        }

        var (fast, fastSlope) = Mean(alone, aloneSlopes);
        var logE = LogSpace.Add(paired + LogPaired, slow + fast + LogApart);
        return (logE, Math.Exp(paired + LogPaired - logE) * pairedSlope + Math.Exp(slow + fast + LogApart - logE) * (slowSlope + fastSlope));
    }

    private static (double LogMean, double Slope) Mean(ReadOnlySpan<double> terms, ReadOnlySpan<double> slopes)
    {
        var mean = LogSpace.Mean(terms);
        var slope = 0.0;
        for (var j = 0; j < terms.Length; j++)
        {
            slope += slopes[j] == 0 ? 0 : Math.Exp(terms[j] - mean) / terms.Length * slopes[j];
        }

        return (mean, slope);
    }

    /// <summary>The same at one point, in buckets, not the least over all points: for tests.</summary>
    internal double LogEAt(LatencyHistogram slow, LatencyHistogram fast, double shift, double point) => new Search(this, slow, fast, shift, 1).AtPoint(point);

    /// <summary>The e-value is at most this: the value at the two points where the least one usually lies, the slow arm's quantile and the fast arm's, shifted.</summary>
    /// <param name="slow">The arm that may be slower; not empty.</param>
    /// <param name="fast">The other arm; not empty.</param>
    /// <param name="shift">In buckets, any number.</param>
    /// <param name="clustering">How many answers count as one.</param>
    /// <param name="slowQuantile">The bucket of the slow arm's quantile.</param>
    /// <param name="fastQuantile">The bucket of the fast arm's quantile.</param>
    public double AtMost(LatencyHistogram slow, LatencyHistogram fast, double shift, double clustering, int slowQuantile, int fastQuantile)
    {
        var search = new Search(this, slow, fast, shift, clustering);
        return double.IsInfinity(clustering) ? 0 : Math.Min(search.AtPoint(slowQuantile), search.AtPoint(fastQuantile + shift));
    }

    private static double SlowTilt(double p, double odds, double harm)
    {
        var logit = Math.Log(p / (1 - p));
        double low = 0, high = harm;
        for (var step = 0; step < 60; step++)
        {
            var tilt = (low + high) / 2;
            double c = 1 / (1 + Math.Exp(tilt - logit)), b = 1 / (1 + Math.Exp(tilt - harm - logit));
            if (odds * tilt * c * (1 - c) < (harm - tilt) * b * (1 - b))
            {
                low = tilt;
            }
            else
            {
                high = tilt;
            }
        }

        return (low + high) / 2;
    }

    /// <summary>Branch and bound over nodes, the points at which one of the two counts bends; C and B rise, so the ends of a range bound what lies between them.</summary>
    private ref struct Search
    {
        private readonly QuantileRatio _lane;
        private readonly LatencyHistogram _slow, _fast;
        private readonly double _shift, _bend, _clustering;
        private double _best = double.PositiveInfinity, _floor = double.PositiveInfinity;

        public Search(QuantileRatio lane, LatencyHistogram slow, LatencyHistogram fast, double shift, double clustering)
        {
            (_lane, _slow, _fast, _clustering) = (lane, slow, fast, clustering);

            // A shift of whole buckets within rounding is one; otherwise every bucket has a second node.
            var whole = Math.Round(shift);
            _shift = Math.Abs(shift - whole) < 1e-9 ? whole : shift;
            _bend = _shift - Math.Floor(_shift);
        }

        private readonly int PerBucket => _bend == 0 ? 1 : 2;

        public double Run()
        {
            // Left of the first node the mean only falls, right of the last it only rises.
            var last = _slow.Last * PerBucket;
            var first = Math.Min((int)Math.Floor(_fast.First - 1 + _shift) * PerBucket, last);

            // The two quantiles are where a canary that is fine is least suspicious: most searches end there.
            var point = (double)_slow.QuantileBucket(_lane._quantile);
            _best = Math.Min(Enough, At(point, point).LogE);
            point = _fast.QuantileBucket(_lane._quantile) + _shift;
            _best = Math.Min(_best, At(point, point).LogE);
            if (_best > Hopeless)
            {
                _best = Math.Min(_best, Math.Min(At(Point(first), Point(first)).LogE, At(Point(last), Point(last)).LogE));
                Narrow(first, last);
            }

            return _best > Hopeless ? Math.Min(_best, _floor) : double.NegativeInfinity;
        }

        public readonly double AtPoint(double point) => At(point, point).LogE;

        private void Narrow(int first, int last)
        {
            if (last <= first || _best <= Hopeless || At(Point(last), Point(first)).LogE >= _best)
            {
                return;
            }

            if (last == first + 1)
            {
                Refine(Point(first), Point(last));
                return;
            }

            var middle = (first + last) >> 1; // rounds down also below zero
            var point = Point(middle);
            _best = Math.Min(_best, At(point, point).LogE);
            Narrow(first, middle);
            Narrow(middle, last);
        }

        // Convex here, so above its tangents: where those at both ends meet bounds it. Halved by the slope's sign while that could matter.
        private void Refine(double low, double high)
        {
            var (valueLow, slopeLow) = At(low, low, low, high);
            var (valueHigh, slopeHigh) = At(high, high, low, high);
            var (from, to) = (low, high);
            _best = Math.Min(_best, Math.Min(valueLow, valueHigh));
            while (slopeLow < 0 && slopeHigh > 0)
            {
                var least = valueLow + slopeLow * (valueLow - valueHigh + slopeHigh * (to - from)) / (slopeHigh - slopeLow);
                if (least >= _best - Tolerance)
                {
                    _floor = Math.Min(_floor, least);
                    return;
                }

                var middle = (from + to) / 2;
                var (value, slope) = At(middle, middle, low, high);
                _best = Math.Min(_best, value);
                if (slope < 0)
                {
                    (from, valueLow, slopeLow) = (middle, value, slope);
                }
                else
                {
                    (to, valueHigh, slopeHigh) = (middle, value, slope);
                }
            }
        }

        // The slow arm counted up to one point, the fast arm up to another; the slope as if both moved, between the bends given.
        private readonly (double LogE, double Slope) At(double slowPoint, double fastPoint, double low = 0, double high = 0)
        {
            double c = _slow.UpToPoint(slowPoint) / _clustering, b = _fast.UpToPoint(fastPoint - _shift) / _clustering;
            double perC = 0, perB = 0;
            if (low < high)
            {
                perC = (_slow.UpToPoint(high) - _slow.UpToPoint(low)) / (high - low) / _clustering;
                perB = (_fast.UpToPoint(high - _shift) - _fast.UpToPoint(low - _shift)) / (high - low) / _clustering;
            }

            return _lane.At(c, _slow.Total / _clustering, perC, b, _fast.Total / _clustering, perB);
        }

        private readonly double Point(int node) => _bend == 0 ? node : (node >> 1) + ((node & 1) == 0 ? 0 : _bend);
    }
}
