using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Guards;

/// <summary>A latency quantile of the canary against an absolute limit: whether more than 1 - p of its answers are over it.</summary>
/// <remarks>
/// One arm, so slices of all stages add up. A limit inside a bucket is rounded to an edge: up where harm is to be proven, down where safety is.
/// </remarks>
internal sealed class LatencyValue : Measurement
{
    private readonly LatencyHistogram _canary;
    private readonly LatencyHistogram _inStage;
    private readonly LatencyHistogram _baseline;
    private readonly string _what;
    private readonly TiltMixture _fail;
    private readonly TiltMixture _pass;
    private readonly int _fineEdge;
    private readonly int _badEdge;
    private readonly double _quantile;
    private readonly Clock _clock;
    private readonly CommonTrouble _trouble;
    private Rate _aside; // of the canary, over the fine line

    /// <summary>Nothing seen.</summary>
    public LatencyValue(Question question, Clock clock)
        : base(question)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Guard.FineLine, nameof(question));
        (_canary, _baseline, _what) = (question.Totals.CanaryInEveryStage(clock, question.Cell), question.Baseline.Times(clock), clock.Said());
        _inStage = question.Canary.Times(clock);
        (_quantile, _clock) = (Guard.Signal.Quantile, clock);
        _fail = TiltMixture.ForQuantile(1 - _quantile, Null.AtMost);
        _pass = TiltMixture.ForQuantile(1 - _quantile, Null.AtLeast);
        _trouble = new(1 - _quantile, TiltMixture.ForQuantile(1 - _quantile, Null.AtMost));
        _fineEdge = (int)Math.Ceiling(Edges(Guard.FineLine) - 1e-9);
        _badEdge = (int)Math.Floor(Edges(Guard.Bad) + 1e-9);
    }

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Seconds(Guard.Bad)} is the limit";

    /// <inheritdoc/>
    protected override DesignEffect Effect => _canary.Total == 0 ? DesignEffect.None : _canary.Effect(_badEdge);

    /// <inheritdoc/>
    public override Reading Read()
    {
        var value = _canary.LogQuantile(_quantile) is { } log ? Math.Exp(log) : (double?)null;
        return new()
        {
            Estimate = value,
            Low = LastEdge(_fail, Question.FailAt),
            High = FirstEdge(_pass, Question.PassAt),
            BaselineValue = _baseline.LogQuantile(_quantile) is { } baseline ? Math.Exp(baseline) : null,
            CanaryValue = value,
            BaselineCount = _baseline.Total,
            CanaryCount = _canary.Total,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => Say.FewerThanNeeded(_inStage.Total, $"canary answers{Question.Where}");

    /// <inheritdoc/>
    protected override void Take(EvidenceSlice slice)
    {
        // The totals of all stages hold it already.
        if (_trouble.Add(slice.Baseline.Cells[Question.Cell].TimesOf(_clock).Above(_badEdge)))
        {
            _aside += slice.Canary.Cells[Question.Cell].TimesOf(_clock).Above(_fineEdge);
        }
    }

    /// <inheritdoc/>
    public override string? Trouble() => _trouble.Standing is { } baseline
        ? Say.Trouble(baseline.Value, baseline.Count, $"answers{Question.Where} over {Say.Seconds(Guard.Bad)}", $"{Say.Percent(1 - _quantile)} may be") : null;

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor) => new(
        Harm(factor), Question.Everyone ? LogE(_pass, _badEdge, factor) : 0);

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => reading.Estimate is { } value
        ? $"{Say.Quantile(_quantile)}{_what}{Question.Where} is {Say.Seconds(value)} over {Say.Count(_canary.Total)} canary answers"
        : $"no canary answer{Question.Where} yet";

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Seconds(value);

    private static double Edges(double seconds) => Math.Log(seconds / LatencyBuckets.Edge(0)) / LatencyBuckets.LogRatio;

    private double Harm(double factor)
    {
        var clustering = _canary.Effect(_fineEdge).After(factor);
        return _fail.LogE((_canary.Total - _canary.UpTo(_fineEdge) - _aside.Events) / clustering, (_canary.Total - _aside.Count) / clustering);
    }

    private double LogE(TiltMixture lane, int edge, double factor = 1)
    {
        var clustering = _canary.Effect(edge).After(factor);
        return lane.LogE((_canary.Total - _canary.UpTo(edge)) / clustering, _canary.Total / clustering);
    }

    // Each edge is a limit of its own; those that are proven to lie below the quantile form a run, by monotony.
    private double? LastEdge(TiltMixture above, double at)
    {
        double? last = null;
        for (var edge = _canary.First - 1; edge < _canary.Last && LogE(above, edge) >= at; edge++)
        {
            last = LatencyBuckets.Edge(edge);
        }

        return last;
    }

    private double? FirstEdge(TiltMixture below, double at)
    {
        double? first = null;
        for (var edge = _canary.Last; edge >= _canary.First && LogE(below, edge) >= at; edge--)
        {
            first = LatencyBuckets.Edge(edge);
        }

        return first;
    }
}
