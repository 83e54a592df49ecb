using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Guards;

/// <summary>The canary's own mean of a number that comes as feedback.</summary>
/// <remarks>
/// Without a subject every exchange stands for itself, and the exact <see cref="EmpiricalBernstein"/> over the range of the specification decides. With a subject repeats
/// are not independent: then the variance between groups of subjects and the normal mixture, see <see cref="GroupedMean"/>, from 100 numbers on. One arm, so stages add up.
/// </remarks>
internal sealed class MeanValue : Measurement
{
    private const int Fewest = 20;
    private const int FewestForNormal = 100;

    // A mixture is tuned to a distance from the line of a tenth of the range.
    private const double PartOfRange = 0.1;

    private readonly GroupedValues _values;
    private readonly EmpiricalBernstein _failExact;
    private readonly EmpiricalBernstein _passExact;
    private readonly double _min;
    private readonly double _range;

    /// <summary>Nothing seen.</summary>
    public MeanValue(Question question)
        : base(question)
    {
        var value = question.Signals.FindValue(Guard.Signal.Name!)
            ?? throw new ArgumentException($"Guard {Guard.Name}: the model has no value {Guard.Signal.Name}.", nameof(question));
        (_min, _range) = (value.Min, value.Max - value.Min);
        _values = new(value.Name, question.Cell, 1);
        (_failExact, _passExact) = (new(Math.Exp(-question.FailAt)), new(Math.Exp(-question.PassAt)));
    }

    /// <inheritdoc/>
    public override string CountedBy => "values";

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Number(Guard.Bad)} is the limit";

    private Null FailNull => Guard.AtLeast ? Null.AtLeast : Null.AtMost;

    private Null PassNull => Guard.AtLeast ? Null.AtMost : Null.AtLeast;

    private GroupedValues.Side Canary => _values.Of(Arm.Canary, 0);

    /// <inheritdoc/>
    public override Reading Read()
    {
        double? low = null, high = null;
        if (Question.BySubject)
        {
            if (Error(1) is { } error)
            {
                var (below, above) = Guard.AtLeast ? (Question.PassAt, Question.FailAt) : (Question.FailAt, Question.PassAt);
                (low, high) = (
                    Canary.Mean - NormalMixture.Margin(below, error, PartOfRange * _range), Canary.Mean + NormalMixture.Margin(above, error, PartOfRange * _range));
            }
        }
        else if (_failExact.Interval(Question.FailAt) is var (harmCentre, harm) && _passExact.Interval(Question.PassAt) is var (goodCentre, good))
        {
            (low, high) = Guard.AtLeast
                ? (_min + _range * (goodCentre - good), _min + _range * (harmCentre + harm))
                : (_min + _range * (harmCentre - harm), _min + _range * (goodCentre + good));
        }

        return new()
        {
            Estimate = Canary.Count > 0 ? Canary.Mean : null,
            Low = low > _min ? low : null,
            High = high < _min + _range ? high : null,
            BaselineValue = _values.Of(Arm.Baseline, 0) is { Count: > 0 } baseline ? baseline.Mean : null,
            CanaryValue = Canary.Count > 0 ? Canary.Mean : null,
            BaselineCount = (long)_values.Of(Arm.Baseline, 0).Count,
            CanaryCount = (long)Canary.Count,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => FewerThanNeeded(_values, Guard.Signal.Name!, Question.Where);

    /// <summary>The sentence for too few values of the canary, or null.</summary>
    public static string? FewerThanNeeded(GroupedValues values, string name, string where) => values.Total(Arm.Canary).Count is var count && count >= Fewest
        ? null
        : $"{Say.Count((long)count)} values of {name}{where} of canary exchanges so far, {Fewest} are the least";

    /// <inheritdoc/>
    protected override void Take(EvidenceSlice slice)
    {
        double count = 0, sum = 0, squares = 0;
        foreach (var moments in slice.Values.AsSpan())
        {
            if (moments.Cell != Question.Cell || moments.Name != Guard.Signal.Name)
            {
                continue;
            }

            _values.Of(moments.Arm, 0).Add(moments);
            if (moments.Arm == Arm.Canary)
            {
                // Moved to [0, 1].
                count += moments.Count;
                sum += (moments.Sum - moments.Count * _min) / _range;
                squares += (moments.SumOfSquares - 2 * _min * moments.Sum + moments.Count * _min * _min) / (_range * _range);
            }
        }

        _failExact.Add(count, sum, squares);
        _passExact.Add(count, sum, squares);
    }

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor)
    {
        if (!Question.BySubject)
        {
            return new(
                _failExact.LogEAfter(factor, (Guard.FineLine - _min) / _range, FailNull),
                Question.Everyone ? _passExact.LogEAfter(factor, (Guard.Bad - _min) / _range, PassNull) : 0);
        }

        if (Error(factor) is not { } error)
        {
            return default;
        }

        var sign = Guard.AtLeast ? -1 : 1;
        double harm = sign * (Canary.Mean - Guard.FineLine), good = sign * (Guard.Bad - Canary.Mean);
        return new(
            NormalMixture.LogE(harm, GroupedMean.ErrorFor(harm, error), PartOfRange * _range),
            Question.Everyone ? NormalMixture.LogE(good, GroupedMean.ErrorFor(good, error), PartOfRange * _range) : 0);
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => reading.Estimate is { } mean
        ? $"the mean of {Guard.Signal.Name}{Question.Where} is {Say.Number(mean)} over {Say.Count(reading.CanaryCount)} canary values"
        : $"no value of {Guard.Signal.Name}{Question.Where} of the canary yet";

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Number(value);

    private double? Error(double factor) => Canary.Count * factor >= FewestForNormal && Canary.Variance is > 0 and var variance ? Math.Sqrt(variance / factor) : null;
}
