using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>The canary's own error rate, by exchange.</summary>
internal sealed class ErrorValue(Question question) : Measurement(question)
{
    private readonly LineLanes _lanes = new(question.Guard.FineLine, question.Guard.Bad);
    private Rate _baseline;

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Percent(Guard.Bad)} is the limit";

    /// <inheritdoc/>
    public override void Add(EvidenceSlice slice)
    {
        CellEvidence canary = slice.Canary.Cells[Question.Cell], baseline = slice.Baseline.Cells[Question.Cell];
        _lanes.Add(new(canary.Errors, canary.Exchanges));
        _baseline += new Rate(baseline.Errors, baseline.Exchanges);
        FailLogE = _lanes.FailLogE;
        PassLogE = Question.Everyone ? _lanes.PassLogE : 0;
    }

    /// <inheritdoc/>
    public override Reading Read()
    {
        var canary = _lanes.Canary;
        var bounds = TiltMixture.RateBounds(canary.Events, canary.Count, Question.FailAt, Question.PassAt);
        return new()
        {
            Estimate = canary.ValueOrNull,
            Low = bounds.Low,
            High = bounds.High,
            BaselineValue = _baseline.ValueOrNull,
            CanaryValue = canary.ValueOrNull,
            BaselineCount = _baseline.Count,
            CanaryCount = canary.Count,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => FewerThanNeeded(Question.Canary.Exchanges, "canary exchanges");

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => ErrorRatio.Failed(_lanes.Canary, Question.Where);

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Percent(value);
}
