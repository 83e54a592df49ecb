using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>Answers of the canary for its share, divided by those of the baseline for its own, stage by stage.</summary>
/// <remarks>
/// theta = ln(n_c / rho) - ln(n_b / (1 - rho)); its variance is read between groups of subjects, see <see cref="GroupedMean"/>, since a heavy subject weighs much and
/// stands on one arm. Counts as 1 until each arm has 1,000 answers. Asymptotic.
/// </remarks>
internal sealed class ThroughputRatio : Measurement
{
    private const int FewestAnswers = 1_000;

    // So many more answers of the subject of an answer: users come with habits, and they come again in the next stage.
    private const double Repeated = 0.5;

    private readonly StagedEvidence _fail;
    private readonly StagedEvidence _pass;
    private readonly double _fine;
    private readonly double _bad;
    private double _share;

    /// <summary>Nothing seen.</summary>
    public ThroughputRatio(Question question)
        : base(question)
    {
        (_fail, _pass) = (new(question.Stages.Count), new(question.Stages.Count));
        (_fine, _bad) = (Math.Log(Guard.FineLine), Math.Log(Guard.Bad));
    }

    /// <inheritdoc/>
    public override bool StartsAnew => true;

    /// <inheritdoc/>
    public override string CountedBy => Question.BySubject ? "subjects" : "exchanges";

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Times(Guard.Bad)} is asked";

    /// <inheritdoc/>
    protected override double? NoDifference => 1;

    /// <inheritdoc/>
    public override Reading Read()
    {
        var (canary, baseline) = (Question.Canary.Groups.Sum(), Question.Baseline.Groups.Sum());
        double? low = null, high = null;
        var theta = Theta(canary, baseline);
        if (theta is { } value && Error(1, value - _fine) is > 0 and var error)
        {
            var split = Math.Log(Question.Stages.Count);
            low = Math.Exp(value - NormalMixture.Margin(Question.PassAt + split, error, -_bad));
            high = Math.Exp(value + NormalMixture.Margin(Question.FailAt + split, error, -_bad));
        }

        return new()
        {
            Estimate = theta is { } log ? Math.Exp(log) : null,
            Low = low,
            High = high,
            BaselineCount = baseline,
            CanaryCount = canary,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => Say.FewerThanNeeded(Question.Canary.Exchanges, "canary exchanges");

    /// <inheritdoc/>
    protected override void Take(EvidenceSlice slice)
    {
        _share = slice.Share.Fraction;
        _fail.MoveTo(slice.Stage);
        _pass.MoveTo(slice.Stage);
        if (InStage(1) is var (fail, pass))
        {
            _fail.Update(fail, Lasts);
            _pass.Update(pass, Lasts);
        }
    }

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor) => factor != 1 && InStage(factor) is var (fail, pass)
        ? new(_fail.LogEIf(fail), _pass.LogEIf(pass))
        : new(_fail.LogE, _pass.LogE);

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => reading.Estimate is { } ratio
        ? $"the canary answered {Say.Count(reading.CanaryCount)} and the baseline {Say.Count(reading.BaselineCount)} in this stage: for their shares {Say.Compared(ratio)}"
        : "no answer of both arms in this stage";

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Times(value);

    private (double Fail, double Pass)? InStage(double factor)
    {
        var (canary, baseline) = (Question.Canary.Groups.Sum(), Question.Baseline.Groups.Sum());
        return Math.Min(canary, baseline) * factor >= FewestAnswers && Theta(canary, baseline) is { } theta && Error(factor, 0) > 0
            ? (
                NormalMixture.LogE(_fine - theta, Error(factor, theta - _fine), -_bad),
                Question.Everyone ? NormalMixture.LogE(theta - _bad, Error(factor, theta - _bad), -_bad) : 0)
            : null;
    }

    // With everyone on one arm there is nothing to compare.
    private double? Theta(long canary, long baseline) =>
        canary > 0 && baseline > 0 && _share is > 0 and < 1 ? Math.Log(canary / _share) - Math.Log(baseline / (1 - _share)) : null;

    private bool Lasts => Math.Max(GroupedMean.Repeats(Question.Canary.Groups), GroupedMean.Repeats(Question.Baseline.Groups)) >= Repeated;

    private double Error(double factor, double excess) => GroupedMean.ErrorFor(
        excess,
        Math.Sqrt((GroupedMean.RelativeVarianceOfTotal(Question.Canary.Groups) + GroupedMean.RelativeVarianceOfTotal(Question.Baseline.Groups)) / factor));
}
