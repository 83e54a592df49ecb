using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>How many requests both versions answer alike, beyond the noise of the baseline against itself.</summary>
/// <remarks>
/// A model that is not deterministic does not even agree with itself, so what is held to the line is the rate of different answers minus the baseline's own, where a sample of requests
/// was answered by the baseline twice: see <see cref="TwoRates"/>. Without such a sample the noise is 0 and the rate itself is tested, see <see cref="TiltMixture"/>.
/// </remarks>
internal sealed class AgreementValue : Measurement
{
    private readonly TiltMixture _failAlone;
    private readonly TiltMixture _passAlone;
    private readonly RateComparison _beyondNoise;
    private Rate _different, _noise;

    /// <summary>Nothing seen.</summary>
    public AgreementValue(Question question)
        : base(question)
    {
        double fine = 1 - Guard.FineLine, bad = 1 - Guard.Bad;
        (_failAlone, _passAlone) = (TiltMixture.ForRate(fine, Null.AtMost), TiltMixture.ForRate(bad, Null.AtLeast));
        _beyondNoise = RateComparison.OfDifferences(fine, bad, 1);
    }

    /// <inheritdoc/>
    public override string CountedBy => "pairs";

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Percent(Guard.Bad)} is asked";

    /// <inheritdoc/>
    public override Reading Read()
    {
        if (_noise.Count > 0)
        {
            var (beyond, bounds) = _beyondNoise.Read(Question.FailAt, Question.PassAt);
            return Facing(beyond, bounds);
        }

        return Facing(_different.ValueOrNull, TiltMixture.RateBounds(_different.Events, _different.Count, Question.FailAt, Question.PassAt));
    }

    /// <inheritdoc/>
    public override string? Missing() => Say.FewerThanNeeded(_different.Count, $"pairs of answers{Question.Where}");

    /// <inheritdoc/>
    protected override void Take(EvidenceSlice slice)
    {
        foreach (var pairs in slice.Pairs.AsSpan())
        {
            if (pairs.Cell == Question.Cell)
            {
                var (different, noise) = (new Rate(pairs.Different, pairs.Pairs), new Rate(pairs.BaselineDifferent, pairs.BaselinePairs));
                _different += different;
                _noise += noise;
                _beyondNoise.Add(0, noise, different, Question.Everyone);
            }
        }
    }

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor)
    {
        var evidence = _noise.Count > 0
            ? _beyondNoise.Weigh(factor)
            : new(_failAlone.LogE(factor * _different.Events, factor * _different.Count), _passAlone.LogE(factor * _different.Events, factor * _different.Count));
        return Question.Everyone ? evidence : evidence with { Pass = 0 };
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading)
    {
        var noise = _noise.Count > 0 ? $", where the baseline agrees with itself in {Say.Percent(1 - _noise.Value)} of {Say.Count(_noise.Count)}" : "";
        return $"{Say.Percent(1 - _different.Value)} of {Say.Count(_different.Count)} pairs of answers{Question.Where} agree{noise}";
    }

    /// <inheritdoc/>
    protected override string Amount(double value) => Say.Percent(value);

    private Reading Facing(double? different, Bounds bounds) => new()
    {
        Estimate = 1 - different,
        Low = 1 - bounds.High,
        High = 1 - bounds.Low,
        BaselineValue = 1 - _noise.ValueOrNull,
        CanaryValue = 1 - _different.ValueOrNull,
        BaselineCount = _noise.Count,
        CanaryCount = _different.Count,
    };
}
