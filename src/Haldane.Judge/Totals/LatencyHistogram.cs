using Haldane.Core.Evidence;

namespace Haldane.Judge.Totals;

/// <summary>The latencies of one arm and cell in one stage, by bucket, with their running sums.</summary>
/// <remarks>Fixed size, whatever is added. For one thread.</remarks>
internal sealed class LatencyHistogram
{
    private static readonly double LogFirstEdge = Math.Log(LatencyBuckets.Edge(0));

    // Fewer slices than this cannot show whether slow answers come in bursts.
    private const int FewestSlices = 5;

    // Standard errors of the design effect that are taken for chance: the largest of four is used, which by chance alone lies that far up.
    private const double Chance = 1.5;

    private readonly long[] _counts = new long[LatencyBuckets.Count];
    private readonly long[] _upTo = new long[LatencyBuckets.Count];
    private readonly double[] _overSquared = new double[LatencyBuckets.Count];
    private readonly double[] _overTimesSize = new double[LatencyBuckets.Count];
    private double _sizeSquared;
    private int _slices;

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
        if (buckets.Length == 0)
        {
            return;
        }

        for (var i = 0; i < buckets.Length; i++)
        {
            _counts[buckets[i]] += many[i];
            Total += many[i];
        }

        NoteSlice(buckets, many);
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
        Array.Clear(_overSquared);
        Array.Clear(_overTimesSize);
        (First, Last, Total) = (LatencyBuckets.Count, -1, 0);
        (_sizeSquared, _slices) = (0, 0);
    }

    /// <summary>How many answers count as one at an edge, because those above it come in bursts; at least 1.</summary>
    /// <remarks>
    /// The design effect of Kish, "Survey Sampling" (1965), section 8.2, with slices as clusters: the variance between slices of the number above the edge, over
    /// what independent answers would show. A process that stands still for a moment makes all its answers slow at once: that is one event, not a hundred.
    /// Infinite while there are too few slices to tell; 1 where no answer, or every answer, lies above.
    /// </remarks>
    /// <param name="bucket">The bucket whose upper edge is meant; any index is legal.</param>
    public double Clustering(int bucket)
    {
        double above = Total - UpTo(bucket), rate = above / Total;
        if (above == 0 || above == Total)
        {
            return 1;
        }

        if (_slices < FewestSlices)
        {
            return double.PositiveInfinity;
        }

        var between = _overSquared[bucket] - 2 * rate * _overTimesSize[bucket] + rate * rate * _sizeSquared;
        var seen = between * _slices / (_slices - 1) / (above * (1 - rate));

        // Of independent, rare answers this ratio has a mean of 1 and a variance of (2 + 1/mean) / (S - 1), the mean being that of a slice: so much may be chance.
        var chance = Math.Sqrt((2 + _slices / (above * (1 - rate))) / (_slices - 1));
        return Math.Max(1, seen - Chance * chance);
    }

    /// <summary>Natural logarithm of a quantile in seconds, interpolated inside its bucket; null when empty.</summary>
    /// <param name="p">The quantile, in (0, 1).</param>
    public double? LogQuantile(double p)
    {
        if (Total == 0)
        {
            return null;
        }

        var low = QuantileBucket(p);
        var inside = Math.Clamp((p * Total - UpTo(low - 1)) / _counts[low], 0, 1);
        return LogFirstEdge + (low - 1 + inside) * LatencyBuckets.LogRatio;
    }

    /// <summary>The bucket that holds a quantile; only when not empty.</summary>
    public int QuantileBucket(double p)
    {
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

        return low;
    }

    private void NoteSlice(ReadOnlySpan<int> buckets, ReadOnlySpan<long> many)
    {
        // Below what was the first bucket so far, every answer of the earlier slices lies above the edge.
        for (var i = buckets[0]; i < First && i < LatencyBuckets.Count && _slices > 0; i++)
        {
            _overSquared[i] = _overTimesSize[i] = _sizeSquared;
        }

        var size = 0L;
        foreach (var count in many)
        {
            size += count;
        }

        double above = size;
        var next = 0;
        for (var i = Math.Min(First, buckets[0]); i < buckets[^1]; i++)
        {
            if (i == buckets[next])
            {
                above -= many[next++];
            }

            _overSquared[i] += above * above;
            _overTimesSize[i] += above * size;
        }

        _sizeSquared += (double)size * size;
        _slices++;
    }
}
