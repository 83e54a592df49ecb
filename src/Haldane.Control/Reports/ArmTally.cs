using Haldane.Core.Evidence;
using Haldane.Core.Reports;

namespace Haldane.Control.Reports;

/// <summary>Adds up what an arm did. For one thread.</summary>
internal sealed class ArmTally
{
    private readonly long[] _latency = new long[LatencyBuckets.Count];

    public long Exchanges { get; private set; }

    public long Errors { get; private set; }

    public long Unread { get; private set; }

    /// <summary>One count for each bucket of <see cref="LatencyBuckets"/>.</summary>
    public ReadOnlySpan<long> Latency => _latency;

    public ArmSum Sum => new(Exchanges, Errors);

    public void Add(ArmEvidence arm)
    {
        var everyone = arm.Cells[SegmentCells.Everyone];
        Exchanges += everyone.Exchanges;
        Errors += everyone.Errors;
        Unread += everyone.Unread;
        for (var i = 0; i < everyone.Latency.Buckets.Count; i++)
        {
            _latency[everyone.Latency.Buckets[i]] += everyone.Latency.Counts[i];
        }
    }
}
