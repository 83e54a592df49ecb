using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Gauges;

/// <summary>What gauges are read from. Any thread.</summary>
internal interface IGaugeSource
{
    /// <summary>Whether a gauge is read here.</summary>
    bool Has(GaugeSpec gauge);

    /// <summary>Where those of a version are read, by names that no other version and no other source has; none where it has nothing of the kind.</summary>
    IEnumerable<string> PlacesOf(ModelSpec model, VersionSpec version);

    /// <summary>Reads the gauges of a place.</summary>
    /// <returns>Null while what they say means nothing.</returns>
    /// <exception cref="MetricSourceException">It cannot be read.</exception>
    Task<GaugeAnswer?> ReadAsync(GaugePlace place, CancellationToken cancel);

    /// <summary>What is said of a gauge that none of a version's places shows.</summary>
    string Lacks(GaugeSpec gauge);
}

/// <summary>Where gauges of a version are read.</summary>
/// <param name="Source">By what.</param>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Name">Its name.</param>
/// <param name="Gauges">What is read there, one at least.</param>
internal sealed record GaugePlace(IGaugeSource Source, ModelSpec Model, VersionSpec Version, string Name, GaugeSpec[] Gauges);

/// <summary>What a place says.</summary>
/// <param name="Values">Of each of its gauges, in their order; null where it does not show it.</param>
/// <param name="Since">Since when its counters count, where that is known: what they grew by before is nobody's.</param>
internal sealed record GaugeAnswer(double?[] Values, DateTimeOffset Since = default);
