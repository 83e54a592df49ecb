using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>A gauge of the canary's, such as its utilisation, alone or against the baseline's of the same ten seconds.</summary>
/// <remarks>
/// <para>Fine is a level that is beyond the fine line in at most half of all spans, whatever came before, see <see cref="Spans"/>; bad is one that is beyond the bad line in at least half of them. A burst passes, a plateau is
/// proven in some two minutes. Fail by <see cref="SignBets"/>, which a good past does not hold back; Pass by <see cref="TiltMixture"/>. One arm or pairs of one moment, so stages add up.</para>
/// <para>Where the baseline is beyond an absolute limit in the same span, the span is not held against the canary.</para>
/// </remarks>
internal sealed class Level : Measurement
{
    // Levels are kept to three digits, so that a week of spans takes no more memory than a day.
    private const int Digits = 3;

    // Spans in a row with both versions beyond the limit, from which on the verdict says so.
    private const int TroubleAfter = 6;

    private static readonly TiltMixture PassMixture = TiltMixture.ForRate(0.5, Null.AtLeast);

    private readonly Spans _spans;
    private readonly SignBets _fail = new();
    private readonly Silence _canarySilence = NewSilence(), _baselineSilence = NewSilence();
    private readonly SortedDictionary<double, long> _levels = [];
    private long _count, _bad, _latelyBad;
    private int _shared;
    private double _baselines, _canaries;
    private long _baselineSpans;
    private (long Count, Bounds Bounds) _known;

    /// <summary>Nothing seen.</summary>
    public Level(Question question)
        : base(question) => _spans = new(Name, isPaired: Guard.Scale != Scale.Value);

    /// <inheritdoc/>
    public override string CountedBy => "spans of ten seconds";

    /// <inheritdoc/>
    protected override bool AmountsHaveDirection => Guard.Scale == Scale.Difference;

    /// <inheritdoc/>
    protected override string Margin => Guard.Scale switch
    {
        Scale.Ratio => $"{Say.Times(Guard.Bad)} the baseline's is the limit",
        Scale.Difference => $"{Say.More(Guard.Bad)} than the baseline's is the limit",
        _ => $"{Say.Number(Guard.Bad)} is the limit",
    };

    /// <inheritdoc/>
    protected override double? NoDifference => Guard.Scale switch
    {
        Scale.Ratio => 1,
        Scale.Difference => 0,
        _ => null,
    };

    private string Name => Guard.Signal.Name!;

    /// <inheritdoc/>
    public override Reading Read()
    {
        var bounds = Median();
        return new()
        {
            Estimate = _count > 0 ? Shown(AtRank((_count + 1) / 2)) : null,
            Low = Shown(bounds.Low),
            High = Shown(bounds.High),
            BaselineValue = _baselineSpans > 0 ? _baselines / _baselineSpans : null,
            CanaryValue = _count > 0 ? _canaries / _count : null,
            BaselineCount = _baselineSpans,
            CanaryCount = _count,
        };
    }

    /// <inheritdoc/>
    public override string? Broken() =>
        _canarySilence.Standing is { } quiet ? Stopped(quiet, _spans.CanaryReadings, "canary")
        : Guard.Scale != Scale.Value && _baselineSilence.Standing is { } silent ? Stopped(silent, _spans.BaselineReadings, "baseline")
        : null;

    /// <inheritdoc/>
    public override string? Missing() => (_count, _spans.CanaryReadings, _spans.BaselineReadings) switch
    {
        ( > 0, _, _) => null,
        (_, 0, _) => $"no reading of {Name} of the canary so far",
        (_, _, 0) when Guard.Scale != Scale.Value => $"no reading of {Name} of the baseline so far",
        _ => $"readings of {Name} of less than ten seconds so far",
    };

    /// <inheritdoc/>
    public override string? Trouble() => _shared >= TroubleAfter
        ? $"the baseline itself is beyond the limit: {Name} in the last {Say.Count(_shared)} spans of ten seconds; {Margin}; what both versions suffer is not held against the canary"
        : null;

    /// <inheritdoc/>
    public override bool IsBeyondBad() => 2 * _latelyBad > _fail.Lately;

    /// <inheritdoc/>
    public override string Explain(VerdictKind kind, Reading reading, bool worse) =>
        kind == VerdictKind.Fail ? $"{Headline(reading)}; {Margin}" : base.Explain(kind, reading, worse); // bounds of all spans say nothing of a plateau that has just begun

