using Haldane.Core.Judging;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>The canary's rate of something divided by the baseline's, counted by the unit that is assigned, with a floor that is never bad.</summary>
/// <remarks>
/// Each stage's events are weighed with that stage's share, so the rate may drift while the share moves, and events may come late. Fine means "ratio at most fine,
/// or the canary's rate at most the floor", so Fail needs evidence against both: the smaller e-value. Bad means "ratio at least bad, and the rate at
/// least the floor", so evidence against either is enough: their average. The floor is by exchange. Where less is worse, all signs turn.
/// <para>A first event of each subject cannot tell ratios any more once most subjects have had theirs: the arm that fails oftener runs out of them sooner, and the rest look alike. So Pass asks for the same proof by exchange too:
/// the smaller e-value, which is valid where either is. Fail does not, for subjects that fail again and again are no proof of harm.</para>
/// </remarks>
internal sealed class RateRatio : RateMeasurement
{
    private readonly RateRatioProfile _profile = new();
    private readonly Null _failNull;
    private readonly Null _passNull;
    private readonly int _fine;
    private readonly int _bad;
    private readonly RateRatioProfile? _byExchange;
    private readonly TiltMixture? _aboveFloor;
    private readonly TiltMixture? _belowFloor;
    private Tally _seen;

    /// <summary>Nothing seen.</summary>
    public RateRatio(Question question, RateSource source)
        : base(question, source)
    {
        (_failNull, _passNull) = Guard.AtLeast ? (Null.AtLeast, Null.AtMost) : (Null.AtMost, Null.AtLeast);
        (_fine, _bad) = (RateRatioProfile.IndexOf(Guard.FineLine, _failNull), RateRatioProfile.IndexOf(Guard.Bad, _passNull));
        if (Guard.AtLeast ? _fine < _bad : _fine > _bad)
        {
            throw new ArgumentException(
                $"Guard {Guard.Name}: the lines {Guard.FineLine:0.###} and {Guard.Bad:0.###} are too close; ratios of rates are told apart in steps of 5 %.",
                nameof(question));
        }

        if (question is { BySubject: true, Everyone: true } && !source.IsLate)
        {
            _byExchange = new();
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
    protected override string Margin => Guard.AtLeast ? $"{Say.Times(Guard.Bad)} is asked" : $"{Say.Times(Guard.Bad)} is the margin";

    /// <inheritdoc/>
    protected override double? NoDifference => 1;

    /// <inheritdoc/>
    public override Reading Read()
    {
        var (worse, better) = Guard.AtLeast ? (Question.PassAt, Question.FailAt) : (Question.FailAt, Question.PassAt);
        var bounds = _profile.BoundsAt(worse, better);
        return new()
        {
            Estimate = _profile.Estimate(),
            Low = bounds.Low,
            High = bounds.High,
            BaselineValue = _seen.Baseline.ValueOrNull,
            CanaryValue = _seen.Canary.ValueOrNull,
            BaselineCount = Source.IsLate ? _seen.BaselineSubjects : _seen.Baseline.Count,
            CanaryCount = Source.IsLate ? _seen.CanarySubjects : _seen.Canary.Count,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => Source.Missing(_seen.Canary, Question.Canary.Exchanges, Question.Where);

    /// <inheritdoc/>
    public override string Explain(VerdictKind kind, Reading reading, bool worse)
    {
        var belowFloor = _seen.Canary.Value < Guard.Floor;
        if (kind == VerdictKind.Pass && belowFloor && !worse)
        {
            return $"{Canary()}; below the floor of {Say.Percent(Guard.Floor)}";
        }

        if (kind == VerdictKind.Undecided && _byExchange is { } all && _profile.LogE(_bad, _passNull) >= Question.PassAt && all.LogE(_bad, _passNull) < Question.PassAt)
        {
            return $"{Headline(reading)}; not proven by exchange yet, and many of the subjects that can fail have failed already; {Margin}";
        }

        if (kind == VerdictKind.Undecided && _seen.Canary.Events == 0 && _belowFloor is not null)
        {
            // What the floor's half of the average must bring beside what the ratio's half has.
            var ratio = Math.Min(_profile.LogE(_bad, _passNull), Question.PassAt);
            var needed = _belowFloor.CleanObservationsFor(Math.Log(2 * Math.Exp(Question.PassAt) - Math.Exp(ratio)));
            return $"{Canary()}; about {Say.Count(needed)} clean ones show that it is below the floor of {Say.Percent(Guard.Floor)}";
        }

        if (kind == VerdictKind.Undecided && _seen is { CanarySubjects: 0, BaselineSubjects: 0 } && !Source.IsLate)
        {
            return $"{Canary()} and none of the baseline; where nothing happens a ratio says nothing: give the guard a floor";
        }

        return base.Explain(kind, reading, worse);
    }

    /// <inheritdoc/>
    protected override void Take(int stage, double part, Tally tally)
    {
        _profile.Add(Question.Shares.PerEvent(part), tally.CanarySubjects, tally.BaselineSubjects);
        _byExchange?.AddExposed(tally.Canary, tally.Baseline);
        _seen += tally;
    }

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor)
    {
        var fail = _profile.LogE(_fine, _failNull, factor);
        fail = _aboveFloor is null ? fail : Math.Min(fail, _aboveFloor.LogE(factor * _seen.Canary.Events, factor * _seen.Canary.Count));
        if (!Question.Everyone)
        {
            return new(fail, 0);
        }

        var pass = _profile.LogE(_bad, _passNull, factor);
        pass = _byExchange is null ? pass : Math.Min(pass, _byExchange.LogE(_bad, _passNull, factor));
        return new(
            fail, _belowFloor is null ? pass : LogSpace.Average(pass, _belowFloor.LogE(factor * _seen.Canary.Events, factor * _seen.Canary.Count)));
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading)
    {
        var units = $"{Say.Count(_seen.CanarySubjects)} against {Say.Count(_seen.BaselineSubjects)} {CountedBy}";
        if (Source.IsLate)
        {
            return $"{Canary()} of {units}" + (reading.Estimate is { } late ? $": for their shares {Say.Compared(late)}" : "");
        }

        return $"{Canary()} against {Say.Percent(_seen.Baseline.Value)} of {Say.Count(_seen.Baseline.Count)} of the baseline"
            + (Question.BySubject ? ", " + units : "")
            + (reading.Estimate is { } ratio ? $": {Say.Compared(ratio)}" : "");
    }

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Times(value);

    private string Canary() => Source.Of(_seen.Canary, Question.Where);
}
