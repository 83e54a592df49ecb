using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>Follows one guard, for everyone and in the segments that it scans, and gives its verdict.</summary>
/// <remarks>
/// Evidence is sticky: the largest value so far counts. Within the scan Holm's step-down names the segments in which harm is proven; e-BH, on the evidence as it is by now, lists
/// further ones to look at. For one thread.
/// </remarks>
internal sealed class GuardJudge
{
    // Of the suspects, one in ten may be false.
    private const double FalseSuspects = 0.1;

    private readonly GuardSpec _guard;
    private readonly Budget _budget;
    private readonly Watched _everyone;
    private readonly Watched[] _segments;
    private readonly double[] _scan;
    private readonly FeedbackSilence? _feedback;

    /// <summary>Nothing seen.</summary>
    /// <param name="guard">The guard.</param>
    /// <param name="budget">How sure it must be.</param>
    /// <param name="everyone">Its measurement of everyone.</param>
    /// <param name="segments">Its measurements of segment cells, by the cell's name.</param>
    public GuardJudge(GuardSpec guard, Budget budget, Measurement everyone, IEnumerable<(string Name, Measurement Measurement)> segments)
    {
        (_guard, _budget) = (guard, budget);
        _everyone = new(null, everyone, budget.FailAt);
        _segments = [.. segments.Select(s => new Watched(s.Name, s.Measurement, budget.SegmentFailAt))];
        _scan = new double[_segments.Length];
        _feedback = guard.Signal.IsLate ? new(guard.Signal) : null;
    }

    /// <summary>Takes a slice into account.</summary>
    public void Add(EvidenceSlice slice)
    {
        _everyone.Add(slice);
        _feedback?.Add(slice);
        foreach (var segment in _segments)
        {
            segment.Add(slice);
        }
    }

    /// <summary>The verdict by now.</summary>
    /// <param name="broken">Why no measurement of the rollout can be trusted, or null.</param>
    /// <param name="progress">What the canary has served so far; null: nobody asks for a forecast.</param>
    public Verdict Judge(string? broken, Progress? progress)
    {
        broken ??= _everyone.Measurement.Broken();

        // Both proven means worse than the baseline but within the margin. Only, a canary that by now looks bad has changed since it passed.
        var passed = _everyone.PassMax >= _budget.PassAt && !(_everyone.HasFailed && _everyone.Measurement.IsBeyondBad());
        var harmed = MostHarmed(passed);
        broken ??= passed ? null : _feedback?.Broken();
        var missing = _everyone.Measurement.Missing();
        var trouble = passed ? null : _everyone.Measurement.Trouble();
        var (proven, suspects) = Scan();
        var waiting = passed ? HalfWay() : [];

        // Worst first; this is the only place that ranks verdicts. What is good for everyone waits as long as it looks bad for some.
        var kind = (broken, harmed, passed, missing) switch
        {
            (not null, _, _, _) => VerdictKind.Broken,
            (_, not null, _, _) => VerdictKind.Fail,
            _ when trouble is not null => VerdictKind.Broken,
            (_, _, false, not null) => VerdictKind.NoData,
            (_, _, false, _) => VerdictKind.Undecided,
            _ => waiting.Count > 0 ? VerdictKind.Undecided : VerdictKind.Pass,
        };

        var about = kind == VerdictKind.Fail ? harmed! : _everyone;
        var reading = about.Measurement.Read();
        var forecast = kind == VerdictKind.Undecided && !passed && progress is { } served ? Outlook.Of(_everyone.Measurement, _budget, served) : null;
        return new()
        {
            Guard = _guard.Name,
            Signal = _guard.Signal.ToString(),
            Kind = kind,
            Segment = about.Segment,
            Reason = kind switch
            {
                VerdictKind.Broken => broken ?? trouble!,
                VerdictKind.NoData => missing!,
                VerdictKind.Undecided when passed =>
                    $"{about.Measurement.Explain(VerdictKind.Pass, reading, worse: _everyone.HasFailed)}; waits while {string.Join(", ", waiting)} looks harmed",
                _ => about.Measurement.Explain(kind, reading, worse: _everyone.HasFailed),
            },
            Late = _guard.Signal.IsLate,
            Estimate = Finite(reading.Estimate),
            Low = Finite(reading.Low),
            High = Finite(reading.High),
            Fine = _guard.FineLine,
            Bad = _guard.Bad,
            CountedBy = about.Measurement.CountedBy,
            BaselineCount = reading.BaselineCount,
            CanaryCount = reading.CanaryCount,
            FailEvidence = about.FailMax,
            FailAt = about.FailAt,
            PassEvidence = _everyone.PassMax,
            PassAt = _budget.PassAt,
            BaselineValue = Finite(reading.BaselineValue),
            CanaryValue = Finite(reading.CanaryValue),
            HarmedSegments = proven,
            Suspects = suspects,
            Forecast = forecast,
            Aside = Say.Aside(proven.Where(s => s != about.Segment), suspects),
        };
    }

