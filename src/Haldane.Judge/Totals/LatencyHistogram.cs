using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Judge.Totals;

/// <summary>Latencies of one arm and cell, by bucket, as running sums.</summary>
/// <remarks>Holds only the range of buckets that was ever seen, so its size does not grow with the number of latencies. For one thread.</remarks>
/// <param name="subjects">How far the latencies of one subject resemble each other; null: not at all.</param>
internal sealed class LatencyHistogram(CellSpread? subjects = null)
{
    // The range of buckets grows in steps, so that adding a slice allocates only now and then.
    private const int Chunk = 64;

    private static readonly double LogFirstEdge = Math.Log(LatencyBuckets.Edge(0));

    // By bucket from _offset on: the running sum, and over slices the sums of (answers above)^2 and of answers above times all.
    private long[] _upTo = [];
    private double[] _overSquared = [];
    private double[] _overTimesSize = [];
    private int _offset;
    private double _sizeSquared;
    private int _slices;

    /// <summary>The lowest bucket that holds something; above <see cref="Last"/> when none does.</summary>
    public int First { get; private set; } = LatencyBuckets.Count;

    /// <summary>The highest bucket that holds something; -1 when none does.</summary>
    public int Last { get; private set; } = -1;

    /// <summary>Latencies in all.</summary>
    public long Total { get; private set; }

    /// <summary>How many latencies lie at or below a bucket's upper edge; any index is legal.</summary>
    public long UpTo(int bucket) => bucket < First ? 0 : bucket >= Last ? Total : _upTo[bucket - _offset];

    /// <summary>Adds a slice's histogram.</summary>
    public void Add(SparseCounts counts)
    {
        var buckets = counts.Buckets.AsSpan();
        var many = counts.Counts.AsSpan();
        if (buckets.Length == 0)
        {
            return;
        }

        Reserve(buckets[0], buckets[^1]);
        var size = many.Sum();
        var added = 0L;
        var next = 0;
        for (var i = First; i <= Last; i++)
        {
            if (next < buckets.Length && buckets[next] == i)
            {
                added += many[next++];
            }

            double above = size - added;
            _upTo[i - _offset] += added;
            _overSquared[i - _offset] += above * above;
            _overTimesSize[i - _offset] += above * size;
        }

        Total += size;
        _sizeSquared += (double)size * size;
        _slices++;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        (First, Last, Total) = (LatencyBuckets.Count, -1, 0);
        (_sizeSquared, _slices) = (0, 0);
    }

    /// <summary>How many answers count as one near an edge, because those above it come in bursts or from users who are always slow.</summary>
    /// <remarks>See <see cref="SubjectSpread"/> for the users'. 1 where no answer, or every answer, lies above.</remarks>
    /// <param name="bucket">The bucket whose upper edge is meant; any index is legal.</param>
    public DesignEffect Effect(int bucket) => new(Bursts(bucket), Users(bucket));

    // Steps are wider than buckets: the worse of the edges of steps on either side.
    private double Users(int bucket)
    {
        if (subjects is null)
        {
            return 1;
        }

        var step = LatencySteps.Of(Math.Clamp(bucket, 0, LatencyBuckets.Count - 1));
        return bucket == LatencySteps.Last(step) || step == 0 ? subjects.Above(step) : Math.Max(subjects.Above(step - 1), subjects.Above(step));
    }

    /// <summary>The part of <see cref="Effect"/> that comes of bursts.</summary>
    /// <remarks>
    /// The design effect of Kish, "Survey Sampling" (1965), section 8.2, with slices as clusters: the variance between slices of the number above the edge, over what independent answers would show. A
    /// process that stands still for a moment makes all its answers slow at once: that is one event, not a hundred. Infinite while there are too few slices to tell; 1 where no answer, or every answer, lies above.
    /// </remarks>
    /// <param name="bucket">The bucket whose upper edge is meant; any index is legal.</param>
    public double Bursts(int bucket)
    {
        double above = Total - UpTo(bucket), rate = above / Total;
        if (above == 0 || above == Total)
        {
            return 1;
        }

        if (_slices < DesignEffect.FewestClusters)
        {
            return double.PositiveInfinity;
        }

        var between = _overSquared[bucket - _offset] - 2 * rate * _overTimesSize[bucket - _offset] + rate * rate * _sizeSquared;
        var independent = above * (1 - rate);
        return Math.Max(1, DesignEffect.LessChance(between * _slices / (_slices - 1) / independent, _slices, independent));
    }

