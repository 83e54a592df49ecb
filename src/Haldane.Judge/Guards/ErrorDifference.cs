using Haldane.Core.Evidence;

namespace Haldane.Judge.Guards;

/// <summary>The canary's error rate minus the baseline's, by exchange.</summary>
internal sealed class ErrorDifference(Question question) : Measurement(question)
{
    private readonly DifferenceLanes _lanes = new(question.Guard.FineLine, question.Guard.Bad, question.Stages.Count);

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Points(Guard.Bad)} {(Guard.Bad < 0 ? "lower " : "")}is the margin";

    /// <inheritdoc/>
    protected override double? NoDifference => 0;

    /// <inheritdoc/>
    public override void Add(EvidenceSlice slice)
    {
        CellEvidence canary = slice.Canary.Cells[Question.Cell], baseline = slice.Baseline.Cells[Question.Cell];
        _lanes.Add(slice.Stage, new(baseline.Errors, baseline.Exchanges), new(canary.Errors, canary.Exchanges), Question.Everyone);
        FailLogE = _lanes.FailLogE;
        PassLogE = _lanes.PassLogE;
    }

    /// <inheritdoc/>
    public override Reading Read()
    {
        var (estimate, bounds) = _lanes.Read(Question.FailAt, Question.PassAt);
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
    public override string? Missing() => FewerThanNeeded(Question.Canary.Exchanges, "canary exchanges");

    /// <inheritdoc/>
    protected override string Headline(Reading reading)
    {
        var rates = $"{ErrorRatio.Failed(_lanes.Canary, Question.Where)} against {Say.Percent(_lanes.Baseline.Value)} of the baseline";
        return rates + (reading.Estimate is { } difference ? $": {Amount(difference)}" : "");
    }

    /// <inheritdoc/>
    protected override string Amount(double value) => Differences.Amount(value);

    /// <inheritdoc/>
    protected override string Range(double? low, double? high) => Differences.Range(low, high) ?? base.Range(low, high);
}

/// <summary>Words for differences of rates.</summary>
internal static class Differences
{
    /// <summary>E.g. <c>2.4 points lower</c>.</summary>
    public static string Amount(double value) => value == 0 ? "the same" : $"{Say.Points(value)} {(value > 0 ? "higher" : "lower")}";

    /// <summary>E.g. <c>may be between -0.8 and +2.4 points</c>; null unless both bounds stand.</summary>
    public static string? Range(double? low, double? high) =>
        low is { } from && high is { } to ? $"may be between {Say.Signed(from)} and {Say.Signed(to)} points" : null;
}
