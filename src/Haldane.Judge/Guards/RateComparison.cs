using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>Tests and estimates the relation of two rates, canary to baseline, against a fine and a bad line.</summary>
/// <remarks>Rates are fractions; higher is worse for differences, either for ratios.</remarks>
internal sealed class RateComparison
{
    // Beyond the fine line in parts of the margin: from a quarter, for slow proofs near the line, to 32, for answers that are nearly all wrong.
    private static readonly double[] Harms = [0.25, 0.5, 1, 2, 4, 8, 16, 32];

    // Short of the bad line in parts of the margin: half-way, no difference, and two sizes of improvement.
    private static readonly double[] Goods = [0.5, 1, 2, 5];

    // The lower bound is for people who ask how bad it is, so it is tuned to harm of several margins; the upper one to passing.
    private const double HarmInMargins = 8;

    // What a margin of nothing is taken as, for the choice of alternatives only.
    private const double SmallestMargin = 0.01;

    private readonly TwoRates _fail;
    private readonly TwoRates _pass;
    private readonly StratifiedDifference _estimate;
    private readonly double _margin;

    private RateComparison(TwoRates fail, TwoRates pass, double margin, int stages) => (_fail, _pass, _margin, _estimate) = (fail, pass, margin, new(stages));

    /// <summary>Natural logarithm of the e-value against "fine".</summary>
    public double FailLogE => _fail.LogE;

    /// <summary>Natural logarithm of the e-value against "bad".</summary>
    public double PassLogE => _pass.LogE;

    /// <summary>The baseline's rate.</summary>
    public Rate Baseline => _estimate.Baseline;

    /// <summary>The canary's rate.</summary>
    public Rate Canary => _estimate.Canary;

    /// <summary>Lines on canary minus baseline; higher is worse.</summary>
    public static RateComparison OfDifferences(double fine, double bad, int stages)
    {
        var margin = bad == 0 ? SmallestMargin : Math.Abs(bad);
        return new(
            new(RateLine.Difference(fine), Null.AtMost, [.. Harms.Select(part => fine + part * margin).Where(d => d < 1).Select(RateLine.Difference)]),
            new(RateLine.Difference(bad), Null.AtLeast, [.. Goods.Select(part => bad - part * margin).Where(d => d > -1).Select(RateLine.Difference)]),
            margin,
            stages);
    }

    /// <summary>Lines on canary divided by baseline.</summary>
    public static RateComparison OfRatios(double fine, double bad, bool atLeast, int stages)
    {
        var margin = Math.Max(SmallestMargin, Math.Abs(Math.Log(bad)));
        var worse = atLeast ? -margin : margin;
        return new(
            new(RateLine.Ratio(fine), atLeast ? Null.AtLeast : Null.AtMost, [.. Harms.Select(part => RateLine.Ratio(fine * Math.Exp(part * worse)))]),
            new(RateLine.Ratio(bad), atLeast ? Null.AtMost : Null.AtLeast, [.. Goods.Select(part => RateLine.Ratio(bad * Math.Exp(-part * worse)))]),
            margin,
            stages);
    }

    /// <summary>The baseline's rate in one stage.</summary>
    public Rate BaselineIn(int stage) => _estimate.BaselineIn(stage);

    /// <summary>The canary's rate in one stage.</summary>
    public Rate CanaryIn(int stage) => _estimate.CanaryIn(stage);

    /// <summary>Adds a block of one stage.</summary>
    public void Add(int stage, Rate baseline, Rate canary, bool withPass)
    {
        if (baseline.Count + canary.Count == 0)
        {
            return;
        }

        _estimate.Add(stage, baseline, canary);
        _fail.Add(baseline.Count, baseline.Events, canary.Count, canary.Events);
        if (withPass)
        {
            _pass.Add(baseline.Count, baseline.Events, canary.Count, canary.Events);
        }
    }

    /// <summary>The evidence if so many times as much had come in the same proportions.</summary>
    public Evidence Weigh(double factor) => new(_fail.LogEAfter(factor), _pass.LogEAfter(factor));

    /// <summary>The difference and its bounds; nulls before both arms were seen.</summary>
    public (double? Estimate, Bounds Bounds) Read(double failAt, double passAt)
    {
        if (_estimate.Estimate() is not var (difference, error))
        {
            return (null, default);
        }

        var low = difference - NormalMixture.Margin(failAt, error, HarmInMargins * _margin);
        var high = difference + NormalMixture.Margin(passAt, error, _margin);
        return (difference, new(low > -1 ? low : null, high < 1 ? high : null));
    }

    /// <summary>The ratio and its bounds, from the difference over the baseline's rate; nulls before both arms were seen or where the baseline's rate is 0.</summary>
    public (double? Estimate, Bounds Bounds) ReadRatio(double failAt, double passAt, bool atLeast)
    {
        if (_estimate.Estimate() is not var (difference, error) || Baseline.Events == 0)
        {
            return (null, default);
        }

        var (ratio, spread) = (1 + difference / Baseline.Value, error / Baseline.Value);
        var (harm, good) = (NormalMixture.Margin(failAt, spread, HarmInMargins * _margin), NormalMixture.Margin(passAt, spread, _margin));
        var low = ratio - (atLeast ? good : harm);
        return (ratio, new(low > 0 ? low : null, ratio + (atLeast ? harm : good)));
    }
}
