using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Gauges;

/// <summary>Gauges of the processes that versions have of their own.</summary>
internal sealed class VersionProcesses(IProcessMeter meter) : IGaugeSource
{
    /// <inheritdoc/>
    public bool Has(GaugeSpec gauge) => gauge.Process is not null;

    /// <inheritdoc/>
    public IEnumerable<string> PlacesOf(ModelSpec model, VersionSpec version) => version.Runtime is null ? [] : [$"{model.Name}/{version.Name}"];

    /// <inheritdoc/>
    public Task<GaugeAnswer?> ReadAsync(GaugePlace place, CancellationToken cancel) => Task.FromResult(Answer(meter.Measure(place.Model.Name, place.Version.Name), place.Gauges));

    /// <inheritdoc/>
    public string Lacks(GaugeSpec gauge) => "its process does not run";

    private static GaugeAnswer? Answer(ProcessReading? reading, GaugeSpec[] gauges) => reading switch
    {
        { Phase: ComputePhase.Starting or ComputePhase.Warming } => null, // work that no caller sees
        { Phase: ComputePhase.Ready or ComputePhase.Draining, Usage: { } usage } => new([.. gauges.Select(g => (double?)(g.Process == ProcessGauge.Cpu ? usage.CpuSeconds : usage.Bytes))], reading.Since),
        _ => new(new double?[gauges.Length]),
    };
}
