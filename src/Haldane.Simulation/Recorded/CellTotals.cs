using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Recorded;

/// <summary>Adds up what one cell did over a recorded run.</summary>
internal sealed class CellTotals(int classes)
{
    private readonly long[] _latency = new long[LatencyBuckets.Count];
    private readonly long[] _firstToken = new long[LatencyBuckets.Count];
    private readonly long[] _classes = new long[classes];
    private readonly long[] _confidence = new long[ConfidenceBins.Count];

    public long Exchanges { get; private set; }

    public long Errors { get; private set; }

    /// <summary>Exchanges that have a latency.</summary>
    public long Answers { get; private set; }

    /// <summary>Adds a slice.</summary>
    public void Add(CellEvidence cell)
    {
        Exchanges += cell.Exchanges;
        Errors += cell.Errors;
        Answers += cell.Latency.Total();
        AddTo(_latency, cell.Latency);
        AddTo(_firstToken, cell.FirstToken);
        AddTo(_classes, cell.Classes);
        AddTo(_confidence, cell.Confidence);
    }

    public LatencyShape? Latency() => Answers == 0 ? null : LatencyShape.Seen(_latency);

    public LatencyShape? FirstToken() => Array.TrueForAll(_firstToken, c => c == 0) ? null : LatencyShape.Seen(_firstToken);

    public ValueList<double> Classes() => Parts(_classes);

    public ValueList<double> Confidence() => Parts(_confidence);

    /// <summary>Each count as a part of their sum; even parts when all are 0.</summary>
    public static ValueList<double> Parts(long[] counts)
    {
        double sum = counts.Sum();
        return counts.Select(c => sum > 0 ? c / sum : 1.0 / counts.Length).ToValueList();
    }

    private static void AddTo(long[] row, SparseCounts counts)
    {
        for (var i = 0; i < counts.Buckets.Count; i++)
        {
            row[counts.Buckets[i]] += counts.Counts[i];
        }
    }

    private static void AddTo(long[] row, ValueList<long> counts)
    {
        for (var i = 0; i < counts.Count; i++)
        {
            row[i] += counts[i];
        }
    }
}
