namespace Haldane.Core.Evidence;

/// <summary>Reads quantiles from latency histograms.</summary>
public static class LatencyQuantile
{
    /// <summary>The quantile, interpolated on a logarithmic scale within its bucket.</summary>
    /// <param name="counts">One count for each bucket of <see cref="LatencyBuckets"/>.</param>
    /// <param name="quantile">In (0, 1).</param>
    /// <returns>Seconds; null when there is nothing.</returns>
    public static double? Of(ReadOnlySpan<long> counts, double quantile)
    {
        var total = 0L;
        foreach (var count in counts)
        {
            total += count;
        }

        if (total == 0)
        {
            return null;
        }

        var rank = quantile * total;
        var below = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0 && below + counts[i] >= rank)
            {
                return LatencyBuckets.Edge(i - 1) * Math.Exp(LatencyBuckets.LogRatio * (rank - below) / counts[i]);
            }

            below += counts[i];
        }

        return LatencyBuckets.Edge(counts.Length - 1);
    }
}
