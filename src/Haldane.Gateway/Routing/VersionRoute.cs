using Haldane.Core.Specification;
using Haldane.Gateway.Overrides;
using Yarp.ReverseProxy.Forwarder;

namespace Haldane.Gateway.Routing;

/// <summary>A version as requests see it.</summary>
/// <param name="name">Its name.</param>
/// <param name="endpoints">Its endpoints, 1 to 64.</param>
/// <param name="requests">How the forwarder sends requests to each.</param>
/// <param name="price">What its tokens cost; null: not known.</param>
internal sealed class VersionRoute(string name, Endpoint[] endpoints, ForwarderRequestConfig[] requests, PriceSpec? price = null)
{
    /// <summary>No endpoint is left.</summary>
    public const int None = -1;

    public string Name => name;

    public PriceSpec? Price => price;

    /// <summary>What of a request is changed for it; null for nothing.</summary>
    public VersionOverride? Override { get; init; }

    /// <summary>Whether all its endpoints speak HTTP/1.1 without TLS.</summary>
    public bool IsDirect { get; } = endpoints.All(e => e.Direct is not null);

    public Endpoint this[int index] => endpoints[index];

    /// <summary>Whether it has an endpoint that another has not.</summary>
    public bool HasMoreThan(VersionRoute other) => endpoints.Any(e => !other.Has(e));

    /// <summary>How the forwarder sends requests to an endpoint.</summary>
    public ForwarderRequestConfig RequestsTo(int index) => requests[index];

    /// <summary>The endpoint to ask next: of two by chance the one with fewer exchanges under way.</summary>
    /// <remarks>
    /// The power of two choices: Mitzenmacher, IEEE Transactions on Parallel and Distributed Systems 12 (2001). Endpoints where nobody answered of late are passed over, as long as there is another.
    /// </remarks>
    /// <param name="chance">Uniform over all numbers.</param>
    /// <param name="now">In milliseconds of the watch.</param>
    /// <param name="tried">A bit for each endpoint that has been asked already; it is not asked again.</param>
    /// <returns>Its index, or <see cref="None"/>.</returns>
    public int Next(uint chance, long now, ulong tried = 0)
    {
        if (endpoints.Length == 1)
        {
            return tried == 0 ? 0 : None;
        }

        var one = (int)(chance % (uint)endpoints.Length);
        var other = (int)(chance / (uint)endpoints.Length % (uint)(endpoints.Length - 1));
        other += other >= one ? 1 : 0;
        bool isOne = MayServe(one, now, tried), isOther = MayServe(other, now, tried);
        return isOne && (!isOther || endpoints[one].Outstanding <= endpoints[other].Outstanding) ? one : isOther ? other : FirstFrom(one, now, tried);
    }

    private bool Has(Endpoint endpoint) => Array.IndexOf(endpoints, endpoint) >= 0;

    private bool MayServe(int index, long now, ulong tried) => (tried & (1UL << index)) == 0 && !endpoints[index].IsAside(now);

    // Rather one that was silent of late than none.
    private int FirstFrom(int start, long now, ulong tried)
    {
        var silent = None;
        for (var i = 0; i < endpoints.Length; i++)
        {
            var index = (start + i) % endpoints.Length;
            if (MayServe(index, now, tried))
            {
                return index;
            }

            silent = silent == None && (tried & (1UL << index)) == 0 ? index : silent;
        }

        return silent;
    }
}
