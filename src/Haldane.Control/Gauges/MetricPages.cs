using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Gauges;

/// <summary>Gauges that stand on the pages of metrics of a version's servers, and of exporters beside them.</summary>
internal sealed class MetricPages(IMetricsReader reader) : IGaugeSource
{
    /// <inheritdoc/>
    public bool Has(GaugeSpec gauge) => gauge.Metric is not null;

    /// <inheritdoc/>
    public IEnumerable<string> PlacesOf(ModelSpec model, VersionSpec version) => version.Metrics;

    /// <inheritdoc/>
    public async Task<GaugeAnswer?> ReadAsync(GaugePlace place, CancellationToken cancel) => new(await reader.ReadAsync(place.Name, place.Gauges, cancel));

    /// <inheritdoc/>
    public string Lacks(GaugeSpec gauge) => $"no address of its metrics shows {gauge.Metric}{(gauge.Labels.Count > 0 ? " with these labels" : "")}";
}
