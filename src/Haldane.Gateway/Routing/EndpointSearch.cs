using Haldane.Gateway.Http1;

namespace Haldane.Gateway.Routing;

/// <summary>The search of one request for an endpoint of a version that has a place for it: the less busy first, none twice, and not without an end.</summary>
internal struct EndpointSearch(VersionRoute version, uint nonce)
{
    private ulong _tried;
    private int _taken;
    private Endpoint? _full;
    private bool _isFullTaken;

    /// <summary>Whether an endpoint was full.</summary>
    public readonly bool HasFull => _full is not null;

    /// <summary>The next endpoint, with a place taken; null when none is left that has one.</summary>
    /// <param name="now">In milliseconds of the watch.</param>
    public Endpoint? Next(long now)
    {
        while (_taken < RelayLimits.MostTries && version.Next(nonce, now, _tried) is var index and not VersionRoute.None)
        {
            _tried |= 1UL << index;
            var endpoint = version[index];
            if (endpoint.TryBegin())
            {
                _taken++;
                return endpoint;
            }

            _full ??= endpoint;
        }

        return null;
    }

    /// <summary>The first endpoint that was full, once, so that a place there can be waited for.</summary>
    /// <param name="mayWait">Otherwise none.</param>
    public Endpoint? TakeFull(bool mayWait)
    {
        var wasTaken = _isFullTaken;
        _isFullTaken = true;
        return mayWait && !wasTaken ? _full : null;
    }
}
