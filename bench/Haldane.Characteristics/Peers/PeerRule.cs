using Haldane.Characteristics.Rules;

namespace Haldane.Characteristics.Peers;

/// <summary>A peer's decision rule, re-stated: sees each minute's totals, and takes the canary back or not. It promotes when the stage's time is over.</summary>
/// <remarks>
/// All are granted four metrics: error rate, p99, rate of wrong labels, part of the first class; the last two their users would have to export. For one stream.
/// </remarks>
internal abstract class PeerRule
{
    /// <summary>Takes the next minute; whether the canary is taken back at its end.</summary>
    public abstract bool TakesBack(int minute, Minute totals);
}

/// <summary>Lines on the canary's own metrics.</summary>
/// <param name="Errors">The most errors.</param>
/// <param name="P99">The highest p99, seconds.</param>
/// <param name="Wrong">The most wrong answers.</param>
internal sealed record Thresholds(double Errors, double P99, double Wrong)
{
    // Part of the first class: as far from the baseline's as 0.05 bits are.
    private const double LeastFirst = 0.09, MostFirst = 0.56;

    /// <summary>Our guards' bad lines on top of the baseline's level on a quiet day: half more errors, a tenth slower, two points more wrong answers.</summary>
    public static readonly Thresholds Tight = new(1.5 * Traffic.ErrorRate, 1.1 * Traffic.BaselineP99, Traffic.WrongRate + 0.02);

    /// <summary>What somebody sets who has seen the worst hour: three times the errors, half more latency, five points more wrong answers.</summary>
    public static readonly Thresholds Wide = new(3 * Traffic.ErrorRate, 1.5 * Traffic.BaselineP99, Traffic.WrongRate + 0.05);

    /// <summary>For each metric whether it is beyond its line; a metric without data is not.</summary>
    public bool[] Broken(ArmMinute canary) =>
    [
        canary.ErrorRate > Errors,
        canary.P99 > P99,
        canary.WrongRate > Wrong,
        canary.FirstPart is < LeastFirst or > MostFirst,
    ];
}

/// <summary>Argo Rollouts: each metric is measured over the last interval; one that failed more often than its limit aborts the rollout.</summary>
/// <remarks>Found in its analysis code: Failed if and only if failed measurements exceed <c>failureLimit</c> (0 by default; 3 with 5 minutes in its examples).</remarks>
internal sealed class ArgoRule(int intervalMinutes, int failureLimit, Thresholds lines) : PeerRule
{
    private readonly int[] _failed = new int[4];
    private ArmMinute _window = new();

    public override bool TakesBack(int minute, Minute totals)
    {
        _window.Add(totals.Canary);
        if (minute % intervalMinutes != 0)
        {
            return false;
        }

        var broken = lines.Broken(_window);
        _window = new();
        for (var i = 0; i < broken.Length; i++)
        {
            _failed[i] += broken[i] ? 1 : 0;
        }

        return _failed.Max() > failureLimit;
    }
}

/// <summary>Flagger: each interval checks the metrics in turn up to the first that is out of its range; failed checks add up and never decay.</summary>
/// <remarks>Interval 1 minute, threshold 5, as in its examples; the rollback fires on the tick after the threshold was reached.</remarks>
internal sealed class FlaggerRule(int threshold, Thresholds lines) : PeerRule
{
    private int _failedChecks;

    public override bool TakesBack(int minute, Minute totals)
    {
        if (_failedChecks >= threshold)
        {
            return true;
        }

        _failedChecks += lines.Broken(totals.Canary).Contains(true) ? 1 : 0;
        return false;
    }
}

/// <summary>Kayenta's NetflixACAJudge at its defaults on points of a minute, over a growing window, from 50 points on, every ten minutes.</summary>
/// <remarks>Four metrics of one group; the more-is-worse ones look for an increase, the class for either. Pass 95, marginal 75: one failed metric of four ends the canary.</remarks>
internal sealed class KayentaRule : PeerRule
{
    private const int FewestPoints = 50, EveryMinutes = 10;
    private const double Marginal = 75;

    private readonly List<double[]> _canary = [], _baseline = [];

    public override bool TakesBack(int minute, Minute totals)
    {
        _canary.Add(Points(totals.Canary));
        _baseline.Add(Points(totals.Baseline));
        if (minute < FewestPoints || minute % EveryMinutes != 0)
        {
            return false;
        }

        var passed = Enumerable.Range(0, 4).Count(metric =>
            RankTest.Classify([.. _canary.Select(p => p[metric])], [.. _baseline.Select(p => p[metric])]) is var shift
            && shift != Shift.High && (shift != Shift.Low || metric != 3));

        // Its stand-alone run ends at a score at or below marginal.
        return 100.0 * passed / 4 <= Marginal;
    }

    private static double[] Points(ArmMinute arm) => [arm.ErrorRate, arm.P99, arm.WrongRate, arm.FirstPart];
}

/// <summary>A test at 5 % on all data so far, done again every minute: two-sample z on each metric, one-sided but for the class; p99 as answers above the baseline's.</summary>
internal sealed class PeekedRule : PeerRule
{
    private const double TwoSided = 1.959963984540054;

    private readonly ArmMinute _canary = new(), _baseline = new();

    public override bool TakesBack(int minute, Minute totals)
    {
        _canary.Add(totals.Canary);
        _baseline.Add(totals.Baseline);
        var slow = _baseline.Quantile(0.99);
        return RuleOfEvidence.Z(_canary.Errors, _canary.Exchanges, _baseline.Errors, _baseline.Exchanges) > RuleOfEvidence.OneSided
            || RuleOfEvidence.Z(_canary.Above(slow), _canary.Answers, _baseline.Above(slow), _baseline.Answers) > RuleOfEvidence.OneSided
            || RuleOfEvidence.Z(_canary.Wrong, _canary.Labelled, _baseline.Wrong, _baseline.Labelled) > RuleOfEvidence.OneSided
            || Math.Abs(RuleOfEvidence.Z(_canary.First, _canary.Answers, _baseline.First, _baseline.Answers)) > TwoSided;
    }
}