    /// <summary>How many answers of either arm count as one near a quantile; neither is empty.</summary>
    /// <remarks>
    /// The largest of both arms at both arms' quantiles: what lies between them is what is compared, and bursts that one arm was spared so far could have struck it as well.
    /// </remarks>
    public static DesignEffect EffectOf(LatencyHistogram one, LatencyHistogram other, double p)
    {
        int ofOne = one.QuantileBucket(p), ofOther = other.QuantileBucket(p);
        return DesignEffect.Largest(
            DesignEffect.Largest(one.Effect(ofOne), one.Effect(ofOther)), DesignEffect.Largest(other.Effect(ofOne), other.Effect(ofOther)));
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
        var below = UpTo(low - 1);
        var inside = Math.Clamp((p * Total - below) / (UpTo(low) - below), 0, 1);
        return LogFirstEdge + (low - 1 + inside) * LatencyBuckets.LogRatio;
    }

    /// <summary>The part of all that lies at or below a point, interpolated inside its bucket; only when not empty.</summary>
    /// <param name="logSeconds">Natural logarithm of seconds, or negative infinity.</param>
    public double PartUpTo(double logSeconds) =>
        double.IsNegativeInfinity(logSeconds) ? 0 : UpToPoint((logSeconds - LogFirstEdge) / LatencyBuckets.LogRatio) / Total;

    /// <summary>How many lie at or below a point, interpolated inside its bucket.</summary>
    /// <param name="point">In buckets, any number: a whole one is that bucket's upper edge.</param>
    public double UpToPoint(double point)
    {
        var edge = (int)Math.Floor(point);
        var inside = point - edge;
        var below = UpTo(edge);
        return inside < 1e-12 ? below : below + inside * (UpTo(edge + 1) - below);
    }

    /// <summary>The bucket that holds a quantile; only when not empty.</summary>
    public int QuantileBucket(double p)
    {
        var rank = p * Total;
        int low = First, high = Last;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_upTo[middle - _offset] >= rank)
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

    // Makes room for a range of buckets, whose sums then continue those of their neighbours.
    private void Reserve(int first, int last)
    {
        var (from, to) = (Math.Min(first, First), Math.Max(last, Last));
        if (_upTo.Length == 0 || from < _offset || to >= _offset + _upTo.Length)
        {
            var offset = (_upTo.Length == 0 ? from : Math.Min(from, _offset)) / Chunk * Chunk;
            var length = (Math.Max(to, _offset + _upTo.Length - 1) / Chunk + 1) * Chunk - offset;
            (_upTo, _overSquared, _overTimesSize) = (Widened(_upTo, offset, length), Widened(_overSquared, offset, length), Widened(_overTimesSize, offset, length));
            _offset = offset;
        }

        // Below what was the first bucket, every answer of the earlier slices lies above the edge; from the last one on, none does.
        Fill(from, Last < 0 ? to + 1 : First, 0, _sizeSquared);
        if (Last >= 0)
        {
            Fill(Last + 1, to + 1, Total, 0);
        }

        (First, Last) = (from, to);
    }

    private void Fill(int from, int end, long upTo, double squared)
    {
        for (var i = from - _offset; i < end - _offset; i++)
        {
            (_upTo[i], _overSquared[i], _overTimesSize[i]) = (upTo, squared, squared);
        }
    }

    private T[] Widened<T>(T[] old, int offset, int length)
    {
        var wider = new T[length];
        old.CopyTo(wider, old.Length == 0 ? 0 : _offset - offset);
        return wider;
    }
}