    /// <summary>What is seen in the segments that it scans, by the cell's name.</summary>
    public IEnumerable<(string Segment, SegmentGuard State)> Segments() => _segments.Select(s =>
    {
        var reading = s.Measurement.Read();
        return (s.Segment!, new SegmentGuard
        {
            Guard = _guard.Name,
            Estimate = Finite(reading.Estimate),
            Low = Finite(reading.Low),
            High = Finite(reading.High),
            BaselineCount = reading.BaselineCount,
            CanaryCount = reading.CanaryCount,
            FailEvidence = s.FailMax,
            FailAt = s.FailAt,
        });
    });

    // Everyone's harm does not count beside everyone's Pass: it lies within the margin. A segment's does.
    private Watched? MostHarmed(bool passed)
    {
        var worst = _everyone.HasFailed && !passed ? _everyone : null;
        foreach (var segment in _segments)
        {
            if (segment.HasFailed && (worst is null || segment.Past > worst.Past))
            {
                worst = segment;
            }
        }

        return worst;
    }

    // Segments whose evidence of harm has come half of the way, as a logarithm: by chance that happens once in the square root of what a proof asks for.
    private ValueList<string> HalfWay() => _segments.Where(s => s.Measurement.FailLogE >= s.FailAt / 2).Select(s => s.Segment!).ToValueList();

    private (ValueList<string> Proven, ValueList<string> Suspects) Scan()
    {
        if (_segments.Length == 0)
        {
            return ([], []);
        }

        for (var i = 0; i < _segments.Length; i++)
        {
            _scan[i] = _segments[i].FailMax;
        }

        var proofLine = Rejections.StepDownLine(_scan, _budget.SegmentFailAt - Math.Log(_segments.Length));
        for (var i = 0; i < _segments.Length; i++)
        {
            _scan[i] = _segments[i].Measurement.FailLogE;
        }

        var suspectLine = Rejections.FalseDiscoveryLine(_scan, FalseSuspects);
        if (double.IsInfinity(proofLine) && double.IsInfinity(suspectLine))
        {
            return ([], []);
        }

        return (
            _segments.Where(s => s.FailMax >= proofLine).OrderByDescending(s => s.FailMax).Select(s => s.Segment!).ToValueList(),
            _segments.Where(s => s.FailMax < proofLine && s.Measurement.FailLogE >= suspectLine)
                .OrderByDescending(s => s.Measurement.FailLogE).Select(s => s.Segment!).ToValueList());
    }

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private sealed class Watched(string? segment, Measurement measurement, double failAt)
    {
        public string? Segment => segment;

        public Measurement Measurement => measurement;

        public double FailAt => failAt;

        public double FailMax { get; private set; }

        public double PassMax { get; private set; }

        public bool HasFailed => FailMax >= failAt;

        public double Past => FailMax - failAt;

        public void Add(EvidenceSlice slice)
        {
            measurement.Add(slice);

            // Comparisons, not Math.Max: that would let a NaN in.
            FailMax = measurement.FailLogE > FailMax ? measurement.FailLogE : FailMax;
            PassMax = measurement.PassLogE > PassMax ? measurement.PassLogE : PassMax;
        }
    }
}
