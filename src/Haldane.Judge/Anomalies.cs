using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge;

/// <summary>Notices when something about the canary suddenly becomes much more frequent, against the baseline and against what it was before: errors, slow answers, a class.</summary>
/// <remarks>
/// <para>An e-process over a whole stage has to win back what quiet hours have cost it before it can prove harm that begins late; an e-detector begins anew at every moment. For each slice and signal
/// the log factor is that of the arm labels, l(u + d) - l(u), see <see cref="RateRatioProfile"/>, with e^u twice the ratio to the baseline that earlier slices showed, or twice the baseline where
/// that is more. It goes through a Shiryaev-Roberts <see cref="EDetector"/> for each of a few d, and their mean alarms when it reaches 604,800 slices: while a signal is at most that frequent, it raises a
/// false alarm once in seven days of seconds on average, or later.</para>
/// <para>Slow are answers above the p99 that the baseline had in the stage so far; those that come in bursts count as fewer, as earlier slices showed, see <see cref="DesignEffect"/>. Counts are by exchange, but errors by subject. An alarm
/// holds the rollout; it proves nothing. For one thread.</para>
/// </remarks>
internal sealed class Anomalies
{
    /// <summary>How long an alarm stands.</summary>
    public static readonly TimeSpan Standing = TimeSpan.FromMinutes(5);

    private const double SlowQuantile = 0.99;

    // Fewer answers of the baseline than this do not show what is slow.
    private const int FewestToBeSlow = 1_000;

    private static readonly double AlarmAt = Math.Log(7 * 86_400);

    private readonly ValueList<string> _classes;
    private readonly LatencyHistogram _baseline;
    private readonly LatencyHistogram _canary;
    private readonly CellSpread _canarySpread;
    private readonly CellSpread _baselineSpread;
    private readonly Watch _errors = new();
    private readonly Watch _slow = new();
    private readonly Watch[] _predictions;
    private readonly List<(Anomaly Anomaly, TimeSpan At)> _alarms = [];
    private TimeSpan _now;
    private int _slowEdge = -1;
    private double _slowTogether;

    /// <summary>Nothing seen.</summary>
    /// <param name="classes">Names of the predicted classes; empty without a prediction signal.</param>
    /// <param name="totals">The totals of the stage.</param>
    public Anomalies(ValueList<string> classes, StageTotals totals)
    {
        _classes = classes;
        _baseline = totals.Of(Arm.Baseline, SegmentCells.Everyone).Times(Clock.LastByte);
        _canary = totals.Of(Arm.Canary, SegmentCells.Everyone).Times(Clock.LastByte);
        (_canarySpread, _baselineSpread) = (totals.Of(Arm.Canary, SegmentCells.Everyone).Spread(Mix.Classes), totals.Of(Arm.Baseline, SegmentCells.Everyone).Spread(Mix.Classes));
        _predictions = [.. Enumerable.Range(0, classes.Count).Select(_ => new Watch())];
    }

    /// <summary>The alarms that stand.</summary>
    public ValueList<Anomaly> Standings => _alarms.Count == 0 ? [] : _alarms.Select(a => a.Anomaly).ToValueList();

    /// <summary>Takes a slice into account; the stage's totals hold it already.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="part">The canary's part of what both arms see.</param>
    public void Add(EvidenceSlice slice, double part)
    {
        _now += slice.Length;
        while (_alarms.Count > 0 && _now - _alarms[0].At > Standing)
        {
            _alarms.RemoveAt(0);
        }

        CellEvidence canary = slice.Canary.Cells[SegmentCells.Everyone], baseline = slice.Baseline.Cells[SegmentCells.Everyone];
        if (_errors.Add(part, canary.ErrorSubjects, baseline.ErrorSubjects))
        {
            Raise(slice.Number, "errors", $"errors suddenly became more than twice as frequent: in the last second {Say.Count(canary.Errors)} of {Say.Count(canary.Exchanges)} canary exchanges failed");
        }

        WatchSlow(slice, canary, baseline);
        WatchClasses(slice, canary, baseline);
        SettleSlow();
    }

