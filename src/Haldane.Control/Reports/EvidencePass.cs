using Haldane.Control.Courses;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Judge.Replay;

namespace Haldane.Control.Reports;

/// <summary>Reads the evidence of a run once, slice by slice: judges it anew and adds it up. Memory does not grow with the number of slices.</summary>
/// <remarks>One use, one thread.</remarks>
/// <param name="plan">What the run was begun with.</param>
/// <exception cref="ArgumentException">A guard's lines cannot be judged.</exception>
internal sealed class EvidencePass(RecordedPlan plan)
{
    // Slices follow each other within milliseconds; more than this is time that nobody has seen.
    private const double LongestBreak = 1;

    private readonly RunReplay _replay = new(plan.Model, plan.Rollout);
    private readonly CourseTally _course = new(new(plan.Model, plan.Rollout));
    private readonly List<string> _differences = [];
    private GapReport _gaps = new();
    private DateTimeOffset? _end;
    private (int Records, int Verdicts) _compared;

    /// <summary>How the run went.</summary>
    public CourseTally Course => _course;

    /// <summary>Where the measurement was blind.</summary>
    public GapReport Gaps => _gaps with { Doubts = _course.Doubts() };

    /// <summary>How many slices there are.</summary>
    public long Slices => _replay.UpTo;

    /// <summary>Their digest.</summary>
    public string Digest => _replay.Digest;

    /// <summary>What came of the comparison with the records.</summary>
    public ReplayProof Replay => new(_compared.Records, _compared.Verdicts, _differences.Count == 0, _differences.Take(ReplayProof.MostDifferences).ToValueList());

    /// <summary>What the judge says to all of it.</summary>
    public ValueList<Verdict> Verdicts() => _replay.Judge().Verdicts;

    /// <summary>Reads the evidence, and compares each record with it where it rests.</summary>
    /// <param name="evidence">The evidence.</param>
    /// <param name="records">The run's records, in order.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task RunAsync(IEvidenceReader evidence, IReadOnlyList<PackRecord> records, CancellationToken cancel)
    {
        await using var slices = evidence.SliceTextsAsync(records[0].Entry.Run, cancel).GetAsyncEnumerator(cancel);
        foreach (var record in records)
        {
            while (_replay.UpTo < record.Entry.EvidenceUpTo && await slices.MoveNextAsync())
            {
                Take(slices.Current);
            }

            Compare(record);
        }

        // What came after the last record: of a run that goes on, or the way that was left until it was published.
        while (await slices.MoveNextAsync())
        {
            Take(slices.Current);
        }

        if (_course.IsOpen)
        {
            _course.Judge(_replay.Judge());
        }
    }

    private void Compare(PackRecord record)
    {
        if (record.Entry is { EvidenceUpTo: 0, Verdicts.Count: 0 })
        {
            return;
        }

        var compared = _replay.Compare(record.Number, record.Entry);
        _compared = (_compared.Records + 1, _compared.Verdicts + compared.Verdicts);
        _differences.AddRange(compared.Differences.Select(d => $"record {record.Number}: {d}"));
    }

    private void Take(SliceText text)
    {
        if (_replay.Take(text.Number, text.Body) is not { } slice)
        {
            return;
        }

        Watch(slice);
        _course.Add(slice);
        if (_course.IsFull)
        {
            _course.Judge(_replay.Judge());
        }
    }

    private void Watch(EvidenceSlice slice)
    {
        var (baseline, canary) = (slice.Baseline.Cells[SegmentCells.Everyone], slice.Canary.Cells[SegmentCells.Everyone]);
        var pause = _end is { } end ? (slice.From - end).TotalSeconds : 0;
        _end = slice.From + slice.Length;
        _gaps = _gaps with
        {
            Seconds = _gaps.Seconds + slice.Length.TotalSeconds,
            Silent = _gaps.Silent + (baseline.Exchanges + canary.Exchanges == 0 ? slice.Length.TotalSeconds : 0),
            Uncovered = _gaps.Uncovered + (pause > LongestBreak ? pause : 0),
            Restarts = _gaps.Restarts + (slice is { Fresh: true, Number: > 1 } ? 1 : 0),
            BaselineUnread = _gaps.BaselineUnread + baseline.Unread,
            CanaryUnread = _gaps.CanaryUnread + canary.Unread,
        };
    }
}
