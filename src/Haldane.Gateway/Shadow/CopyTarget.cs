using Haldane.Core.Specification;
using Haldane.Gateway.Overrides;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Shadow;

/// <summary>A version as copies see it: its endpoints with connections of their own, so that no copy ever takes a caller's, nor what waits for it a turn of the callers' loops.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class CopyTarget(VersionSpec version, Protocol protocol, ConnectionWatch watch, TimeProvider time) : IDisposable
{
    private readonly UpstreamEndpoint[] _endpoints = [.. version.Endpoints.Select(address => new UpstreamEndpoint(new Uri(address), watch, time))];

    /// <summary>What of a copy is changed for the version; null: nothing.</summary>
    public VersionOverride? Override { get; } = version.Override is { } change ? new(change, protocol) : null;

    /// <summary>How many endpoints there are to try.</summary>
    public int Tries => Math.Min(_endpoints.Length, ShadowLimits.MostTries);

    /// <summary>The endpoint for a copy.</summary>
    /// <param name="chance">Uniform over all numbers.</param>
    /// <param name="tries">How many were tried before.</param>
    public UpstreamEndpoint Next(uint chance, int tries) => _endpoints[(chance % (uint)_endpoints.Length + (uint)tries) % (uint)_endpoints.Length];

    public void Dispose()
    {
        foreach (var endpoint in _endpoints)
        {
            endpoint.Dispose();
        }
    }
}
