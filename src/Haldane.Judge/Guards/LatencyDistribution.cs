using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Guards;

/// <summary>The largest part of the answers by which the canary is slower than the baseline, over all latencies, stage by stage.</summary>
/// <remarks>
/// Two lanes at half the level each, see <see cref="StochasticOrder"/>: the exact band, whose level is split over the stages, and the asymptotic normal mixture over
/// edges. The exact lane gives a p-value that holds at all times, so the lanes are joined by a union: the larger evidence less ln 2.
/// </remarks>
internal sealed class LatencyDistribution : Measurement
{
    private readonly LatencyHistogram _canary;
    private readonly LatencyHistogram _baseline;
    private readonly StagedEvidence _fail;
    private readonly StagedEvidence _pass;
    private readonly double _logStages;
    private double _failExact, _passExact;

    /// <summary>Nothing seen.</summary>
    public LatencyDistribution(Question question)
        : base(question)
    {
        (_canary, _baseline) = (question.Canary.Times(Clock.LastByte), question.Baseline.Times(Clock.LastByte));
        (_fail, _pass) = (new(question.Stages.Count), new(question.Stages.Count));
        _logStages = Math.Log(question.Stages.Count);
    }

    /// <inheritdoc/>
    public override bool StartsAnew => true;

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Points(Guard.Bad)} of the answers is the margin";

    /// <inheritdoc/>
    protected override double? NoDifference => 0;

    /// <inheritdoc/>
    protected override DesignEffect Effect => _canary.Total == 0 || _baseline.Total == 0 ? DesignEffect.None : LatencyHistogram.EffectOf(_canary, _baseline, 0.5);

    /// <inheritdoc/>
    public override Reading Read()
    {
        double? estimate = null, low = null, high = null;
        if (_canary.Total > 0 && _baseline.Total > 0)
        {
            var (distance, clustering) = (StochasticOrder.Distance(_canary, _baseline).Distance, Effect.Value);
            estimate = distance;
            var (c, b) = (_canary.Total / clustering, _baseline.Total / clustering);
            if (Math.Min(c, b) >= 1)
            {
                var top = distance + Radius(c, b, Question.PassAt);
                (low, high) = (Math.Max(0, distance - Radius(c, b, Question.FailAt)), top < 1 ? top : null);
            }
        }

        return new() { Estimate = estimate, Low = low, High = high, BaselineCount = _baseline.Total, CanaryCount = _canary.Total };
    }

    /// <inheritdoc/>
    public override string? Missing() => Say.FewerThanNeeded(_canary.Total, $"canary answers{Question.Where}");

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
        var (exact, asymptotic) = InStage(effect, 1);
        _failExact = Math.Max(_failExact, exact.Fail - _logStages);
        _passExact = Math.Max(_passExact, exact.Pass - _logStages);
        _fail.Update(asymptotic.Fail, effect.Lasts);
        _pass.Update(asymptotic.Pass, effect.Lasts);
    }

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor)
    {
        double failExact = _failExact, passExact = _passExact, fail = _fail.LogE, pass = _pass.LogE;
        if (factor != 1 && _canary.Total > 0 && _baseline.Total > 0)
        {
            var (exact, asymptotic) = InStage(Effect, factor);
            (failExact, passExact) = (Math.Max(failExact, exact.Fail - _logStages), Math.Max(passExact, exact.Pass - _logStages));
            (fail, pass) = (_fail.LogEIf(asymptotic.Fail), _pass.LogEIf(asymptotic.Pass));
        }

        return new(Math.Max(failExact, fail) - Math.Log(2), Question.Everyone ? Math.Max(passExact, pass) - Math.Log(2) : 0);
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading)
    {
        if (reading.Estimate is not { } distance)
        {
            return $"no answer{Question.Where} of both arms in this stage";
        }

        var bucket = StochasticOrder.Distance(_canary, _baseline).Bucket;
        return distance == 0
            ? $"at no latency{Question.Where} are more canary answers slower"
            : $"{Amount(distance)} more canary answers{Question.Where} take over {Say.Seconds(LatencyBuckets.Edge(bucket))} "
                + $"({Say.Percent(Over(_canary, bucket))} against {Say.Percent(Over(_baseline, bucket))})";
    }

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Points(value);

    private static double Over(LatencyHistogram arm, int bucket) => 1 - arm.UpTo(bucket) / (double)arm.Total;

    // Half the level for this lane, half of that for each arm, and its part for this stage.
    private double Radius(double canary, double baseline, double at)
    {
        var own = at + _logStages + 2 * Math.Log(2);
        return StochasticOrder.Radius(canary, own) + StochasticOrder.Radius(baseline, own);
    }

    private (Evidence Exact, Evidence Asymptotic) InStage(DesignEffect effect, double factor)
    {
        // Too few slices to tell bursts from a change, which the ends of the distributions would not show.
        var clustering = effect.After(factor);
        if (double.IsInfinity(clustering))
        {
            return default;
        }

        var distance = StochasticOrder.Distance(_canary, _baseline).Distance;
        var (c, b) = (_canary.Total / clustering, _baseline.Total / clustering);
        var exact = new Evidence(StochasticOrder.LogEvidence(distance - Guard.FineLine, c, b), 0);
        var asymptotic = new Evidence(StochasticOrder.LogEAbove(_canary, _baseline, Guard.FineLine, Guard.Bad, factor), 0);
        return !Question.Everyone
            ? (exact, asymptotic)
            : (
                exact with { Pass = StochasticOrder.LogEvidence(Guard.Bad - distance, c, b) },
                asymptotic with { Pass = StochasticOrder.LogEBelow(_canary, _baseline, Guard.Bad, Guard.Bad, factor) });
    }
}
