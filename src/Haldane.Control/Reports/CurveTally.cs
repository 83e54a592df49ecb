using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Reports;

namespace Haldane.Control.Reports;

/// <summary>Curves of a run in so many points, however long it was: each is of the same number of slices, which doubles when there would be too many.</summary>
/// <remarks>For one thread.</remarks>
internal sealed class CurveTally
{
    /// <summary>Points at most: more than a page of paper can show.</summary>
    public const int Most = 240;

    private readonly List<Bin> _bins = [];
    private Bin? _open;
    private int _slices;
    private int _perBin = 1;

    /// <summary>Takes a slice that the judge has taken.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="judge">What the judge says by then; asked now and then.</param>
    public void Add(EvidenceSlice slice, Func<ValueList<Verdict>> judge)
    {
        _open ??= new(slice.From);
        _open.Add(slice);
        if (++_slices >= _perBin)
        {
            Close(judge);
        }
    }

    /// <summary>Ends the last stretch.</summary>
    public void End(Func<ValueList<Verdict>> judge)
    {
        if (_open is not null)
        {
            Close(judge);
        }
    }

    public ValueList<CurvePoint> Curves() => _bins.Select(b => new CurvePoint(b.From, b.To, b.Stage, b.Share, b.Baseline.Curve(b.Seconds), b.Canary.Curve(b.Seconds))).ToValueList();

    public ValueList<BandPoint> Band(int guard) => _bins.Select(b => b.Point(guard)).ToValueList();

    /// <summary>How long each kind of verdict stood.</summary>
    public ValueList<KindTime> Kinds(int guard) => Times(b => b.Verdicts[guard].Kind);

    /// <summary>How long at least one guard was without data, or its measurement in doubt.</summary>
    public ValueList<KindTime> Doubts() => Times(b =>
        b.Verdicts.Any(v => v.Kind == VerdictKind.Broken) ? VerdictKind.Broken
        : b.Verdicts.Any(v => v is { Kind: VerdictKind.NoData, Late: false }) ? VerdictKind.NoData
        : VerdictKind.Pass).Where(t => t.Kind != VerdictKind.Pass).ToValueList();

    private ValueList<KindTime> Times(Func<Bin, VerdictKind> kind) =>
        _bins.GroupBy(kind).OrderBy(g => g.Key).Select(g => new KindTime(g.Key, g.Sum(b => b.Seconds))).ToValueList();

    private void Close(Func<ValueList<Verdict>> judge)
    {
        _open!.Verdicts = judge();
        _bins.Add(_open);
        (_open, _slices) = (null, 0);
        if (_bins.Count < Most)
        {
            return;
        }

        // Of two neighbours the later verdicts stand: they rest on the evidence of both.
        for (var i = 0; i < Most / 2; i++)
        {
            _bins[2 * i].Add(_bins[2 * i + 1]);
            _bins[i] = _bins[2 * i];
        }

        _bins.RemoveRange(Most / 2, _bins.Count - Most / 2);
        _perBin *= 2;
    }

    private sealed class Bin(DateTimeOffset from)
    {
        public DateTimeOffset From { get; } = from;

        public DateTimeOffset To { get; private set; } = from;

        public long Last { get; private set; }

        public double Seconds { get; private set; }

        public int Stage { get; private set; }

        public Share Share { get; private set; }

        public ArmTally Baseline { get; } = new();

        public ArmTally Canary { get; } = new();

        public ValueList<Verdict> Verdicts { get; set; } = [];

        public void Add(EvidenceSlice slice)
        {
            (Stage, Share, Last, To) = (slice.Stage, slice.Share, slice.Number, slice.From + slice.Length);
            Seconds += slice.Length.TotalSeconds;
            Baseline.Add(slice.Baseline);
            Canary.Add(slice.Canary);
        }

        public void Add(Bin next)
        {
            (Stage, Share, Last, To, Verdicts) = (next.Stage, next.Share, next.Last, next.To, next.Verdicts);
            Seconds += next.Seconds;
            Baseline.Add(next.Baseline);
            Canary.Add(next.Canary);
        }

        public BandPoint Point(int guard)
        {
            var verdict = Verdicts[guard];
            return new(Last, To, verdict.Kind, verdict.Estimate, verdict.Low, verdict.High)
            {
                TowardFail = verdict.FailEvidence / verdict.FailAt,
                TowardPass = verdict.PassEvidence / verdict.PassAt,
            };
        }
    }
}