    // For the next slice.
    private void SettleSlow()
    {
        _slowEdge = -1;
        if (_baseline.Total < FewestToBeSlow)
        {
            return;
        }

        var edge = _baseline.QuantileBucket(SlowQuantile);
        _slowTogether = Math.Max(_canary.Bursts(edge), _baseline.Bursts(edge));
        _slowEdge = double.IsPositiveInfinity(_slowTogether) ? -1 : edge;
    }

    private void WatchSlow(EvidenceSlice slice, CellEvidence canary, CellEvidence baseline)
    {
        if (_slowEdge < 0)
        {
            return;
        }

        var ((slowC, c), (slowB, b)) = (canary.Latency.Above(_slowEdge), baseline.Latency.Above(_slowEdge));
        if (_baseline.Total - b < FewestToBeSlow)
        {
            // What is slow was settled by earlier slices, so that this one cannot choose it; those of another stage do not count.
            return;
        }

        if (c + b > 0 && _slow.Add(c / (double)(c + b), slowC / _slowTogether, slowB / _slowTogether))
        {
            Raise(slice.Number, "latency", $"answers above {Say.Seconds(LatencyBuckets.Edge(_slowEdge))} suddenly became more than twice as frequent: {Say.Count(slowC)} of the last {Say.Count(c)} canary answers");
        }
    }

    private void WatchClasses(EvidenceSlice slice, CellEvidence canary, CellEvidence baseline)
    {
        long c = canary.Classes.AsSpan().Sum(), b = baseline.Classes.AsSpan().Sum();

        // The predictions of one answer come together, so that many of a class may be one event.
        var together = Math.Max(_canarySpread.OfAnswer, _baselineSpread.OfAnswer);
        for (var k = 0; c + b > 0 && k < _predictions.Length; k++)
        {
            long ofCanary = c > 0 ? canary.Classes[k] : 0, ofBaseline = b > 0 ? baseline.Classes[k] : 0;
            if (_predictions[k].Add(c / (double)(c + b), ofCanary / together, ofBaseline / together))
            {
                Raise(slice.Number, "predictions", $"{_classes[k]} suddenly became more than twice as frequent: {Say.Count(ofCanary)} of the last {Say.Count(c)} canary predictions");
            }
        }
    }

    private void Raise(long slice, string signal, string reason)
    {
        _alarms.RemoveAll(a => a.Anomaly.Signal == signal);
        _alarms.Add((new(signal, slice, reason), _now));
    }

    /// <summary>Detectors of one thing, one for each size of change.</summary>
    private sealed class Watch
    {
        private const double Twice = 0.6931471805599453; // ln 2

        // Beyond twice: half as much again, three times and nine times.
        private static readonly double[] Sizes = [Math.Log(1.5), Math.Log(3), Math.Log(9)];

        private readonly EDetector[] _detectors = [.. Sizes.Select(_ => new EDetector())];
        private double _seen;
        private double _expected;

        /// <summary>Takes a slice; says whether it alarms, and then starts anew.</summary>
        public bool Add(double share, double canary, double baseline)
        {
            Span<double> terms = stackalloc double[Sizes.Length];
            var all = canary + baseline;
            var usual = Math.Max(0, Math.Log((_seen + 1) / (_expected + 1)));
            var line = all == 0 ? 0 : PerEvent(share, Twice + usual);
            for (var i = 0; i < Sizes.Length; i++)
            {
                _detectors[i].Add(all == 0 ? 0 : canary * Sizes[i] - all * (PerEvent(share, Twice + usual + Sizes[i]) - line));
                terms[i] = _detectors[i].ShiryaevRoberts;
            }

            // What the canary would have if it were as the baseline; with everyone on one arm there is nothing to expect.
            (_seen, _expected) = share is > 0 and < 1 ? (_seen + canary, _expected + baseline * share / (1 - share)) : (_seen, _expected);

            if (LogSpace.Mean(terms) < AlarmAt)
            {
                return false;
            }

            foreach (var detector in _detectors)
            {
                detector.Reset();
            }

            return true;
        }

        private static double PerEvent(double share, double logRatio) => LogSpace.Log1P(share * LogSpace.ExpM1(logRatio));
    }
}
