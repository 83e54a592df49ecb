using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>How long answers take: a chance for each bucket of <see cref="LatencyBuckets"/>.</summary>
/// <remarks>Immutable.</remarks>
public sealed class LatencyShape
{
    // The standard normal quantile of 0.99.
    private const double NormalP99 = 2.3263478740408408;

    // Mass below this in a bucket is left out: nobody ever draws it, and the table stays short.
    private const double Negligible = 1e-12;

    private readonly double[] _chances;

    private LatencyShape(double[] weights)
    {
        int first = Array.FindIndex(weights, w => w > 0), last = Array.FindLastIndex(weights, w => w > 0);
        if (first < 0)
        {
            throw new ArgumentException("A distribution of latencies needs at least one answer.", nameof(weights));
        }

        var total = weights.Sum();
        (First, _chances) = (first, [.. weights[first..(last + 1)].Select(w => w / total)]);
        Table = new(_chances);
    }

    /// <summary>The lowest bucket that can happen.</summary>
    public int First { get; }

    /// <summary>From <see cref="First"/> on the chance of each bucket; they add up to 1.</summary>
    public ReadOnlySpan<double> Chances => _chances;

    /// <summary>Draws buckets, counted from <see cref="First"/>.</summary>
    internal AliasTable Table { get; }

    /// <summary>Log-normal: the usual shape of service times.</summary>
    /// <param name="p50">Seconds; above 0.</param>
    /// <param name="p99">Seconds; at least <paramref name="p50"/>.</param>
    public static LatencyShape LogNormal(double p50, double p99)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(p50);
        ArgumentOutOfRangeException.ThrowIfLessThan(p99, p50);
        double middle = Math.Log(p50), spread = Math.Log(p99 / p50) / NormalP99;
        var weights = new double[LatencyBuckets.Count];
        if (spread == 0)
        {
            weights[LatencyBuckets.IndexOf(p50)] = 1;
            return new(weights);
        }

        var below = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            var upTo = i == weights.Length - 1 ? 1 : NormalTail.UpTo((Math.Log(LatencyBuckets.Edge(i)) - middle) / spread);
            weights[i] = upTo - below < Negligible ? 0 : upTo - below;
            below = upTo;
        }

        return new(weights);
    }

    /// <summary>As it was seen.</summary>
    /// <param name="counts">For each bucket its count; not all 0.</param>
    public static LatencyShape Seen(ReadOnlySpan<long> counts)
    {
        var weights = new double[counts.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = counts[i];
        }

        return new(weights);
    }

    /// <summary>Every answer takes so many times as long.</summary>
    /// <remarks>A factor between two buckets is a mixture of the two; its quantiles lie between theirs.</remarks>
    public LatencyShape Times(double factor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        if (factor == 1)
        {
            return this;
        }

        var shift = Math.Log(factor) / LatencyBuckets.LogRatio;
        var whole = (int)Math.Floor(shift);
        var rest = shift - whole;
        var weights = new double[LatencyBuckets.Count];
        for (var i = 0; i < _chances.Length; i++)
        {
            weights[Inside(First + i + whole)] += _chances[i] * (1 - rest);
            weights[Inside(First + i + whole + 1)] += _chances[i] * rest;
        }

        return new(weights);
    }

    /// <summary>The quantile in seconds, interpolated on a logarithmic scale within its bucket, as the judge reads it.</summary>
    /// <param name="p">In (0, 1).</param>
    public double Quantile(double p)
    {
        var below = 0.0;
        for (var i = 0; i < _chances.Length; i++)
        {
            if (below + _chances[i] >= p)
            {
                return LatencyBuckets.Edge(First + i - 1) * Math.Exp(LatencyBuckets.LogRatio * (p - below) / _chances[i]);
            }

            below += _chances[i];
        }

        return LatencyBuckets.Edge(First + _chances.Length - 1);
    }

    /// <summary>The largest part of the answers by which this one is slower than another, over all latencies.</summary>
    public double SlowerThan(LatencyShape other)
    {
        double mine = 0, theirs = 0, most = 0;
        for (var i = 0; i < LatencyBuckets.Count; i++)
        {
            mine += ChanceOf(i);
            theirs += other.ChanceOf(i);
            most = Math.Max(most, theirs - mine);
        }

        return most;
    }

    /// <summary>The chance of a bucket; any index is legal.</summary>
    public double ChanceOf(int bucket) => bucket >= First && bucket < First + _chances.Length ? _chances[bucket - First] : 0;

    private static int Inside(int bucket) => Math.Clamp(bucket, 0, LatencyBuckets.Count - 1);
}

/// <summary>The normal distribution.</summary>
internal static class NormalTail
{
    /// <summary>The chance of at most x.</summary>
    /// <remarks>
    /// Complementary error function by the continued fraction of Abramowitz and Stegun, 7.1.14, beyond 2.5 and by the series 7.1.6 within; to 1e-12.
    /// </remarks>
    public static double UpTo(double x) => x < 0 ? Above(-x) : 1 - Above(x);

    private static double Above(double x)
    {
        var density = Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
        if (x < 2.5)
        {
            double term = x, sum = x;
            for (var k = 1; Math.Abs(term) > 1e-17; k++)
            {
                term *= x * x / (2 * k + 1);
                sum += term;
            }

            return 0.5 - density * sum;
        }

        var fraction = x;
        for (var k = 80; k > 0; k--)
        {
            fraction = x + k / fraction;
        }

        return density / fraction;
    }
}
