using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;

namespace Haldane.Control.Gauges;

/// <summary>Sums readings of the gauges of a run's two versions until the next slice takes them. Any thread.</summary>
internal sealed class GaugeCollector(string model, RolloutSpec rollout)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Gauge, Arm Arm), (long Count, double Sum)> _sums = [];

    /// <summary>The model that moves.</summary>
    public string Model => model;

    /// <summary>Whether a version takes part.</summary>
    public bool Has(string version) => version == rollout.Canary || version == rollout.Baseline;

    /// <summary>Adds a reading of a version.</summary>
    /// <returns>Whether the version takes part.</returns>
    public bool Add(string gauge, string version, double value)
    {
        if (!Has(version))
        {
            return false;
        }

        var key = (gauge, version == rollout.Canary ? Arm.Canary : Arm.Baseline);
        lock (_gate)
        {
            var (count, sum) = _sums.GetValueOrDefault(key);
            _sums[key] = (count + 1, sum + value);
        }

        return true;
    }

    /// <summary>What came since the last call.</summary>
    public ValueList<GaugeSum> Take()
    {
        lock (_gate)
        {
            if (_sums.Count == 0)
            {
                return [];
            }

            var taken = _sums.Select(s => new GaugeSum(s.Key.Gauge, s.Key.Arm, s.Value.Count, s.Value.Sum)).ToValueList();
            _sums.Clear();
            return taken;
        }
    }
}
