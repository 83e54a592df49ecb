using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>Tests and estimates the difference of two rates of harm, canary minus baseline, against a fine and a bad line.</summary>
/// <remarks>All numbers are rates of harm (errors, wrong answers) as fractions: higher is worse.</remarks>
internal sealed class DifferenceLanes
{
    // Beyond the fine line in parts of the margin: from a quarter, for slow proofs near the line, to 32, for answers that are nearly all wrong.
    private static readonly double[] Harms = [0.25, 0.5, 1, 2, 4, 8, 16, 32];

    // Short of the bad line in parts of the margin: half-way, no difference, and two sizes of improvement.
    private static readonly double[] Goods = [0.5, 1, 2, 5];

    // The lower bound is for people who ask how bad it is, so it is tuned to harm of several margins; the upper one to passing.
    private const double HarmInMargins = 8;

    // What a margin of nothing is taken as, for the choice of alternatives only.
    private const double SmallestMargin = 0.01;

    private readonly RateDifference _fail;
    private readonly RateDifference _pass;
    private readonly StratifiedDifference _estimate;
    private readonly double _margin;

    /// <summary>Nothing seen.</summary>
    public DifferenceLanes(double fine, double bad, int stages)
    {
        if (fine > bad)
        {
            throw new ArgumentException($"The fine line ({fine:0.####} more harm) must not be worse than the bad line ({bad:0.####}).", nameof(fine));
        }

        _margin = bad == 0 ? SmallestMargin : Math.Abs(bad);
        _fail = new(fine, Null.AtMost, [.. Harms.Select(part => fine + part * _margin).Where(d => d < 1)]);
        _pass = new(bad, Null.AtLeast, [.. Goods.Select(part => bad - part * _margin).Where(d => d > -1)]);
        _estimate = new(stages);
    }

    /// <summary>Natural logarithm of the e-value against "fine".</summary>
    public double FailLogE => _fail.LogE;

    /// <summary>Natural logarithm of the e-value against "bad".</summary>
    public double PassLogE => _pass.LogE;

    /// <summary>The baseline's rate.</summary>
    public Rate Baseline => _estimate.Baseline;

    /// <summary>The canary's rate.</summary>
    public Rate Canary => _estimate.Canary;

    /// <summary>The baseline's rate in one stage.</summary>
    public Rate BaselineIn(int stage) => _estimate.BaselineIn(stage);

    /// <summary>The canary's rate in one stage.</summary>
    public Rate CanaryIn(int stage) => _estimate.CanaryIn(stage);

    /// <summary>Adds a block of exchanges of one stage.</summary>
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
}
