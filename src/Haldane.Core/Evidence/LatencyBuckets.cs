namespace Haldane.Core.Evidence;

/// <summary>The fixed boundaries of every latency histogram.</summary>
/// <remarks>
/// Edges are powers of g = 1.1^(1/8), so a tolerance of 10 % is exactly 8 buckets and counts at an edge are exact, also after merging.
/// Relative width of a bucket: 1.2 %. Bucket i holds latencies in (Edge(i - 1), Edge(i)]; the first also all below, the last also all above.
/// </remarks>
public static class LatencyBuckets
{
    /// <summary>Buckets per factor of 1.1.</summary>
    public const int PerTenPercent = 8;

    /// <summary>Buckets from 1 microsecond to 100 seconds.</summary>
    public const int Count = 1547;

    /// <summary>Natural logarithm of the ratio of neighbouring edges.</summary>
    public static readonly double LogRatio = Math.Log(1.1) / PerTenPercent;

    private const double SmallestSeconds = 1e-6;

    private static readonly double LogSmallest = Math.Log(SmallestSeconds);

    /// <summary>The bucket of a latency.</summary>
    /// <param name="seconds">Any number; not-a-number and negatives fall in the first bucket.</param>
    public static int IndexOf(double seconds)
    {
        if (!(seconds > SmallestSeconds))
        {
            return 0;
        }

        var index = (int)Math.Ceiling((Math.Log(seconds) - LogSmallest) / LogRatio);
        return Math.Min(index, Count - 1);
    }

    /// <summary>The upper edge of a bucket, seconds. Extends beyond both ends for arithmetic on edges.</summary>
    public static double Edge(int index) => SmallestSeconds * Math.Exp(index * LogRatio);
}
