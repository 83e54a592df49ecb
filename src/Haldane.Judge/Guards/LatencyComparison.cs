using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Guards;

/// <summary>A quantile of a time of the canary against that of the baseline, as a ratio or a difference, stage by stage.</summary>
/// <remarks>
/// Two lanes at half the level each, i.e. the average of their e-values: an exact one, <see cref="QuantileRatio"/> or for differences <see cref="QuantileShift"/>, and the asymptotic
/// <see cref="QuantileEstimate"/>, which counts as 1 until it can be trusted.
/// </remarks>
internal sealed class LatencyComparison : Measurement
{
    // The asymptotic lane is tuned to harm of the size of the margin, the exact lane being the faster one for more, and to passing a canary that is as the baseline.
    private const double HarmInMargins = 1;

    // Evidence below this proves nothing, and no promise is so weak that it comes near.
    private const double WorthKnowing = 0.5;

    private readonly QuantileShift _shift;
    private readonly StagedEvidence _fail;
    private readonly StagedEvidence _pass;
    private readonly LatencyHistogram _canary;
    private readonly LatencyHistogram _baseline;
    private readonly bool _isRatio;
    private readonly double _fine;
    private readonly double _bad;
    private readonly double _margin;
    private readonly string _what;

    /// <summary>Nothing seen.</summary>
    public LatencyComparison(Question question, Clock clock)
        : base(question)
    {
        _isRatio = Guard.Scale == Scale.Ratio;
        if (_isRatio)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Guard.FineLine, nameof(question));
        }

        (_canary, _baseline) = (question.Canary.Times(clock), question.Baseline.Times(clock));
        _shift = new(Quantile);
        (_fail, _pass) = (new(question.Stages.Count), new(question.Stages.Count));
        (_fine, _bad) = _isRatio ? (Math.Log(Guard.FineLine), Math.Log(Guard.Bad)) : (Guard.FineLine, Guard.Bad);
        _margin = _isRatio ? Math.Max(Math.Abs(_bad), LatencyBuckets.LogRatio) : Math.Abs(_bad);
        _what = clock.Said();
    }

    /// <inheritdoc/>
    public override bool StartsAnew => true;

    /// <inheritdoc/>
    protected override string Margin => (_isRatio, Guard.Bad) switch
    {
        (false, _) => $"{Say.Seconds(Guard.Bad)} is the margin",
        (true, >= 1) => $"{Say.Number((Guard.Bad - 1) * 100, 2)} % is the margin",
        _ => $"{Say.Change(Guard.Bad)} is the margin",
    };

    /// <inheritdoc/>
    protected override double? NoDifference => _isRatio ? 1 : 0;

    /// <inheritdoc/>
    protected override bool AmountsHaveDirection => true;

    /// <inheritdoc/>
    protected override DesignEffect Effect =>
        _canary.Total == 0 || _baseline.Total == 0 ? DesignEffect.None : LatencyHistogram.EffectOf(_canary, _baseline, Quantile);

    private double Quantile => Guard.Signal.Quantile;

    /// <inheritdoc/>
    public override Reading Read()
    {
        double? c = _canary.LogQuantile(Quantile), b = _baseline.LogQuantile(Quantile);
        double? low = null, high = null;
        if (Estimate(Effect, 1) is { } estimate)
        {
            // Half the level for this lane, and its part for this stage, so that the bounds hold over the whole rollout.
            var split = Math.Log(2 * Question.Stages.Count);
            low = estimate.Low(NormalMixture.Margin(Question.FailAt + split, estimate.Error, HarmInMargins * _margin));
            high = estimate.High(NormalMixture.Margin(Question.PassAt + split, estimate.Error, _margin));
        }

        return new()
        {
            Estimate = c is { } x && b is { } y ? (_isRatio ? Math.Exp(x - y) : Math.Exp(x) - Math.Exp(y)) : null,
            Low = OnScale(low),
            High = OnScale(high),
            BaselineValue = b is { } logBaseline ? Math.Exp(logBaseline) : null,
            CanaryValue = c is { } logCanary ? Math.Exp(logCanary) : null,
            BaselineCount = _baseline.Total,
            CanaryCount = _canary.Total,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => Say.FewerThanNeeded(_canary.Total, $"canary answers{Question.Where}");

    /// <inheritdoc/>
    public override string Explain(VerdictKind kind, Reading reading, bool worse)
    {
        var needed = QuantileEstimate.Needed(Quantile);
        var (fewest, arm) = reading.BaselineCount < reading.CanaryCount ? (reading.BaselineCount, "baseline") : (reading.CanaryCount, "canary");
        return kind == VerdictKind.Undecided && reading.Low is null && fewest < needed
            ? $"{Headline(reading)}; {Say.Count(fewest)} {arm} answers in this stage, bounds come with {Say.Count(needed)}; {Margin}"
            : base.Explain(kind, reading, worse);
    }

    /// <inheritdoc/>
    protected override void Take(EvidenceSlice slice)
    {
        _fail.MoveTo(slice.Stage);
        _pass.MoveTo(slice.Stage);
        if (_canary.Total == 0 || _baseline.Total == 0)
        {
            return;
        }

        var effect = Effect;
        var (fail, pass) = InStage(effect, 1);
        _fail.Update(fail, effect.Lasts);
        _pass.Update(pass, effect.Lasts);
    }

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor)
    {
        if (factor == 1 || _canary.Total == 0 || _baseline.Total == 0)
        {
            return new(_fail.LogE, _pass.LogE);
        }

        var (fail, pass) = InStage(Effect, factor);
        return new(_fail.LogEIf(fail), _pass.LogEIf(pass));
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading)
    {
        var name = Say.Quantile(Quantile) + _what + Question.Where;
        return reading is { Estimate: { } estimate, CanaryValue: { } canary, BaselineValue: { } baseline }
            ? $"{name} is {Say.Seconds(canary)} against {Say.Seconds(baseline)} of the baseline: {Amount(estimate)}"
            : $"{name} has answers of one arm only in this stage";
    }

    /// <inheritdoc/>
    protected override string Amount(double value) => _isRatio ? Say.Change(value) : Say.SecondsMore(value);

    private double? OnScale(double? value) => _isRatio && value is { } log ? Math.Exp(log) : value;

    // Both lanes scale with the number of answers: as if a burst were shorter.
    private (double Fail, double Pass) InStage(DesignEffect effect, double factor)
    {
        var clustering = effect.After(factor);
        var estimate = Estimate(effect, factor);
        var fail = LogSpace.Average(
            Exact(_canary, _baseline, _fine, clustering, Share),
            estimate is { } harm ? NormalMixture.LogE(harm.Above(_fine), harm.Error, HarmInMargins * _margin) : 0);
        return !Question.Everyone
            ? (fail, 0)
            : (fail, LogSpace.Average(
                Exact(_baseline, _canary, -_bad, clustering, 1 - Share),
                estimate is { } safety ? NormalMixture.LogE(-safety.Above(_bad), safety.Error, _margin) : 0));
    }

    private double Share => Question.Stages[_fail.Stage].CanaryPart;

    // Where two looks show that there is no evidence, the search for the exact value is spared: none is claimed then, which is less than there is.
    private double Exact(LatencyHistogram slow, LatencyHistogram fast, double line, double clustering, double share)
    {
        int ofSlow = slow.QuantileBucket(Quantile), ofFast = fast.QuantileBucket(Quantile);
        if (_isRatio)
        {
            var (lane, shift) = (Question.Shares.Quantile(Quantile, share), line / LatencyBuckets.LogRatio);
            return lane.AtMost(slow, fast, shift, clustering, ofSlow, ofFast) > WorthKnowing ? lane.LogE(slow, fast, shift, clustering) : double.NegativeInfinity;
        }

        var difference = EdgeShift.Difference(line);
        return _shift.AtMost(slow, fast, difference, clustering, ofSlow, ofFast) > WorthKnowing ? _shift.LogE(slow, fast, difference, clustering) : double.NegativeInfinity;
    }

    private QuantileEstimate? Estimate(DesignEffect effect, double factor) =>
        QuantileEstimate.Of(_canary, _baseline, Quantile, _isRatio, effect.After(factor), factor);
}
