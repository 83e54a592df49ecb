using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>The canary's own rate of something, by exchange; for labels each subject's first of a stage.</summary>
/// <remarks>One arm, so stages add up. Where less is worse, it is the rate of the opposite that is tested. While the baseline is beyond the limit too, see <see cref="CommonTrouble"/>, nothing counts as harm.</remarks>
internal sealed class RateValue : RateMeasurement
{
    private readonly TiltMixture _fail;
    private readonly TiltMixture _pass;
    private readonly CommonTrouble? _trouble;
    private Rate _baseline, _canary, _held;

    /// <summary>Nothing seen.</summary>
    public RateValue(Question question, RateSource source)
        : base(question, source)
    {
        double fine = Guard.AtLeast ? 1 - Guard.FineLine : Guard.FineLine, bad = Guard.AtLeast ? 1 - Guard.Bad : Guard.Bad;
        (_fail, _pass) = (TiltMixture.ForRate(fine, Null.AtMost), TiltMixture.ForRate(bad, Null.AtLeast));
        _trouble = source.IsLate ? null : new(bad, TiltMixture.ForRate(bad, Null.AtMost));
    }

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Percent(Guard.Bad)} is the limit";

    /// <inheritdoc/>
    public override Reading Read()
    {
        var bounds = TiltMixture.RateBounds(_canary.Events, _canary.Count, Question.FailAt, Question.PassAt);
        return new()
        {
            Estimate = Facing(_canary.ValueOrNull),
            Low = Facing(Guard.AtLeast ? bounds.High : bounds.Low),
            High = Facing(Guard.AtLeast ? bounds.Low : bounds.High),
            BaselineValue = Facing(_baseline.ValueOrNull),
            CanaryValue = Facing(_canary.ValueOrNull),
            BaselineCount = _baseline.Count,
            CanaryCount = _canary.Count,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => Source.Missing(Rates.Turned(_canary, Guard.AtLeast), Question.Canary.Exchanges, Question.Where);

    /// <inheritdoc/>
    public override string? Trouble() => _trouble?.Standing is { } baseline ? Say.Trouble(Guard.AtLeast ? 1 - baseline.Value : baseline.Value, baseline.Count, $"exchanges{Question.Where}", Margin) : null;

    /// <inheritdoc/>
    protected override void Take(int stage, double part, Tally tally)
    {
        var (baseline, canary) = (Rates.Turned(tally.Baseline, Guard.AtLeast), Rates.Turned(tally.Canary, Guard.AtLeast));
        _canary += canary;
        _baseline += baseline;
        _held += _trouble?.Add(baseline) == true ? default : canary;
    }

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor) => new(
        _fail.LogE(factor * _held.Events, factor * _held.Count),
        Question.Everyone ? _pass.LogE(factor * _canary.Events, factor * _canary.Count) : 0);

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => Source.Of(Rates.Turned(_canary, Guard.AtLeast), Question.Where);

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Percent(value);

    private double? Facing(double? rate) => Guard.AtLeast ? 1 - rate : rate;
}
