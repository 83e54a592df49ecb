using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Guards;

/// <summary>The mean of a number that comes as feedback, the canary's against the baseline's, as a ratio or a difference.</summary>
/// <remarks>
/// theta = ln(m_c / m_b), se^2 = v_c / m_c^2 + v_b / m_b^2 for a ratio, and m_c - m_b, se^2 = v_c + v_b for a difference; variances are read between groups of subjects, see
/// <see cref="GroupedMean"/>. Each stage is compared by itself, and stages are joined by the inverse of their variances, so that a base that moves while the share
/// moves is not taken for a difference. Subjects come again in later stages: what each group adds to the joined number is summed over stages before it is squared. A stage counts from 100 numbers other than 0 in each arm. Asymptotic: Waudby-Smith et al. (2024), see
/// <see cref="NormalMixture"/>. The relative form (m_c - m_b) / m_b is not used: it raises false alarms downwards to 12 to 14 % at 5 %.
/// </remarks>
internal sealed class MeanComparison : Measurement
{
    private const int FewestNonZero = 100;

    // Without a difference to be tuned to, a twentieth of the range that the specification gives.
    private const double PartOfRange = 0.05;

    private readonly GroupedValues _values;
    private readonly bool _isRatio;
    private readonly double _fine;
    private readonly double _bad;
    private readonly double _effect;

    /// <summary>Nothing seen.</summary>
    public MeanComparison(Question question)
        : base(question)
    {
        var value = question.Signals.FindValue(Guard.Signal.Name!)
            ?? throw new ArgumentException($"Guard {Guard.Name}: the model has no value {Guard.Signal.Name}.", nameof(question));
        _isRatio = Guard.Scale == Scale.Ratio;
        _values = new(value.Name, question.Cell, question.Stages.Count);
        (_fine, _bad) = _isRatio ? (Math.Log(Guard.FineLine), Math.Log(Guard.Bad)) : (Guard.FineLine, Guard.Bad);
        _effect = _bad == 0 ? PartOfRange * (value.Max - value.Min) : Math.Abs(_bad);
    }

    /// <inheritdoc/>
    public override string CountedBy => "values";

    /// <inheritdoc/>
    protected override string Margin => _isRatio ? $"{Say.Times(Guard.Bad)} is {Wanted}" : $"{Say.More(Guard.Bad)} is {Wanted}";

    /// <inheritdoc/>
    protected override double? NoDifference => _isRatio ? 1 : 0;

    /// <inheritdoc/>
    protected override bool AmountsHaveDirection => !_isRatio;

    private string Wanted => _isRatio && Guard.AtLeast ? "asked" : "the margin";

    private double WorseSign => Guard.AtLeast ? -1 : 1;

    /// <inheritdoc/>
    public override Reading Read()
    {
        var (baseline, canary) = (_values.Total(Arm.Baseline), _values.Total(Arm.Canary));
        double? estimate = null, low = null, high = null;
        if (Compare() is var (theta, error))
        {
            var harm = NormalMixture.Margin(Question.FailAt, error, _effect);
            var good = NormalMixture.Margin(Question.PassAt, error, _effect);
            (estimate, low, high) = (OnScale(theta), OnScale(theta - (Guard.AtLeast ? good : harm)), OnScale(theta + (Guard.AtLeast ? harm : good)));
        }

        return new()
        {
            Estimate = estimate,
            Low = low,
            High = high,
            BaselineValue = baseline.Count > 0 ? baseline.Sum / baseline.Count : null,
            CanaryValue = canary.Count > 0 ? canary.Sum / canary.Count : null,
            BaselineCount = (long)baseline.Count,
            CanaryCount = (long)canary.Count,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => MeanValue.FewerThanNeeded(_values, Guard.Signal.Name!, Question.Where);

    /// <inheritdoc/>
    public override string Explain(VerdictKind kind, Reading reading, bool worse) => kind == VerdictKind.Undecided && reading.Estimate is null
        ? $"no stage has {FewestNonZero} values of {Guard.Signal.Name}{Question.Where} other than 0 in each arm yet; {Margin}"
        : base.Explain(kind, reading, worse);

    /// <inheritdoc/>
    protected override void Take(EvidenceSlice slice) => _values.Add(slice);

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor)
    {
        if (Compare(factor) is not var (theta, error))
        {
            return default;
        }

        double harm = WorseSign * (theta - _fine), good = WorseSign * (_bad - theta);
        return new(
            NormalMixture.LogE(harm, GroupedMean.ErrorFor(harm, error), _effect),
            Question.Everyone ? NormalMixture.LogE(good, GroupedMean.ErrorFor(good, error), _effect) : 0);
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => reading is { Estimate: { } estimate, CanaryValue: { } canary, BaselineValue: { } baseline }
        ? $"the mean of {Guard.Signal.Name}{Question.Where} is {Say.Number(canary)} over {Say.Count(reading.CanaryCount)} canary values against {Say.Number(baseline)} of "
            + $"{Say.Count(reading.BaselineCount)} of the baseline: {(_isRatio ? Say.Compared(estimate) : Amount(estimate))}"
        : $"no value of {Guard.Signal.Name}{Question.Where} of both arms yet";

    /// <inheritdoc/>
    protected override string Amount(double value) => _isRatio ? Say.Times(value) : Say.More(value);

    private double OnScale(double theta) => _isRatio ? Math.Exp(theta) : theta;

    private (double Theta, double Error)? Compare(double factor = 1)
    {
        double weights = 0, sum = 0;
        var joined = 0;
        Span<double> shifts = stackalloc double[SubjectGroups.Count];
        shifts.Clear();
        for (var stage = 0; stage < _values.Stages; stage++)
        {
            var (b, c) = (_values.Of(Arm.Baseline, stage), _values.Of(Arm.Canary, stage));
            if (Math.Min(b.NonZero, c.NonZero) * factor < FewestNonZero || (_isRatio && Math.Min(b.Sum, c.Sum) <= 0))
            {
                continue;
            }

            var (theta, variance) = _isRatio
                ? (Math.Log(c.Mean / b.Mean), c.Variance / (c.Mean * c.Mean) + b.Variance / (b.Mean * b.Mean))
                : (c.Mean - b.Mean, c.Variance + b.Variance);

            // Numbers that do not vary at all say that the spread is not known yet.
            if (variance > 0)
            {
                joined++;
                weights += 1 / variance;
                sum += theta / variance;
                c.AddShifts(shifts, 1 / (_isRatio ? variance * c.Mean : variance));
                b.AddShifts(shifts, -1 / (_isRatio ? variance * b.Mean : variance));
            }
        }

        // One stage needs no joining; of several, what shows between groups, at least as much as if each had subjects of its own.
        var error = joined > 1 ? Math.Max(1 / weights, GroupedMean.VarianceOf(shifts) / (weights * weights)) : 1 / weights;
        return weights > 0 ? (sum / weights, Math.Sqrt(error / factor)) : null;
    }
}
