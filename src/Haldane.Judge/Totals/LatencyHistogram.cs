using Haldane.Core.Evidence;

namespace Haldane.Judge.Totals;

/// <summary>The latencies of one arm and cell in one stage, by bucket, with their running sums.</summary>
/// <remarks>Fixed size, whatever is added. For one thread.</remarks>
internal sealed class LatencyHistogram
{
    private static readonly double LogFirstEdge = Math.Log(LatencyBuckets.Edge(0));

    private readonly long[] _counts = new long[LatencyBuckets.Count];
    private readonly long[] _upTo = new long[LatencyBuckets.Count];

    /// <summary>The lowest bucket that holds something; above <see cref="Last"/> when none does.</summary>
    public int First { get; private set; } = LatencyBuckets.Count;

    /// <summary>The highest bucket that holds something; -1 when none does.</summary>
    public int Last { get; private set; } = -1;

    /// <summary>Latencies in all.</summary>
    public long Total { get; private set; }

    /// <summary>How many latencies lie at or below a bucket's upper edge; any index is legal.</summary>
    public long UpTo(int bucket) => bucket < First ? 0 : bucket >= Last ? Total : _upTo[bucket];

    /// <summary>Adds a slice's histogram.</summary>
    public void Add(SparseCounts counts)
    {
        var buckets = counts.Buckets.AsSpan();
        var many = counts.Counts.AsSpan();
        for (var i = 0; i < buckets.Length; i++)
        {
            _counts[buckets[i]] += many[i];
            Total += many[i];
        }

        if (buckets.Length == 0)
        {
            return;
        }

        First = Math.Min(First, buckets[0]);
        Last = Math.Max(Last, buckets[^1]);
        var sum = 0L;
        for (var i = First; i <= Last; i++)
        {
            sum += _counts[i];
            _upTo[i] = sum;
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        (First, Last, Total) = (LatencyBuckets.Count, -1, 0);
    }

    /// <summary>Natural logarithm of a quantile in seconds, interpolated inside its bucket; null when empty.</summary>
    /// <param name="p">The quantile, in (0, 1).</param>
    public double? LogQuantile(double p)
    {
        if (Total == 0)
        {
            return null;
        }

        var rank = p * Total;
        int low = First, high = Last;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_upTo[middle] >= rank)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        var inside = Math.Clamp((rank - UpTo(low - 1)) / _counts[low], 0, 1);
        return LogFirstEdge + (low - 1 + inside) * LatencyBuckets.LogRatio;
    }
}
