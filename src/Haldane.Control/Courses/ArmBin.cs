using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Reports;

namespace Haldane.Control.Courses;

/// <summary>What an arm did in a stretch of time. For one thread.</summary>
internal sealed class ArmBin
{
    private readonly StepCounts _latency = new(), _firstToken = new();
    private long _exchanges, _errors;

    /// <summary>Adds what a slice has of everyone.</summary>
    public void Add(CellEvidence everyone)
    {
        _exchanges += everyone.Exchanges;
        _errors += everyone.Errors;
        _latency.Add(everyone.Latency);
        _firstToken.Add(everyone.FirstToken);
    }

    /// <summary>Adds the stretch that follows.</summary>
    public void Add(ArmBin next)
    {
        _exchanges += next._exchanges;
        _errors += next._errors;
        _latency.Add(next._latency);
        _firstToken.Add(next._firstToken);
    }

    /// <summary>As a chart shows it.</summary>
    /// <param name="seconds">How long the stretch was.</param>
    public ArmCurve Curve(double seconds) => new(
        seconds > 0 ? _exchanges / seconds : 0, _exchanges > 0 ? (double)_errors / _exchanges : null, _latency.Quantile(0.5), _latency.Quantile(0.99))
    {
        P95 = _latency.Quantile(0.95),
        FirstToken = _firstToken.Quantile(0.95),
    };

    /// <summary>Counts by <see cref="LatencySteps"/>, those that hold something: a run keeps hundreds of stretches.</summary>
    private sealed class StepCounts
    {
        private ushort[] _steps = [];
        private long[] _counts = [];

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

        public void Add(StepCounts other) => Merge(other._steps, other._counts);

        // Interpolated on a logarithmic scale within its step, which is 5 % wide.
        public double? Quantile(double quantile)
        {
            var rank = quantile * _counts.Sum();
            var below = 0L;
            for (var i = 0; i < _steps.Length; i++)
            {
                if (below + _counts[i] >= rank)
                {
                    var (from, to) = (LatencySteps.Last(_steps[i] - 1), LatencySteps.Last(_steps[i]));
                    return LatencyBuckets.Edge(from) * Math.Exp(LatencyBuckets.LogRatio * (to - from) * (rank - below) / _counts[i]);
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
}
