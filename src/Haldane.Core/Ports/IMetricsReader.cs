using Haldane.Core.Specification;

namespace Haldane.Core.Ports;

/// <summary>Reads metrics where a version shows them; any thread.</summary>
public interface IMetricsReader
{
    /// <summary>Reads gauges at an address.</summary>
    /// <returns>What each gauge's metric says now, in their order; null where no series fits.</returns>
    /// <exception cref="MetricSourceException">It does not answer, or with something else than metrics.</exception>
    Task<double?[]> ReadAsync(string address, IReadOnlyList<GaugeSpec> gauges, CancellationToken cancel);
}
