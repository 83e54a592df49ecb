using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Reports;

namespace Haldane.Control.Courses;

/// <summary>A run in so many points, however long it was: each is of the same number of slices, which doubles when there would be too many.</summary>
/// <remarks>Any thread: whoever looks at a run must not wait for the controller's tick.</remarks>
/// <param name="stages">The same by stage; nobody else adds to it.</param>
internal sealed class CourseTally(RunTally stages)
{
    /// <summary>Points at most: more than a page can show.</summary>
    public const int Most = 240;

    private const int MostMarks = 50;

    private readonly Lock _gate = new();
    private readonly List<Bin> _bins = [];
    private readonly List<CourseMark> _marks = [];
    private Bin? _open;
    private int _slices;
    private int _perBin = 1;

    /// <summary>Whether the last stretch is complete but for the verdicts at its end.</summary>
    public bool IsFull => _slices >= _perBin;

    /// <summary>Whether there is a stretch that no verdicts end.</summary>
    public bool IsOpen => _open is not null;

    /// <summary>Takes a slice that the judge has taken.</summary>
    public void Add(EvidenceSlice slice)
    {
        lock (_gate)
        {
            stages.Add(slice);
            if (IsFull && _open is { Verdicts.Length: > 0 })
            {
                Close();
            }

            _open ??= new(slice.From);
            _open.Add(slice);
            _slices++;
        }
    }

    /// <summary>What the judge says after the last slice.</summary>
    public void Judge(Judgement judgement)
    {
        lock (_gate)
        {
            if (_open is not { } open)
            {
                return;
            }

            open.Verdicts = [.. judgement.Verdicts.Select(v => new Moment(v))];
            foreach (var anomaly in judgement.Anomalies)
            {
                Mark(anomaly, open.To);
            }
        }
    }

    /// <summary>By stage. For the thread that adds, while it does not.</summary>
    public IReadOnlyList<StageTally> Stages => stages.Stages;

    /// <summary>Whom the canary has reached.</summary>
    public BlastRadius Reach()
    {
        lock (_gate)
        {
            return stages.Reach();
        }
    }

    /// <summary>How both versions did over time.</summary>
    public ValueList<CurvePoint> Curves()
    {
        lock (_gate)
        {
            return All().Select(b => b.Curve()).ToValueList();
        }
    }

    /// <summary>What the judge said of a guard over time.</summary>
    /// <param name="guard">Its index.</param>
    public ValueList<BandPoint> Band(int guard)
    {
        lock (_gate)
        {
            return All().Select(b => b.Point(guard)).ToValueList();
        }
    }

    /// <summary>All of it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="guards">The names of its guards, in their order.</param>
    public RunCourse Course(int run, IEnumerable<string> guards)
    {
        lock (_gate)
        {
            return new(run, _perBin, Curves(), guards.Select((name, i) => new GuardBand(name, Band(i))).ToValueList()) 
            {
                Latency = stages.Latency(),
                Mixes = stages.Mixes(),
                Reach = stages.Reach(),
                Marks = [.. _marks],
            };
        }
    }

    /// <summary>How long each kind of verdict stood.</summary>
    /// <param name="guard">The guard's index.</param>
    public ValueList<KindTime> Kinds(int guard) => Times(b => b.Verdicts[guard].Kind);

    /// <summary>How long at least one guard was without data, or its measurement in doubt.</summary>
    public ValueList<KindTime> Doubts() => Times(b =>
        b.Verdicts.Any(v => v.Kind == VerdictKind.Broken) ? VerdictKind.Broken
        : b.Verdicts.Any(v => v is { Kind: VerdictKind.NoData, Late: false }) ? VerdictKind.NoData
        : VerdictKind.Pass).Where(t => t.Kind != VerdictKind.Pass).ToValueList();

    private ValueList<KindTime> Times(Func<Bin, VerdictKind> kind)
    {
        lock (_gate)
        {
            return All().GroupBy(kind).OrderBy(g => g.Key).Select(g => new KindTime(g.Key, g.Sum(b => b.Seconds))).ToValueList();
        }
    }

    // A stretch that nobody has judged yet says nothing.
    private IEnumerable<Bin> All() => _open is { Verdicts.Length: > 0 } ? _bins.Append(_open) : _bins;

    // An anomaly stands for minutes, and is told of again with each judgement.
    private void Mark(Anomaly anomaly, DateTimeOffset at)
    {
        if (_marks.Exists(m => m.Signal == anomaly.Signal && m.UpToSlice == anomaly.UpToSlice))
        {
            return;
        }

        _marks.Add(new(at, anomaly.Signal, anomaly.UpToSlice, anomaly.Reason));
        if (_marks.Count > MostMarks)
        {
            _marks.RemoveAt(0);
        }
    }

    private void Close()
    {
        _bins.Add(_open!);
        (_open, _slices) = (null, 0);
        if (_bins.Count < Most)
        {
            return;
        }

        for (var i = 0; i < Most / 2; i++)
        {
            _bins[2 * i].Add(_bins[2 * i + 1]);
            _bins[i] = _bins[2 * i];
        }

        _bins.RemoveRange(Most / 2, _bins.Count - Most / 2);
        _perBin *= 2;
    }

    /// <summary>What a chart needs of a verdict; a whole one takes a kilobyte.</summary>
    private readonly struct Moment(Verdict verdict)
    {
        private readonly double _low = verdict.Low ?? double.NaN, _high = verdict.High ?? double.NaN, _estimate = verdict.Estimate ?? double.NaN;
        private readonly double _towardFail = verdict.FailEvidence / verdict.FailAt, _towardPass = verdict.PassEvidence / verdict.PassAt;

        public VerdictKind Kind { get; } = verdict.Kind;

        public bool Late { get; } = verdict.Late;

        public BandPoint At(long last, DateTimeOffset to) => new(last, to, Kind, Read(_estimate), Read(_low), Read(_high)) { TowardFail = _towardFail, TowardPass = _towardPass };

        private static double? Read(double number) => double.IsNaN(number) ? null : number;
    }

    private sealed class Bin(DateTimeOffset from)
    {
        private CurvePoint? _curve; // quantiles of hundreds of stretches, which do not change, are not for every second
        private long _last;
        private Share _share;

        public DateTimeOffset To { get; private set; }

        public int Stage { get; private set; }

        public ArmBin Baseline { get; } = new();

        public ArmBin Canary { get; } = new();

        public double Seconds { get; private set; }

        public Moment[] Verdicts { get; set; } = [];

        public void Add(EvidenceSlice slice)
        {
            _curve = null;
            (Stage, _share, _last, To) = (slice.Stage, slice.Share, slice.Number, slice.From + slice.Length);
            Seconds += slice.Length.TotalSeconds;
            Baseline.Add(slice.Baseline.Cells[SegmentCells.Everyone]);
            Canary.Add(slice.Canary.Cells[SegmentCells.Everyone]);
        }

        // Of two neighbours the later verdicts stand: they rest on the evidence of both.
        public void Add(Bin next)
        {
            _curve = null;
            (Stage, _share, _last, To, Verdicts) = (next.Stage, next._share, next._last, next.To, next.Verdicts);
            Seconds += next.Seconds;
            Baseline.Add(next.Baseline);
            Canary.Add(next.Canary);
        }

        public CurvePoint Curve() => _curve ??= new(from, To, Stage, _share, Baseline.Curve(Seconds), Canary.Curve(Seconds));

        public BandPoint Point(int guard) => Verdicts[guard].At(_last, To);
    }
}
