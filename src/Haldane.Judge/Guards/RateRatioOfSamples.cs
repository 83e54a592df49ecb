using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>The canary's accuracy divided by the baseline's: a ratio of rates where both outcomes of every observation are known, however frequent they are.</summary>
/// <remarks>What one slice says of one stage is a block, see <see cref="TwoRates"/>. More is better.</remarks>
internal sealed class RateRatioOfSamples(Question question, RateSource source) : RateMeasurement(question, source)
{
    private readonly RateComparison _lanes = RateComparison.OfRatios(question.Guard.FineLine, question.Guard.Bad, question.Guard.AtLeast, question.Stages.Count);

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Times(Guard.Bad)} is asked";

    /// <inheritdoc/>
    protected override double? NoDifference => 1;

    /// <inheritdoc/>
    public override Reading Read()
    {
        var (estimate, bounds) = _lanes.ReadRatio(Question.FailAt, Question.PassAt, Guard.AtLeast);
        return new()
        {
            Estimate = estimate,
            Low = bounds.Low,
            High = bounds.High,
            BaselineValue = _lanes.Baseline.ValueOrNull,
            CanaryValue = _lanes.Canary.ValueOrNull,
            BaselineCount = _lanes.Baseline.Count,
            CanaryCount = _lanes.Canary.Count,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => Source.Missing(_lanes.Canary, Question.Canary.Exchanges, Question.Where);

    /// <inheritdoc/>
    public override string? Broken() => Labels.Uneven(Question, _lanes);

    /// <inheritdoc/>
    protected override void Take(int stage, double part, Tally tally) => _lanes.Add(stage, tally.Baseline, tally.Canary, Question.Everyone);

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor) => _lanes.Weigh(factor);

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => reading is { Estimate: { } ratio, BaselineValue: { } baseline }
        ? $"{Source.Of(_lanes.Canary, Question.Where)} against {Say.Percent(baseline)} of {Say.Count(reading.BaselineCount)} of the baseline: {Say.Compared(ratio)}"
        : $"no stage has seen both arms{Question.Where} yet";

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Times(value);
}
