using System.Buffers;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;

namespace Haldane.Control.Live;

/// <summary>The last ten minutes of a run as curves. Not thread-safe: belongs to the controller's tick.</summary>
internal sealed class LiveSeries
{
    private const int MostPoints = 600;
    private const int WindowSlices = 10;

    private readonly Queue<LivePoint> _points = new();
    private readonly Queue<EvidenceSlice> _window = new();
    private readonly long[] _exchanges = new long[2];
    private readonly long[] _errors = new long[2];

    public ValueList<LivePoint> Points => _points.ToValueList();

    public ValueList<ArmTotals> Totals =>
        [new(Arm.Baseline, _exchanges[0], _errors[0]), new(Arm.Canary, _exchanges[1], _errors[1])];

    public void Add(EvidenceSlice slice)
    {
        _window.Enqueue(slice);
        while (_window.Count > WindowSlices || _window.Peek().Stage != slice.Stage)
        {
            _window.Dequeue();
        }

        _points.Enqueue(new(slice.From + slice.Length, slice.Share, Point(slice, Arm.Baseline), Point(slice, Arm.Canary)));
        if (_points.Count > MostPoints)
        {
            _points.Dequeue();
        }
    }

    private ArmPoint Point(EvidenceSlice slice, Arm arm)
    {
        var now = slice.Of(arm).Cells[SegmentCells.Everyone];
        _exchanges[(int)arm] += now.Exchanges;
        _errors[(int)arm] += now.Errors;

        long exchanges = 0, errors = 0;
        foreach (var cell in _window.Select(s => s.Of(arm).Cells[SegmentCells.Everyone]))
        {
            exchanges += cell.Exchanges;
            errors += cell.Errors;
        }

        var (p50, p95, p99) = Quantiles(arm, static cell => cell.Latency);
        return new(slice.Length > TimeSpan.Zero ? now.Exchanges / slice.Length.TotalSeconds : 0, exchanges == 0 ? null : errors / (double)exchanges, p50, p99)
        {
            P95 = p95,
            FirstToken = Quantiles(arm, static cell => cell.FirstToken).P95,
        };
    }

    private (double? P50, double? P95, double? P99) Quantiles(Arm arm, Func<CellEvidence, SparseCounts> times)
    {
        if (_window.All(s => times(s.Of(arm).Cells[SegmentCells.Everyone]).Buckets.Count == 0))
        {
            return default;
        }

        var borrowed = ArrayPool<long>.Shared.Rent(LatencyBuckets.Count);
        var latency = borrowed.AsSpan(0, LatencyBuckets.Count);
        latency.Clear();
        foreach (var counts in _window.Select(s => times(s.Of(arm).Cells[SegmentCells.Everyone])))
        {
            for (var i = 0; i < counts.Buckets.Count; i++)
            {
                latency[counts.Buckets[i]] += counts.Counts[i];
            }
        }

        var found = (LatencyQuantile.Of(latency, 0.5), LatencyQuantile.Of(latency, 0.95), LatencyQuantile.Of(latency, 0.99));
        ArrayPool<long>.Shared.Return(borrowed);
        return found;
    }
}
