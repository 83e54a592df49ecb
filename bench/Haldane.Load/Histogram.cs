using System.Numerics;

namespace Haldane.Load;

/// <summary>Counts spans of time in buckets that are 0.8 % wide, so that nothing is lost of a tail.</summary>
internal sealed class Histogram
{
    // 128 buckets for each doubling.
    private const int Fine = 7;

    private readonly long[] _counts = new long[64 << Fine];

    /// <summary>How many were counted.</summary>
    public long Count { get; private set; }

    /// <summary>The longest, in nanoseconds.</summary>
    public long Most { get; private set; }

    public void Add(long nanoseconds)
    {
        var value = Math.Max(0, nanoseconds);
        _counts[Bucket(value)]++;
        Count++;
        Most = Math.Max(Most, value);
    }

    /// <summary>Counts all of another.</summary>
    public void Add(Histogram other)
    {
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            _counts[bucket] += other._counts[bucket];
        }

        Count += other.Count;
        Most = Math.Max(Most, other.Most);
    }

    /// <summary>The value, in microseconds, that this part of all does not exceed.</summary>
    public double Quantile(double part)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(part * Count));
        long seen = 0;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            if ((seen += _counts[bucket]) >= wanted)
            {
                return Math.Min(Most, Top(bucket)) / 1000.0;
            }
        }

        return 0;
    }

    private static int Bucket(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - Fine);
        return (shift << Fine) + (int)(value >> shift);
    }

    private static long Top(int bucket)
    {
        var shift = Math.Max(0, (bucket >> Fine) - 1);
        return ((bucket - ((long)shift << Fine) + 1) << shift) - 1;
    }
}
