using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>The canary's expected calibration error: alone, or minus the baseline's.</summary>
/// <remarks>
/// The baseline's labels of each stage are weighted so that its stages stand as the canary's do: both arms then speak of the same hours. Chance makes the error too large; that bias is
/// taken off where it would help the claim, and left where it would hurt. Counts as 1 until each arm has 200 labels. Asymptotic, see <see cref="CalibrationError"/>.
/// </remarks>
internal sealed class Calibration : Measurement
{
    private const int Fewest = 200;

    private readonly Bins[] _canary;
    private readonly Bins[] _baseline;
    private readonly bool _isDifference;
    private CalibrationError _ofCanary, _ofBaseline;
    private long _canaryLabels, _baselineLabels;

    /// <summary>Nothing seen.</summary>
    public Calibration(Question question)
        : base(question)
    {
        _isDifference = Guard.Scale == Scale.Difference;
        _canary = [.. question.Stages.AsSpan().ToArray().Select(_ => new Bins())];
        _baseline = [.. question.Stages.AsSpan().ToArray().Select(_ => new Bins())];
    }

    /// <inheritdoc/>
    public override string CountedBy => "subjects";

    /// <inheritdoc/>
    protected override string Margin => _isDifference ? $"{Say.Points(Guard.Bad)} is the margin" : $"{Say.Percent(Guard.Bad)} is the limit";

    /// <inheritdoc/>
    protected override double? NoDifference => _isDifference ? 0 : null;

    /// <inheritdoc/>
    protected override bool AmountsHaveDirection => _isDifference;

    private bool IsReady => _canaryLabels >= Fewest && (!_isDifference || _baselineLabels >= Fewest);

    /// <inheritdoc/>
    public override Reading Read()
    {
        double? estimate = null, low = null, high = null;
        if (IsReady)
        {
            var (least, most, error) = Extremes(1);
            var effect = Guard.Bad;
            estimate = _isDifference ? _ofCanary.Value - _ofCanary.Bias - _ofBaseline.Value + _ofBaseline.Bias : _ofCanary.Value - _ofCanary.Bias;
            low = least - NormalMixture.Margin(Question.FailAt, error, effect);
            high = most + NormalMixture.Margin(Question.PassAt, error, effect);
        }

        return new()
        {
            Estimate = estimate,
            Low = _isDifference || low > 0 ? low : null,
            High = high < 1 ? high : null,
            BaselineValue = _baselineLabels >= Fewest ? _ofBaseline.Value - _ofBaseline.Bias : null,
            CanaryValue = IsReady ? _ofCanary.Value - _ofCanary.Bias : null,
            BaselineCount = _baselineLabels,
            CanaryCount = _canaryLabels,
        };
    }

    /// <inheritdoc/>
    public override string? Missing() => Labels.Missing(_canaryLabels);

    /// <inheritdoc/>
    public override string Explain(VerdictKind kind, Reading reading, bool worse) => kind == VerdictKind.Undecided && !IsReady
        ? $"{Say.Count(reading.CanaryCount)} labels{Question.Where} of canary answers with a confidence so far, {Fewest} are the least; {Margin}"
        : base.Explain(kind, reading, worse);

    /// <inheritdoc/>
    protected override void Take(EvidenceSlice slice)
    {
        var changed = false;
        foreach (var counts in slice.Calibration.AsSpan())
        {
            if (counts.Cell == Question.Cell && counts.Stage < _canary.Length)
            {
                (counts.Arm == Arm.Canary ? _canary : _baseline)[counts.Stage].Add(counts);
                _canaryLabels += counts.Arm == Arm.Canary ? counts.Labelled : 0;
                _baselineLabels += counts.Arm == Arm.Baseline ? counts.Labelled : 0;
                changed = true;
            }
        }

        if (changed)
        {
            (_ofCanary, _ofBaseline) = (Of(_canary, standard: null), Of(_baseline, _isDifference ? _canary : null));
        }
    }

