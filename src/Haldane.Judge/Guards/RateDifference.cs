using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>The canary's rate of something minus the baseline's, by exchange; for labels each subject's first of a stage.</summary>
/// <remarks>What one slice says of one stage is a block, see <see cref="TwoRates"/>. Where less is worse, it is the rate of the opposite that is tested.</remarks>
internal sealed class RateDifference(Question question, RateSource source) : RateMeasurement(question, source)
{
    private readonly RateComparison _lanes = RateComparison.OfDifferences(
        Toward(question, question.Guard.FineLine), Toward(question, question.Guard.Bad), question.Stages.Count);

    // Labels of shadow traffic speak of both versions at once.
    private readonly PairedDifference _failPaired = new(Toward(question, question.Guard.FineLine), Null.AtMost, Math.Exp(-question.FailAt));
    private readonly PairedDifference _passPaired = new(Toward(question, question.Guard.Bad), Null.AtLeast, Math.Exp(-question.PassAt));
    private long _pairs;

    /// <inheritdoc/>
    protected override string Margin => (Guard.AtLeast, Guard.Bad) switch
    {
        (true, > 0) => $"{Say.Points(Guard.Bad)} higher is asked",
        (false, < 0) => $"{Say.Points(Guard.Bad)} lower is asked",
        _ => $"{Say.Points(Guard.Bad)} is the margin",
    };

    /// <inheritdoc/>
    protected override double? NoDifference => 0;

    /// <inheritdoc/>
    protected override bool AmountsHaveDirection => true;

    /// <inheritdoc/>
    public override Reading Read()
    {
        var (estimate, bounds) = _lanes.Read(Question.FailAt, Question.PassAt);
        return new()
        {
            Estimate = Toward(Question, estimate),
            Low = Toward(Question, Guard.AtLeast ? bounds.High : bounds.Low),
            High = Toward(Question, Guard.AtLeast ? bounds.Low : bounds.High),
            BaselineValue = Rates.Turned(_lanes.Baseline, Guard.AtLeast).ValueOrNull,
            CanaryValue = Rates.Turned(_lanes.Canary, Guard.AtLeast).ValueOrNull,
            BaselineCount = _lanes.Baseline.Count,
            CanaryCount = _lanes.Canary.Count,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => Source.Missing(Rates.Turned(_lanes.Canary, Guard.AtLeast), Question.Canary.Exchanges, Question.Where);

    /// <inheritdoc/>
    public override string? Broken() => Source.IsLate ? Labels.Uneven(Question, _lanes) : null;

    /// <inheritdoc/>
    protected override void Take(EvidenceSlice slice)
    {
        base.Take(slice);
        foreach (var pairs in slice.Pairs.AsSpan())
        {
            if (pairs.Cell == Question.Cell && Guard.Signal.Kind == SignalKind.Accuracy)
            {
                _failPaired.Add(pairs.Labelled, pairs.CanaryWrong, pairs.BaselineWrong);
                _passPaired.Add(pairs.Labelled, pairs.CanaryWrong, pairs.BaselineWrong);
                _pairs += pairs.Labelled;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Take(int stage, double part, Tally tally) =>
        _lanes.Add(stage, Rates.Turned(tally.Baseline, Guard.AtLeast), Rates.Turned(tally.Canary, Guard.AtLeast), Question.Everyone);

    // Split and shadow traffic are different exchanges, so their e-values multiply.
    /// <inheritdoc/>
    protected override Evidence Weigh(double factor)
    {
        var split = _lanes.Weigh(factor);
        return _pairs == 0
            ? split
            : new(split.Fail + _failPaired.LogEAfter(factor), Question.Everyone ? split.Pass + _passPaired.LogEAfter(factor) : 0);
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => reading is { Estimate: { } difference, BaselineValue: { } baseline }
        ? $"{Source.Of(Rates.Turned(_lanes.Canary, Guard.AtLeast), Question.Where)} against {Say.Percent(baseline)} of {Say.Count(reading.BaselineCount)} of the baseline: {Amount(difference)}"
        : $"no stage has seen both arms{Question.Where} yet";

    /// <inheritdoc/>
    protected override string Amount(double value) => Differences.Amount(value);

    /// <inheritdoc/>
    protected override string Range(double? low, double? high) => Differences.Range(low, high) ?? base.Range(low, high);

    private static double Toward(Question question, double value) => question.Guard.AtLeast ? -value : value;

    private static double? Toward(Question question, double? value) => question.Guard.AtLeast ? -value : value;
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

/// <summary>Rates of things and of their opposites.</summary>
internal static class Rates
{
    /// <summary>The rate of the opposite, if asked.</summary>
    public static Rate Turned(Rate rate, bool turn) => turn ? new(rate.Count - rate.Events, rate.Count) : rate;
}
