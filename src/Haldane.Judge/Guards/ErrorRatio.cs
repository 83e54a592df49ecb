using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>The canary's error rate divided by the baseline's, counted by the unit that is assigned, with a floor that is never bad.</summary>
/// <remarks>
/// Fine means "ratio at most fine, or the canary's rate at most the floor", so Fail needs evidence against both: the smaller e-value. Bad means
/// "ratio at least bad, and the rate at least the floor", so evidence against either is enough: their average. The floor is by exchange.
/// </remarks>
internal sealed class ErrorRatio : Measurement
{
    private readonly RateRatioProfile _profile = new();
    private readonly int _fine;
    private readonly int _bad;
    private readonly TiltMixture? _aboveFloor;
    private readonly TiltMixture? _belowFloor;
    private Rate _canary, _baseline;
    private long _canarySubjects, _baselineSubjects;

    /// <summary>Nothing seen.</summary>
    public ErrorRatio(Question question)
        : base(question)
    {
        (_fine, _bad) = (RateRatioProfile.FineIndex(Guard.FineLine), RateRatioProfile.BadIndex(Guard.Bad));
        if (_fine > _bad)
        {
            throw new ArgumentException(
                $"Guard {Guard.Name}: the lines {Guard.FineLine:0.###} and {Guard.Bad:0.###} are too close; ratios of error rates are told apart in steps of 5 %.",
                nameof(question));
        }

        if (Guard.Floor > 0)
        {
            _aboveFloor = TiltMixture.ForRate(Guard.Floor, Null.AtMost);
            _belowFloor = TiltMixture.ForRate(Guard.Floor, Null.AtLeast);
        }
    }

    /// <inheritdoc/>
    public override string CountedBy => Question.BySubject ? "subjects" : "exchanges";

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Times(Guard.Bad)} is the margin";

    /// <inheritdoc/>
    protected override double? NoDifference => 1;

    /// <inheritdoc/>
    public override void Add(EvidenceSlice slice)
    {
        CellEvidence canary = slice.Canary.Cells[Question.Cell], baseline = slice.Baseline.Cells[Question.Cell];
        _profile.Add(slice.Share.Fraction, canary.ErrorSubjects, baseline.ErrorSubjects);
        _canary += new Rate(canary.Errors, canary.Exchanges);
        _baseline += new Rate(baseline.Errors, baseline.Exchanges);
        _canarySubjects += canary.ErrorSubjects;
        _baselineSubjects += baseline.ErrorSubjects;

        var fail = _profile.LogE(_fine, Null.AtMost);
        FailLogE = _aboveFloor is null ? fail : Math.Min(fail, _aboveFloor.LogE(_canary.Events, _canary.Count));
        if (Question.Everyone)
        {
            var pass = _profile.LogE(_bad, Null.AtLeast);
            PassLogE = _belowFloor is null ? pass : LogSpace.Average(pass, _belowFloor.LogE(_canary.Events, _canary.Count));
        }
    }

    /// <inheritdoc/>
    public override Reading Read()
    {
        var bounds = _profile.BoundsAt(Question.FailAt, Question.PassAt);
        return new()
        {
            Estimate = _profile.Estimate(),
            Low = bounds.Low,
            High = bounds.High,
            BaselineValue = _baseline.ValueOrNull,
            CanaryValue = _canary.ValueOrNull,
            BaselineCount = _baseline.Count,
            CanaryCount = _canary.Count,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => FewerThanNeeded(Question.Canary.Exchanges, "canary exchanges");

    /// <inheritdoc/>
    public override string Explain(VerdictKind kind, Reading reading, bool worse)
    {
        var belowFloor = _canary.Value < Guard.Floor;
        if (kind == VerdictKind.Pass && belowFloor && !worse)
        {
            return $"{Canary()}; below the floor of {Say.Percent(Guard.Floor)}";
        }

        if (kind == VerdictKind.Undecided && _canary.Events == 0 && _belowFloor is not null)
        {
            // What the floor's half of the average must bring beside what the ratio's half has.
            var ratio = Math.Min(_profile.LogE(_bad, Null.AtLeast), Question.PassAt);
            var needed = _belowFloor.CleanObservationsFor(Math.Log(2 * Math.Exp(Question.PassAt) - Math.Exp(ratio)));
            return $"{Canary()}; about {Say.Count(needed)} clean ones show that it is below the floor of {Say.Percent(Guard.Floor)}";
        }

        if (kind == VerdictKind.Undecided && _canary.Events + _baseline.Events == 0)
        {
            return $"{Canary()} and none of the baseline; without errors a ratio says nothing: give the guard a floor";
        }

        return base.Explain(kind, reading, worse);
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading)
    {
        var rates = $"{Canary()} against {Say.Percent(_baseline.Value)} of {Say.Count(_baseline.Count)} of the baseline";
        var unit = Question.BySubject ? $", {Say.Count(_canarySubjects)} against {Say.Count(_baselineSubjects)} subjects" : "";
        return rates + unit + (reading.Estimate is { } ratio ? $": {Say.Times(ratio)} the baseline" : "");
    }

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Times(value);

    private string Canary() => Failed(_canary, Question.Where);

    /// <summary>E.g. <c>no errors in 6,912 canary exchanges</c>.</summary>
    internal static string Failed(Rate canary, string where) => canary.Events == 0
        ? $"no errors in {Say.Count(canary.Count)} canary exchanges{where}"
        : $"{Say.Percent(canary.Value)} of {Say.Count(canary.Count)} canary exchanges{where} failed";
}
