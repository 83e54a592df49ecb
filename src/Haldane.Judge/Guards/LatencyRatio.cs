using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>A latency quantile of the canary divided by that of the baseline, stage by stage.</summary>
/// <remarks>
/// Two lanes at half the level each, i.e. the average of their e-values: the exact <see cref="QuantileRatio"/>, and the asymptotic
/// <see cref="QuantileEstimate"/>, which counts as 1 until it can be trusted.
/// </remarks>
internal sealed class LatencyRatio : Measurement
{
    // The asymptotic lane is tuned to harm of the size of the margin, the exact lane being the faster one for more, and to passing a canary that is as the baseline.
    private const double HarmInMargins = 1;

    private readonly QuantileRatio[] _slower;
    private readonly QuantileRatio[] _faster;
    private readonly StagedEvidence _fail;
    private readonly StagedEvidence _pass;
    private readonly double _logFine;
    private readonly double _logBad;
    private readonly double _margin;

    /// <summary>Nothing seen.</summary>
    public LatencyRatio(Question question)
        : base(question)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Guard.FineLine, nameof(question));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Guard.FineLine, Guard.Bad, nameof(question));
        _slower = [.. question.Stages.Select(s => new QuantileRatio(Guard.Signal.Quantile, s.Share.Fraction))];
        _faster = [.. question.Stages.Select(s => new QuantileRatio(Guard.Signal.Quantile, 1 - s.Share.Fraction))];
        (_fail, _pass) = (new(question.Stages.Count), new(question.Stages.Count));
        (_logFine, _logBad) = (Math.Log(Guard.FineLine), Math.Log(Guard.Bad));
        _margin = Math.Max(Math.Abs(_logBad), LatencyBuckets.LogRatio);
    }

    /// <inheritdoc/>
    protected override string Margin => Guard.Bad >= 1
        ? $"{Say.Number((Guard.Bad - 1) * 100, 2)} % is the margin"
        : $"{Say.Change(Guard.Bad)} is the margin";

    /// <inheritdoc/>
    protected override double? NoDifference => 1;

    /// <inheritdoc/>
    public override void Add(EvidenceSlice slice)
    {
        var (canary, baseline) = (Question.Canary.Latency, Question.Baseline.Latency);
        _fail.MoveTo(slice.Stage);
        _pass.MoveTo(slice.Stage);
        if (canary.Total > 0 && baseline.Total > 0)
        {
            var clustering = Clustering();
            var estimate = QuantileEstimate.Of(canary, baseline, Guard.Signal.Quantile, clustering);
            _fail.Update(LogSpace.Average(
                _slower[slice.Stage].LogE(canary, baseline, _logFine / LatencyBuckets.LogRatio, clustering),
                estimate is var (above, error) ? NormalMixture.LogE(above - _logFine, error, HarmInMargins * _margin) : 0));
            if (Question.Everyone)
            {
                _pass.Update(LogSpace.Average(
                    _faster[slice.Stage].LogE(baseline, canary, -_logBad / LatencyBuckets.LogRatio, clustering),
                    estimate is var (below, spread) ? NormalMixture.LogE(_logBad - below, spread, _margin) : 0));
            }
        }

        FailLogE = _fail.LogE;
        PassLogE = _pass.LogE;
    }

    /// <inheritdoc/>
    public override Reading Read()
    {
        var (canary, baseline) = (Question.Canary.Latency, Question.Baseline.Latency);
        double? c = canary.LogQuantile(Guard.Signal.Quantile), b = baseline.LogQuantile(Guard.Signal.Quantile);
        double? low = null, high = null;
        var clustering = canary.Total > 0 && baseline.Total > 0 ? Clustering() : 1;
        if (QuantileEstimate.Of(canary, baseline, Guard.Signal.Quantile, clustering) is var (theta, error))
        {
            // Half the level for this lane, and its part for this stage, so that the bounds hold over the whole rollout.
            var split = Math.Log(2 * Question.Stages.Count);
            low = Math.Exp(theta - NormalMixture.Margin(Question.FailAt + split, error, HarmInMargins * _margin));
            high = Math.Exp(theta + NormalMixture.Margin(Question.PassAt + split, error, _margin));
        }

        return new()
        {
            Estimate = c is { } x && b is { } y ? Math.Exp(x - y) : null,
            Low = low,
            High = high,
            BaselineValue = b is { } logBaseline ? Math.Exp(logBaseline) : null,
            CanaryValue = c is { } logCanary ? Math.Exp(logCanary) : null,
            BaselineCount = baseline.Total,
            CanaryCount = canary.Total,
        };
    }

    // The largest of both arms at both arms' quantiles: what lies between them is what the lanes compare, and bursts that one arm was spared so far
    // could have struck it as well.
    private double Clustering()
    {
        var (canary, baseline) = (Question.Canary.Latency, Question.Baseline.Latency);
        int ofCanary = canary.QuantileBucket(Guard.Signal.Quantile), ofBaseline = baseline.QuantileBucket(Guard.Signal.Quantile);
        return Math.Max(
            Math.Max(canary.Clustering(ofCanary), canary.Clustering(ofBaseline)),
            Math.Max(baseline.Clustering(ofCanary), baseline.Clustering(ofBaseline)));
    }

    /// <inheritdoc/>
    public override string? Missing() => FewerThanNeeded(Question.Canary.Latency.Total, "canary answers");

    /// <inheritdoc/>
    public override string Explain(VerdictKind kind, Reading reading, bool worse)
    {
        var needed = QuantileEstimate.Needed(Guard.Signal.Quantile);
        return kind == VerdictKind.Undecided && reading.Low is null && Math.Min(reading.CanaryCount, reading.BaselineCount) < needed
            ? $"{Headline(reading)}; {Say.Count(reading.CanaryCount)} canary answers in this stage, bounds come with {Say.Count(needed)}; {Margin}"
            : base.Explain(kind, reading, worse);
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading)
    {
        var name = Say.Quantile(Guard.Signal.Quantile) + Question.Where;
        return reading is { Estimate: { } ratio, CanaryValue: { } canary, BaselineValue: { } baseline }
            ? $"{name} is {Say.Seconds(canary)} against {Say.Seconds(baseline)} of the baseline: {Say.Change(ratio)}"
            : $"{name} has answers of one arm only in this stage";
    }

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Change(value);
}
