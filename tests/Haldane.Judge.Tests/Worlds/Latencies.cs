using Haldane.Core.Evidence;
using MathNet.Numerics.Distributions;

namespace Haldane.Judge.Tests.Worlds;

/// <summary>Log-normal latencies, drawn as buckets.</summary>
internal static class Latencies
{
    public static AliasTable LogNormal(double medianSeconds, double sigma)
    {
        double Below(int bucket) => Normal.CDF(Math.Log(medianSeconds), sigma, Math.Log(LatencyBuckets.Edge(bucket)));
        return new([.. Enumerable.Range(0, LatencyBuckets.Count).Select(i => Below(i) - (i == 0 ? 0 : Below(i - 1)))]);
    }
}
