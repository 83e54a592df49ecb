using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>The canary's accuracy minus the baseline's, from labels that arrive later, each subject's first of a stage.</summary>
/// <remarks>The labels of one slice that belong to one stage are a block, see <see cref="RateDifference"/>. Harm is the rate of wrong answers.</remarks>
internal sealed class AccuracyDifference(Question question) : Measurement(question)
{
    private readonly DifferenceLanes _lanes = new(-question.Guard.FineLine, -question.Guard.Bad, question.Stages.Count);

    /// <inheritdoc/>
    public override string CountedBy => "subjects";

    /// <inheritdoc/>
    protected override string Margin => Guard.Bad > 0 ? $"{Say.Points(Guard.Bad)} higher is asked" : $"{Say.Points(Guard.Bad)} is the margin";

    /// <inheritdoc/>
    protected override bool LowerIsWorse => true;

    /// <inheritdoc/>
    protected override double? NoDifference => 0;

    /// <inheritdoc/>
    public override void Add(EvidenceSlice slice)
    {
        Labels.ForEachStage(slice, Question.Cell, Question.Stages.Count, (stage, baseline, canary) => _lanes.Add(stage, baseline, canary, Question.Everyone));
        FailLogE = _lanes.FailLogE;
        PassLogE = _lanes.PassLogE;
    }

    /// <inheritdoc/>
    public override Reading Read()
    {
        var (wrong, bounds) = _lanes.Read(Question.FailAt, Question.PassAt);
        return new()
        {
            Estimate = -wrong,
            Low = -bounds.High,
            High = -bounds.Low,
            BaselineValue = 1 - _lanes.Baseline.ValueOrNull,
            CanaryValue = 1 - _lanes.Canary.ValueOrNull,
            BaselineCount = _lanes.Baseline.Count,
            CanaryCount = _lanes.Canary.Count,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => Labels.Missing(_lanes.Canary);

    /// <inheritdoc/>
    public override string? Broken()
    {
        // What the other arm should have brought by now, had its exchanges been labelled alike.
        double canaryExpected = 0, baselineExpected = 0;
        for (var stage = 0; stage < Question.Stages.Count; stage++)
        {
            var share = Question.Stages[stage].Share.Fraction;
            canaryExpected += share < 1 ? _lanes.BaselineIn(stage).Count * share / (1 - share) : 0;
            baselineExpected += share > 0 ? (_lanes.CanaryIn(stage).Count * (1 - share)) / share : 0;
        }

        return Labels.OneArmOnly(_lanes.Canary.Count, _lanes.Baseline.Count, canaryExpected, baselineExpected);
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => reading is { Estimate: { } difference, CanaryValue: { } canary, BaselineValue: { } baseline }
        ? $"accuracy{Question.Where} is {Differences.Amount(difference)}: {Say.Percent(canary)} of {Say.Count(reading.CanaryCount)} labelled "
            + $"against {Say.Percent(baseline)} of {Say.Count(reading.BaselineCount)}"
        : $"no stage has labels{Question.Where} of both arms yet";

    /// <inheritdoc/>
    protected override string Amount(double value) => Differences.Amount(value);

    /// <inheritdoc/>
    protected override string Range(double? low, double? high) => Differences.Range(low, high) ?? base.Range(low, high);
}
