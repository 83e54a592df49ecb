using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Guards;

/// <summary>How far the canary's mix of classes, of confidences or of features is from the baseline's: Jensen-Shannon divergence in bits, stage by stage.</summary>
/// <remarks>
/// Lines are compared on the distance, the square root of the divergence, see <see cref="JensenShannon"/>. The bias is taken off where harm is to be
/// proven, and left where safety is. Counts as no evidence until the bias is below 0.01 bits and each arm has 100 predictions. Until then the exact <see cref="DriftBand"/>, which needs neither
/// and so speaks first where there are many classes and much drift; its level is split over the stages. It gives a p-value that holds at all times, so the two are joined by a union: nine tenths of the
/// level for the first, one for the band.
/// </remarks>
internal sealed class Drift : Measurement
{
    private const double LargestBias = 0.01;
    private const int FewestPredictions = 100;

    // Answers that cannot be read may be just those that drift: at more than one in twenty the mix of the rest proves nothing.
    private const double LargestUnread = 0.05;
    private const int FewestUnread = 50;

    // What is said of a divergence below this would be noise.
    private const double Smallest = 0.001;

    // A change that is called certain is so but once in 1,000 rollouts.
    private static readonly double CertainAt = Math.Log(1000);

    private static readonly double AsymptoticPart = Math.Log(0.9);
    private static readonly double ExactPart = Math.Log(0.1);

    private readonly StagedEvidence _fail;
    private readonly StagedEvidence _pass;
    private readonly double _fine;
    private readonly double _bad;
    private readonly Mix _mix;
    private readonly double _logStages;
    private JensenShannon? _js;
    private double _failExact, _passExact;
    private double _canaryExcess, _baselineExcess;

