using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>The canary's own accuracy, from labels that arrive later, each subject's first of a stage.</summary>
internal sealed class AccuracyValue(Question question) : Measurement(question)
{
    private readonly LineLanes _lanes = new(1 - question.Guard.FineLine, 1 - question.Guard.Bad);
    private Rate _baseline;

    /// <inheritdoc/>
    public override string CountedBy => "subjects";

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Percent(Guard.Bad)} is the limit";

    /// <inheritdoc/>
    protected override bool LowerIsWorse => true;

    /// <inheritdoc/>
    public override void Add(EvidenceSlice slice)
    {
        Labels.ForEachStage(slice, Question.Cell, Question.Stages.Count, (_, baseline, canary) =>
        {
            _lanes.Add(canary);
            _baseline += baseline;
        });
        FailLogE = _lanes.FailLogE;
        PassLogE = Question.Everyone ? _lanes.PassLogE : 0;
    }

    /// <inheritdoc/>
    public override Reading Read()
    {
        var canary = _lanes.Canary;
        var wrong = TiltMixture.RateBounds(canary.Events, canary.Count, Question.FailAt, Question.PassAt);
        return new()
        {
            Estimate = 1 - canary.ValueOrNull,
            Low = 1 - wrong.High,
            High = 1 - wrong.Low,
            BaselineValue = 1 - _baseline.ValueOrNull,
            CanaryValue = 1 - canary.ValueOrNull,
            BaselineCount = _baseline.Count,
            CanaryCount = canary.Count,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => Labels.Missing(_lanes.Canary);

    /// <inheritdoc/>
    protected override string Headline(Reading reading) =>
        $"accuracy{Question.Where} is {Say.Percent(1 - _lanes.Canary.Value)} over {Say.Count(reading.CanaryCount)} labelled canary answers";

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Percent(value);
}
