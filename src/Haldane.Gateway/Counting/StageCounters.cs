using System.Collections.Concurrent;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Counting;

/// <summary>What requests of one model add to while one stage of one run is routed.</summary>
/// <remarks>
/// Any thread may record: each core has its own block of counters, so the atomic additions never meet another core's cache line in the steady
/// state. Counters only grow; <see cref="Collect"/>, which one thread at a time may call, hands out what grew since the last call. An
/// addition that races with it is in this or in the next slice, never lost.
/// </remarks>
internal sealed class StageCounters
{
    private const int FailureLimit = 8_192;

    private readonly SegmentCells _cells;
    private readonly CellLayout _layout;
    private readonly long[][] _blocks;
    private readonly long[] _collected;
    private readonly SubjectSample _subjects = new();
    private readonly ConcurrentQueue<ObservedFailure> _failures = new();
    private int _failureCount;

    public StageCounters(SegmentCells cells, int classes, bool confidence, int cores)
    {
        _cells = cells;
        _layout = new(cells.Count, classes, confidence);
        _blocks = new long[cores][];
        for (var core = 0; core < cores; core++)
        {
            _blocks[core] = new long[_layout.Length];
        }

        _collected = new long[_layout.Length];
    }

    /// <summary>Sees the subject of an exchange.</summary>
    public void Subject(Arm arm, uint identity) => _subjects.See(arm, identity);

    /// <summary>Records an answer that came whole.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="segmentCode">Its segments.</param>
    /// <param name="seconds">Its latency; not a number when it is not to be counted.</param>
    /// <param name="prediction">What was read; null when there was nothing to read.</param>
    public void Answered(Arm arm, int segmentCode, double seconds, Prediction? prediction)
    {
        var block = Block();
        Span<int> cells = stackalloc int[1 + _cells.Segments.Count];
        CellsOf(segmentCode, cells);
        foreach (var cell in cells)
        {
            var at = _layout.At(arm, cell);
            Interlocked.Increment(ref block[at + CellLayout.Exchanges]);
            if (!double.IsNaN(seconds))
            {
                Interlocked.Increment(ref block[at + _layout.Latency + LatencyBuckets.IndexOf(seconds)]);
            }

            if (prediction is { } read)
            {
                if (_layout.HasClasses)
                {
                    Interlocked.Increment(ref block[at + (read.Class == ExchangeToken.NoClass ? CellLayout.Unread : CellLayout.Classes + read.Class)]);
                }

                if (read.Confidence is { } confidence && _layout.ConfidenceBins > 0)
                {
                    var bin = Math.Min((int)(confidence * CellLayout.Bins), CellLayout.Bins - 1);
                    Interlocked.Increment(ref block[at + _layout.Confidence + bin]);
                }
            }
        }
    }

    /// <summary>Records a failure.</summary>
    public void Failed(Arm arm, int segmentCode, uint identity)
    {
        var block = Block();
        Span<int> cells = stackalloc int[1 + _cells.Segments.Count];
        CellsOf(segmentCode, cells);
        foreach (var cell in cells)
        {
            var at = _layout.At(arm, cell);
            Interlocked.Increment(ref block[at + CellLayout.Exchanges]);
            Interlocked.Increment(ref block[at + CellLayout.Errors]);
        }

        // Past the limit failures are left out whatever their arm, which thins both arms alike and so does no harm to a comparison of arms.
        if (Interlocked.Increment(ref _failureCount) <= FailureLimit)
        {
            _failures.Enqueue(new(identity, arm, segmentCode));
        }
    }

    /// <summary>What was recorded since the last call.</summary>
    public (ArmEvidence Baseline, ArmEvidence Canary, IReadOnlyList<ObservedFailure> Failures) Collect()
    {
        var failures = new List<ObservedFailure>();
        while (_failures.TryDequeue(out var failure))
        {
            failures.Add(failure);
        }

        Volatile.Write(ref _failureCount, 0);
        var delta = new long[_layout.Length];
        for (var i = 0; i < delta.Length; i++)
        {
            var sum = 0L;
            foreach (var block in _blocks)
            {
                sum += Volatile.Read(ref block[i]);
            }

            delta[i] = sum - _collected[i];
            _collected[i] = sum;
        }

        return (_layout.Evidence(delta, Arm.Baseline, _subjects.TakeNew(Arm.Baseline)), _layout.Evidence(delta, Arm.Canary, _subjects.TakeNew(Arm.Canary)), failures);
    }

    private long[] Block() => _blocks[Thread.GetCurrentProcessorId() % _blocks.Length];

    private void CellsOf(int segmentCode, Span<int> cells)
    {
        cells[0] = SegmentCells.Everyone;
        _cells.Decode(segmentCode, cells[1..]);
    }
}