    /// <inheritdoc/>
    protected override void Take(EvidenceSlice slice)
    {
        var (baseline, canary) = (_spans.BaselineReadings, _spans.CanaryReadings);
        var span = _spans.Add(slice);
        _baselineSilence.Add(slice.Length, _spans.BaselineReadings > baseline);
        _canarySilence.Add(slice.Length, _spans.CanaryReadings > canary);
        if (span is { } ended && LevelOf(ended) is { } level)
        {
            Take(ended, level);
        }
    }

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor) => new(
        factor == 1 ? _fail.LogE : factor * Math.Max(_fail.LogE, 0),
        PassMixture.LogE(factor * _bad, factor * _count));

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => this switch
    {
        { _count: 0 } => $"no span of {Name} yet",
        { _fail.Lately: > 2 } when IsBeyondBad() => $"{Name} was beyond the limit in {Say.Count(_latelyBad)} of the last {Say.Count(_fail.Lately)} spans of ten seconds",
        { _fail.Lately: > 2 } when 2 * _fail.LatelyBeyond > _fail.Lately =>
            $"{Name} was beyond {Amount(Guard.FineLine)}, which is fine, in {Say.Count(_fail.LatelyBeyond)} of the last {Say.Count(_fail.Lately)} spans of ten seconds",
        _ when reading.Estimate is { } level => $"{Name} is {Amount(level)} in the middle of {Say.Count(_count)} spans of ten seconds",
        _ => $"{Name} is above 0, and the baseline's is 0, in the middle of {Say.Count(_count)} spans of ten seconds",
    };

    /// <inheritdoc/>
    protected override string Amount(double value) => Guard.Scale switch
    {
        Scale.Ratio => Say.Number(value) + " times the baseline's",
        Scale.Difference => Say.More(value) + " than the baseline's",
        _ => Say.Number(value),
    };

    private void Take(Spans.Span span, double level)
    {
        _count++;
        _canaries += span.Canary;
        if (span.Baseline is { } baseline)
        {
            _baselineSpans++;
            _baselines += baseline;
        }

        _bad += IsBeyond(level, Guard.Bad) ? 1 : 0;
        var kept = Kept(level);
        _levels[kept] = _levels.GetValueOrDefault(kept) + 1;
        var isShared = Guard.Scale == Scale.Value && span.Baseline is { } other && IsBeyond(other, Guard.Bad);
        _shared = isShared ? _shared + 1 : 0;
        if (!isShared)
        {
            _fail.Add(IsBeyond(level, Guard.FineLine));
            _latelyBad = _fail.Lately == 0 ? 0 : _latelyBad + (IsBeyond(level, Guard.Bad) ? 1 : 0);
        }
    }

    private static Silence NewSilence() => new(flowed: TimeSpan.FromSeconds(30), least: TimeSpan.FromMinutes(1));

    private string Stopped(TimeSpan quiet, long readings, string arm) => $"no reading of {Name} of the {arm} has come for {Say.Time(quiet)}, after {Say.Count(readings)}: how high it is now, nobody knows";

    // What is more than any ratio is no number for people.
    private static double? Shown(double? level) => level < double.MaxValue ? level : null;

    // On the guard's scale; null where there is none. Of nothing, nothing is the same and anything more than any ratio.
    private double? LevelOf(Spans.Span span) => (Guard.Scale, span) switch
    {
        (Scale.Value, _) => span.Canary,
        (Scale.Difference, { Baseline: { } baseline }) => span.Canary - baseline,
        (Scale.Ratio, { Baseline: >= 0 and var baseline, Canary: >= 0 }) => baseline > 0 ? span.Canary / baseline : span.Canary > 0 ? double.MaxValue : 1,
        _ => null,
    };

    private bool IsBeyond(double level, double line) => Guard.AtLeast ? level < line : level > line;

    // The median's bounds: ranks at which more than half of all spans would have to lie on one side.
    private Bounds Median()
    {
        if (_known.Count != _count)
        {
            var (lowAt, highAt) = Guard.AtLeast ? (Question.PassAt, Question.FailAt) : (Question.FailAt, Question.PassAt);
            _known = (_count, new(Surplus(lowAt) is { } low ? AtRank(_count - low + 1) : null, Surplus(highAt) is { } high ? AtRank(high) : null));
        }

        return _known.Bounds;
    }

    // The fewest spans on one side of a line that prove that more than half belong there; null when all would not.
    private long? Surplus(double at)
    {
        if (LogE(_count) < at)
        {
            return null;
        }

        long low = _count / 2, high = _count;
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            (low, high) = LogE(middle) < at ? (middle, high) : (low, middle);
        }

        return high;

        double LogE(long onOneSide) => PassMixture.LogE(_count - onOneSide, _count);
    }

    private double AtRank(long rank)
    {
        var seen = 0L;
        foreach (var (level, spans) in _levels)
        {
            seen += spans;
            if (seen >= rank)
            {
                return level;
            }
        }

        return _levels.Keys.Last();
    }

    private static double Kept(double level)
    {
        if (level is 0 or double.MaxValue)
        {
            return level;
        }

        var scale = Math.Pow(10, Digits - 1 - Math.Floor(Math.Log10(Math.Abs(level))));
        return double.IsFinite(scale) ? Math.Round(level * scale) / scale : level;
    }
}