    /// <inheritdoc/>
    protected override Evidence Weigh(double factor)
    {
        if (!IsReady)
        {
            return default;
        }

        var (least, most, error) = Extremes(factor);
        return new(
            NormalMixture.LogE(least - Guard.FineLine, error, Guard.Bad), Question.Everyone ? NormalMixture.LogE(Guard.Bad - most, error, Guard.Bad) : 0);
    }

    /// <inheritdoc/>
    protected override string Headline(Reading reading) => (_isDifference, reading) switch
    {
        (true, { Estimate: { } difference, CanaryValue: { } canary, BaselineValue: { } baseline }) =>
            $"the calibration error{Question.Where} is {Differences.Amount(difference)}: {Say.Percent(canary)} over {Say.Count(reading.CanaryCount)} labelled against "
            + $"{Say.Percent(baseline)} over {Say.Count(reading.BaselineCount)}",
        (false, { Estimate: { } value }) => $"the calibration error{Question.Where} is {Say.Percent(value)} over {Say.Count(reading.CanaryCount)} labelled canary answers",
        _ => $"too few labels{Question.Where} with a confidence",
    };

    /// <inheritdoc/>
    protected override string Amount(double value) => _isDifference ? Differences.Amount(value) : Say.Percent(value);

    /// <inheritdoc/>
    protected override string Range(double? low, double? high) => (_isDifference ? Differences.Range(low, high) : null) ?? base.Range(low, high);

    // What harm may claim at least, and what safety must admit at most.
    private (double Least, double Most, double Error) Extremes(double factor)
    {
        var left = 1 - 1 / factor;
        var canary = (Least: _ofCanary.Value - _ofCanary.Bias, Most: _ofCanary.Value - left * _ofCanary.Bias);
        if (!_isDifference)
        {
            return (canary.Least, canary.Most, _ofCanary.Error / Math.Sqrt(factor));
        }

        var baseline = (Least: _ofBaseline.Value - _ofBaseline.Bias, Most: _ofBaseline.Value - left * _ofBaseline.Bias);
        var error = Math.Sqrt((_ofCanary.Error * _ofCanary.Error + _ofBaseline.Error * _ofBaseline.Error) / factor);
        return (canary.Least - baseline.Most, canary.Most - baseline.Least, error);
    }

    private static CalibrationError Of(Bins[] stages, Bins[]? standard)
    {
        Span<double> sums = stackalloc double[4 * ConfidenceBins.Count];
        sums.Clear();
        for (var s = 0; s < stages.Length; s++)
        {
            var weight = standard is null ? 1 : stages[s].Total > 0 ? standard[s].Total / stages[s].Total : 0;
            stages[s].AddTo(sums, weight);
        }

        const int N = ConfidenceBins.Count;
        return CalibrationError.Of(sums[..N], sums[N..(2 * N)], sums[(2 * N)..(3 * N)], sums[(3 * N)..]);
    }

    /// <summary>Labels of one arm and stage by bin of confidence.</summary>
    private sealed class Bins
    {
        private readonly double[] _labelled = new double[ConfidenceBins.Count];
        private readonly double[] _right = new double[ConfidenceBins.Count];
        private readonly double[] _confidence = new double[ConfidenceBins.Count];

        public double Total { get; private set; }

        public void Add(CalibrationCounts counts)
        {
            _labelled[counts.Bin] += counts.Labelled;
            _right[counts.Bin] += counts.Right;
            _confidence[counts.Bin] += counts.Confidence;
            Total += counts.Labelled;
        }

        // Labels, right ones, confidences and squared weights, one after the other.
        public void AddTo(Span<double> sums, double weight)
        {
            const int N = ConfidenceBins.Count;
            for (var k = 0; k < N; k++)
            {
                sums[k] += weight * _labelled[k];
                sums[N + k] += weight * _right[k];
                sums[2 * N + k] += weight * _confidence[k];
                sums[3 * N + k] += weight * weight * _labelled[k];
            }
        }
    }
}
