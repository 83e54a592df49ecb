using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Guards;

/// <summary>How far the canary's mix of predicted classes is from the baseline's: Jensen-Shannon divergence in bits, stage by stage.</summary>
/// <remarks>
/// Lines are compared on the distance, the square root of the divergence, see <see cref="JensenShannon"/>. The bias is taken off where harm is to be
/// proven, and left where safety is. Counts as no evidence until the bias is below 0.01 bits and each arm has 100 predictions.
/// </remarks>
internal sealed class PredictionDrift : Measurement
{
    private const double LargestBias = 0.01;
    private const int FewestPredictions = 100;

    // Answers that cannot be read may be just those that drift: at more than one in twenty the mix of the rest proves nothing.
    private const double LargestUnread = 0.05;
    private const int FewestUnread = 50;

    // What is said of a divergence below this would be noise.
    private const double Smallest = 0.001;

    private readonly StagedEvidence _fail;
    private readonly StagedEvidence _pass;
    private readonly double _fine;
    private readonly double _bad;
    private JensenShannon? _js;

    /// <summary>Nothing seen.</summary>
    public PredictionDrift(Question question)
        : base(question)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Guard.Bad, nameof(question));
        ArgumentOutOfRangeException.ThrowIfNegative(Guard.FineLine, nameof(question));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Guard.FineLine, Guard.Bad, nameof(question));
        (_fail, _pass) = (new(question.Stages.Count), new(question.Stages.Count));
        (_fine, _bad) = (Math.Sqrt(Guard.FineLine), Math.Sqrt(Guard.Bad));
    }

    /// <inheritdoc/>
    protected override string Margin => $"{Say.Number(Guard.Bad)} bits is the margin";

    /// <inheritdoc/>
    protected override double? NoDifference => 0;

    private ArmTotals Canary => Question.Canary;

    private ArmTotals Baseline => Question.Baseline;

    /// <inheritdoc/>
    public override void Add(EvidenceSlice slice)
    {
        _fail.MoveTo(slice.Stage);
        _pass.MoveTo(slice.Stage);
        _js = Canary.Predictions > 0 && Baseline.Predictions > 0 ? JensenShannon.Of(Canary.Classes, Baseline.Classes) : null;
        if (_js is { } js && IsReady(js))
        {
            _fail.Update(NormalMixture.LogE(Math.Sqrt(Math.Max(0, js.Bits - js.Bias)) - _fine, js.DistanceError, _bad));
            if (Question.Everyone)
            {
                _pass.Update(NormalMixture.LogE(_bad - Math.Sqrt(js.Bits), js.DistanceError, _bad));
            }
        }

        FailLogE = _fail.LogE;
        PassLogE = _pass.LogE;
    }

    /// <inheritdoc/>
    public override Reading Read()
    {
        double? low = null, high = null;
        if (_js is { } js && IsReady(js))
        {
            // This stage's part of the level, so that the bounds hold over the whole rollout.
            var split = Math.Log(Question.Stages.Count);
            var from = Math.Sqrt(Math.Max(0, js.Bits - js.Bias)) - NormalMixture.Margin(Question.FailAt + split, js.DistanceError, _bad);
            var to = Math.Sqrt(js.Bits) + NormalMixture.Margin(Question.PassAt + split, js.DistanceError, _bad);
            (low, high) = (from > 0 ? from * from : 0, to < 1 ? to * to : null);
        }

        return new()
        {
            Estimate = _js is { } now ? Math.Max(0, now.Bits - now.Bias) : null,
            Low = low,
            High = high,
            BaselineCount = Baseline.Predictions,
            CanaryCount = Canary.Predictions,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => FewerThanNeeded(Canary.Predictions, "canary predictions");

    /// <inheritdoc/>
    public override string? Broken() => Unread(Canary, "canary") ?? Unread(Baseline, "baseline");

    /// <inheritdoc/>
    public override string Explain(VerdictKind kind, Reading reading, bool worse)
    {
        if (kind == VerdictKind.Undecided && !(_js is { } js && IsReady(js)))
        {
            return $"too few predictions{Question.Where} in this stage to compare the mix of classes: {Say.Count(Canary.Predictions)} of the canary, "
                + $"{Say.Count(Baseline.Predictions)} of the baseline; {FewestPredictions} each are the least";
        }

        return base.Explain(kind, reading, worse);
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => reading.Estimate is { } bits
        ? $"the predictions{Question.Where} are {(bits < Smallest ? "less than " : "")}{Amount(bits)} (Jensen-Shannon divergence) from the baseline's{Moved()}"
        : $"no predictions{Question.Where} of both arms in this stage";

    /// <inheritdoc/>
    protected override string Amount(double value) => $"{Say.Number(Math.Max(value, Smallest), 2)} bits";

    private bool IsReady(JensenShannon js) => js.Bias < LargestBias && Math.Min(Canary.Predictions, Baseline.Predictions) >= FewestPredictions;

    private static string? Unread(ArmTotals arm, string name) => arm.Unread >= FewestUnread && arm.Unread > LargestUnread * arm.Answers
        ? $"the prediction of {Say.Count(arm.Unread)} of {Say.Count(arm.Answers)} {name} answers in this stage could not be read; check the signal's pointer"
        : null;

    private string Moved()
    {
        var (most, from, to) = (-1, 0.0, 0.0);
        for (var i = 0; i < Question.Classes.Count; i++)
        {
            var (b, c) = (Baseline.Classes[i] / (double)Baseline.Predictions, Canary.Classes[i] / (double)Canary.Predictions);
            if (most < 0 || Math.Abs(c - b) > Math.Abs(to - from))
            {
                (most, from, to) = (i, b, c);
            }
        }

        return most < 0 ? "" : $", {Question.Classes[most]} {Say.Percent(from)} -> {Say.Percent(to)}";
    }
}
