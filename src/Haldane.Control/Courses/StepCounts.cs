using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Control.Courses;

/// <summary>Counts by <see cref="LatencySteps"/>, those that hold something: a run keeps hundreds of stretches. For one thread.</summary>
internal sealed class StepCounts
{
    private ushort[] _steps = [];
    private long[] _counts = [];

    /// <summary>The steps that hold something, rising.</summary>
    public ReadOnlySpan<ushort> Steps => _steps;

    /// <summary>How many there are.</summary>
    public long Total => _counts.Sum();

    /// <summary>How many are in a step.</summary>
    public long In(ushort step) => Array.BinarySearch(_steps, step) is var at and >= 0 ? _counts[at] : 0;

    /// <summary>Adds what a slice has.</summary>
    public void Add(SparseCounts counts)
    {
        if (counts.Buckets.Count == 0)
        {
            return;
        }

        var (steps, many) = (new List<ushort>(), new List<long>());
        for (var i = 0; i < counts.Buckets.Count; i++)
        {
            var step = (ushort)LatencySteps.Of(counts.Buckets[i]);
            if (steps.Count > 0 && steps[^1] == step)
            {
                many[^1] += counts.Counts[i];
            }
            else
            {
                steps.Add(step);
                many.Add(counts.Counts[i]);
            }
        }

        Merge([.. steps], [.. many]);
    }

    /// <summary>Adds others.</summary>
    public void Add(StepCounts other) => Merge(other._steps, other._counts);

    /// <summary>How many are above a step.</summary>
    public long Above(ushort step)
    {
        var at = Array.BinarySearch(_steps, step);
        return Sums.Sum(_counts.AsSpan(at >= 0 ? at + 1 : ~at));
    }

    /// <summary>The step that a quantile is in; null without answers.</summary>
    public ushort? StepOf(double quantile) => Find(quantile) is { Index: var i } ? _steps[i] : null;

    /// <summary>A quantile in seconds, interpolated on a logarithmic scale within its step, which is 5 % wide; null without answers.</summary>
    public double? Quantile(double quantile)
    {
        if (Find(quantile) is not { } found)
        {
            return null;
        }

        var (from, to) = (LatencySteps.Last(_steps[found.Index] - 1), LatencySteps.Last(_steps[found.Index]));
        return LatencyBuckets.Edge(from) * Math.Exp(LatencyBuckets.LogRatio * (to - from) * found.Part);
    }

    private (int Index, double Part)? Find(double quantile)
    {
        var rank = quantile * Total;
        var below = 0L;
        for (var i = 0; i < _steps.Length; i++)
        {
            if (below + _counts[i] >= rank)
            {
                return (i, (rank - below) / _counts[i]);
            }

            below += _counts[i];
        }

        return null;
    }

    private void Merge(ushort[] steps, long[] counts)
    {
        if (_steps.Length == 0)
        {
            (_steps, _counts) = (steps, counts);
            return;
        }

        var (merged, many) = (new List<ushort>(_steps.Length + steps.Length), new List<long>(_steps.Length + steps.Length));
        var (i, j) = (0, 0);
        while (i < _steps.Length || j < steps.Length)
        {
            var mine = i < _steps.Length ? _steps[i] : ushort.MaxValue;
            var theirs = j < steps.Length ? steps[j] : ushort.MaxValue;
            merged.Add(Math.Min(mine, theirs));
            many.Add((mine <= theirs ? _counts[i++] : 0) + (theirs <= mine ? counts[j++] : 0));
        }

        (_steps, _counts) = ([.. merged], [.. many]);
    }
}