    /// <summary>Nothing seen.</summary>
    public Drift(Question question)
        : base(question)
    {
        _mix = Guard.Signal.Kind switch
        {
            SignalKind.ConfidenceDrift => Mix.Confidence,
            SignalKind.AttributionDrift => Mix.Attribution,
            _ => Mix.Classes,
        };
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Guard.Bad, nameof(question));
        ArgumentOutOfRangeException.ThrowIfNegative(Guard.FineLine, nameof(question));
        (_fail, _pass) = (new(question.Stages.Count), new(question.Stages.Count));
        (_fine, _bad) = (Math.Sqrt(Guard.FineLine), Math.Sqrt(Guard.Bad));
        _logStages = Math.Log(question.Stages.Count);
    }

    /// <inheritdoc/>
    public override bool StartsAnew => true;

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Number(Guard.Bad)} bits is the margin";

    /// <inheritdoc/>
    protected override double? NoDifference => 0;

    /// <inheritdoc/>
    protected override DesignEffect Effect => new(1, Math.Max(Question.Canary.Spread(_mix).Mix, Question.Baseline.Spread(_mix).Mix)); // either arm's users could have been the other's

    private ReadOnlySpan<long> Canary => Question.Canary.Counts(_mix);

    private ReadOnlySpan<long> Baseline => Question.Baseline.Counts(_mix);

    private string What => _mix switch
    {
        Mix.Classes => "predictions",
        Mix.Confidence => "confidences",
        _ => "attributions",
    };

    /// <inheritdoc/>
    public override Reading Read()
    {
        double? low = null, high = null;
        if (_js is { } js && IsReady(js))
        {
            // This stage's part of the level, so that the bounds hold over the whole rollout.
            var split = Math.Log(Question.Stages.Count);
            var (bias, error) = (js.Bias * Effect.Value, js.DistanceError * Math.Sqrt(Effect.Value));
            var from = Math.Sqrt(Math.Max(0, js.Bits - bias)) - NormalMixture.Margin(Question.FailAt + split, error, _bad);
            var to = Math.Sqrt(js.Bits) + NormalMixture.Margin(Question.PassAt + split, error, _bad);
            (low, high) = (from > 0 ? from * from : 0, to < 1 ? to * to : null);
        }

        return new()
        {
            Estimate = _js is { } now ? Math.Max(0, now.Bits - (double.IsInfinity(Effect.Value) ? now.Bias : now.Bias * Effect.Value)) : null,
            Low = low,
            High = high,
            BaselineCount = Baseline.Sum(),
            CanaryCount = Canary.Sum(),
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => Say.FewerThanNeeded(Canary.Sum(), $"canary {What}{Question.Where}");

    /// <inheritdoc/>
    public override string? Broken() => Unread(Question.Canary, "canary") ?? Unread(Question.Baseline, "baseline");

    /// <inheritdoc/>
    public override string Explain(VerdictKind kind, Reading reading, bool worse)
    {
        if (kind == VerdictKind.Undecided && !(_js is { } js && IsReady(js)) && double.IsFinite(Effect.Value))
        {
            var seen = $"{Say.Count(Canary.Sum())} of the canary, {Say.Count(Baseline.Sum())} of the baseline{Alike()}";
            return Math.Min(Canary.Sum(), Baseline.Sum()) < FewestPredictions * Effect.Value
                ? $"too few {What}{Question.Where} in this stage to compare: {seen}; {FewestPredictions} each are the least"
                : $"too few {What}{Question.Where} in this stage for {Canary.Length} kinds of them, by chance alone the mix would seem changed: {seen}";
        }

        var changed = kind != VerdictKind.Fail && Question.Everyone && Effect.Value == 1 && DriftBand.AnyChangeLogE(Canary, Baseline) >= CertainAt ? "; that the mix has changed is certain, that it matters is not" : "";
        return base.Explain(kind, reading, worse) + changed;
    }

    /// <inheritdoc/>
    protected override void Take(EvidenceSlice slice)
    {
        _fail.MoveTo(slice.Stage);
        _pass.MoveTo(slice.Stage);
        _js = Canary.Sum() > 0 && Baseline.Sum() > 0 ? JensenShannon.Of(Canary, Baseline) : null;
        if (_js is null)
        {
            return;
        }

        if (InStage(1) is var (fail, pass))
        {
            _fail.Update(fail, Effect.Lasts);
            _pass.Update(pass, Effect.Lasts);
        }
        else
        {
            (_canaryExcess, _baselineExcess) = (DriftBand.Excess(Canary), DriftBand.Excess(Baseline));
            var exact = Exact();
            _failExact = Math.Max(_failExact, exact.Fail);
            _passExact = Math.Max(_passExact, exact.Pass);
        }
    }

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor)
    {
        var (fail, pass) = factor != 1 && InStage(factor) is var (failIf, passIf) ? (_fail.LogEIf(failIf), _pass.LogEIf(passIf)) : (_fail.LogE, _pass.LogE);
        return new(
            Math.Max(fail + AsymptoticPart, _failExact + ExactPart), Question.Everyone ? Math.Max(pass + AsymptoticPart, _passExact + ExactPart) : 0);
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => reading.Estimate is { } bits
        ? $"the {What}{Question.Where} are {(bits < Smallest ? "less than " : "")}{Amount(bits)} (Jensen-Shannon divergence) from the baseline's{Moved()}"
        : $"no {What}{Question.Where} of both arms in this stage";

    /// <inheritdoc/>
    protected override string Amount(double value) => $"{Say.Number(Math.Max(value, Smallest), 2)} bits";

    private bool IsReady(JensenShannon js, double factor = 1) =>
        js.Bias * Effect.After(factor) < LargestBias && Math.Min(Canary.Sum(), Baseline.Sum()) / Effect.After(factor) >= FewestPredictions;

    // Bias and error shrink as if so many times as many had come.
    private (double Fail, double Pass)? InStage(double factor)
    {
        if (_js is not { } js || !IsReady(js, factor))
        {
            return null;
        }

        var (bias, error) = (js.Bias * Effect.Value, js.DistanceError * Math.Sqrt(Effect.After(factor)));
        var left = js.Bits - bias + js.Bias * Effect.After(factor);
        return (
            NormalMixture.LogE(Math.Sqrt(Math.Max(0, js.Bits - bias)) - _fine, error, _bad),
            Question.Everyone ? NormalMixture.LogE(_bad - Math.Sqrt(Math.Max(0, left)), error, _bad) : 0);
    }

    // Each stage has its part of the level.
    private Evidence Exact()
    {
        var (canary, baseline) = (Canary.Sum() / Effect.Value, Baseline.Sum() / Effect.Value);
        if (canary == 0 || baseline == 0)
        {
            return default;
        }

        var distance = Math.Sqrt(_js!.Value.Bits);
        return new(
            Inversion.LogEvidence(new Band(distance - _fine, _canaryExcess, canary, _baselineExcess, baseline)) - _logStages,
            Question.Everyone ? Inversion.LogEvidence(new Band(_bad - distance, _canaryExcess, canary, _baselineExcess, baseline)) - _logStages : 0);
    }

    private string? Unread(ArmTotals arm, string name)
    {
        var all = Asked(arm);

        // Only what has no class is counted as such; of the others it is what is of no kind.
        var unread = _mix == Mix.Classes ? arm.Unread : all - arm.Counts(_mix).Sum();
        return unread >= FewestUnread && unread > LargestUnread * all
            ? $"the {What[..^1]} of {Say.Count(unread)} of {Say.Count(all)} {name} {(all > arm.Answers ? "rows" : "answers")} in this stage could not be read; "
                + "check the signal's pointer"
            : null;
    }

    // An answer to a batch brings many predictions, and is drawn one feature of.
    private long Asked(ArmTotals arm)
    {
        var predictions = arm.Counts(Mix.Classes) is { Length: > 0 } classes ? classes.Sum() : arm.Counts(Mix.Confidence).Sum();
        return _mix == Mix.Attribution ? arm.Answers : Math.Max(arm.Answers, predictions + arm.Unread);
    }

    private string Moved()
    {
        double canaries = Canary.Sum(), baselines = Baseline.Sum();
        var (most, from, to) = (0, 0.0, 0.0);
        for (var i = 0; i < Canary.Length; i++)
        {
            var (b, c) = (Baseline[i] / baselines, Canary[i] / canaries);
            if (Math.Abs(c - b) > Math.Abs(to - from))
            {
                (most, from, to) = (i, b, c);
            }
        }

        return from == to ? "" : $", {Name(most)} {Say.Percent(from)} -> {Say.Percent(to)}";
    }

    private string Name(int i) => _mix switch
    {
        Mix.Classes => Question.Classes[i],
        Mix.Confidence => $"{Say.Number(i / (double)ConfidenceBins.Count)} to {Say.Number((i + 1) / (double)ConfidenceBins.Count)}:",
        _ => Question.Signals.Attribution!.Features is var features && i < features.Count ? features[i] : SegmentCells.Other,
    };

    // The gap is a root of bits, the band one of nats.
    private readonly record struct Band(double Gap, double CanaryExcess, double Canary, double BaselineExcess, double Baseline) : IBound
    {
        private static readonly double RootOfNatsPerBit = Math.Sqrt(Math.Log(2));

        public bool HoldsAt(double at) => DriftBand.HalfWidth(CanaryExcess, Canary, BaselineExcess, Baseline, at) <= Gap * RootOfNatsPerBit;
    }
}
