using System.Buffers;
using System.Numerics;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;

namespace Haldane.Gateway.Counting;

/// <summary>What requests of one model add to while one stage of one run is routed.</summary>
/// <remarks>
/// Any thread may record: each core has its own block of counters, so the atomic additions never meet another core's cache line in the steady
/// state. Counters only grow; <see cref="Collect"/>, which one thread at a time may call, hands out what grew since the last call. An
/// addition that races with it is in this or in the next slice, never lost.
/// </remarks>
internal sealed class StageCounters
{
    private readonly SegmentCells _cells;
    private readonly CellLayout _layout;
    private readonly GroupCounters? _groups;
    private readonly ValueCounters? _values;
    private readonly long[][] _blocks;
    private readonly long[] _collected;
    private readonly SubjectSample _subjects = new();
    private readonly OccurrenceList _occurrences = new();

    /// <summary>Nothing recorded.</summary>
    /// <param name="cells">The model's cells.</param>
    /// <param name="layout">Where counters stand.</param>
    /// <param name="cores">How many blocks of counters.</param>
    /// <param name="groups">What is counted by group of subjects; null where nobody comes twice: each request is assigned on its own, and brings one prediction.</param>
    /// <param name="values">What is counted of the numbers that are read; null where none is.</param>
    public StageCounters(SegmentCells cells, CellLayout layout, int cores, GroupCounters? groups, ValueCounters? values = null)
    {
        _cells = cells;
        _layout = layout;
        _groups = groups;
        _values = values;
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
    public void Answered(in CountedAnswer answer)
    {
        var core = Core();
        var block = _blocks[core];
        Interlocked.Increment(ref block[_layout.Groups(answer.Arm) + SubjectGroups.Of(answer.Subject)]);
        var latency = double.IsNaN(answer.Latency) ? -1 : LatencyBuckets.IndexOf(answer.Latency);
        var firstToken = !_layout.HasFirstToken || double.IsNaN(answer.FirstToken) ? -1 : LatencyBuckets.IndexOf(answer.FirstToken);
        Span<int> cells = stackalloc int[1 + _cells.Segments.Count];
        CellsOf(answer.SegmentCode, cells);
        var tally = new MixTally(_layout.Mixes, stackalloc KindCount[MixTally.RoomFor(answer, _layout.Mixes)]);
        tally.Add(answer);
        _groups?.Answered(core, answer, tally.Kinds, cells, latency, firstToken);
        _values?.Answered(core, answer, cells);
        foreach (var cell in cells)
        {
            var at = _layout.At(answer.Arm, cell);
            Interlocked.Increment(ref block[at + CellLayout.Exchanges]);
            if (latency >= 0)
            {
                Interlocked.Increment(ref block[at + _layout.Latency + latency]);
            }

            if (firstToken >= 0)
            {
                Interlocked.Increment(ref block[at + _layout.FirstToken + firstToken]);
            }

            for (var events = (uint)answer.Events; events != 0; events &= events - 1)
            {
                Interlocked.Increment(ref block[at + CellLayout.Events + BitOperations.TrailingZeroCount(events)]);
            }

            if (tally.Unread > 0)
            {
                Interlocked.Add(ref block[at + CellLayout.Unread], tally.Unread);
            }

            foreach (var (kind, count) in tally.Kinds)
            {
                Interlocked.Add(ref block[at + CellLayout.Kinds + kind], count);
            }
        }

        for (var events = (uint)answer.Events; events != 0; events &= events - 1)
        {
            _occurrences.Add(new(BitOperations.TrailingZeroCount(events), answer.Subject, answer.Arm, answer.SegmentCode));
        }
    }

    /// <summary>Records a failure.</summary>
    public void Failed(Arm arm, int segmentCode, uint identity)
    {
        var block = _blocks[Core()];
        Span<int> cells = stackalloc int[1 + _cells.Segments.Count];
        CellsOf(segmentCode, cells);
        foreach (var cell in cells)
        {
            var at = _layout.At(arm, cell);
            Interlocked.Increment(ref block[at + CellLayout.Exchanges]);
            Interlocked.Increment(ref block[at + CellLayout.Errors]);
        }

        _occurrences.Add(new(Occurrence.Failure, identity, arm, segmentCode));
    }

    /// <summary>Records that the baseline answered what the canary failed; the failure itself is recorded already.</summary>
    public void FailedOver(Arm arm, int segmentCode)
    {
        var block = _blocks[Core()];
        Span<int> cells = stackalloc int[1 + _cells.Segments.Count];
        CellsOf(segmentCode, cells);
        foreach (var cell in cells)
        {
            Interlocked.Increment(ref block[_layout.At(arm, cell) + CellLayout.FailedOver]);
        }
    }

    /// <summary>What was recorded since the last call.</summary>
    /// <param name="stage">The stage that is counted.</param>
    /// <param name="share">The canary's share in it.</param>
    public ObservedTraffic Collect(int stage, Share share)
    {
        // Before the counters, for recording goes the other way round: so no subject comes in an earlier slice than its exchange.
        var occurrences = _occurrences.Take();

        // Borrowed: an array of this size, new each second for each rollout, is what a fleet's garbage collector would spend most of its time on.
        var borrowed = ArrayPool<long>.Shared.Rent(_layout.Length);
        var delta = borrowed.AsSpan(0, _layout.Length);
        delta.Clear();
        Growth.Take(_blocks, _collected, 0, delta);
        var (baseline, canary) = _subjects.TakeNew();

        var observed = new ObservedTraffic(
            stage,
            share,
            _layout.Evidence(delta, Arm.Baseline, baseline, _groups),
            _layout.Evidence(delta, Arm.Canary, canary, _groups),
            occurrences)
        {
            Events = _layout.EventsOf(delta, stage),
            Values = _values?.Report(stage) ?? [],
        };
        ArrayPool<long>.Shared.Return(borrowed);
        return observed;
    }

    private int Core() => Thread.GetCurrentProcessorId() % _blocks.Length;

    private void CellsOf(int segmentCode, Span<int> cells)
    {
        cells[0] = SegmentCells.Everyone;
        _cells.Decode(segmentCode, cells[1..]);
    }
}
