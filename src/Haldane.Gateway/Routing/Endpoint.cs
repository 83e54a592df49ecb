using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Haldane.Gateway.Upstreams;
using Yarp.ReverseProxy.Forwarder;

namespace Haldane.Gateway.Routing;

/// <summary>An address of a version, the connections to it, and how it does.</summary>
/// <remarks>Any thread; lives as long as a snapshot or an exchange needs it.</remarks>
/// <param name="address">As <c>http</c> or <c>https</c>.</param>
/// <param name="client">Its connection pool for the forwarder.</param>
/// <param name="direct">The same for our own relay; null for what does not speak HTTP/1.1 without TLS.</param>
/// <param name="most">How many exchanges of our own relay it may have under way; as many again may wait.</param>
internal sealed class Endpoint(string address, HttpMessageInvoker client, UpstreamEndpoint? direct, int most)
{
    // Once nobody has answered, it is asked again after a second, and after twice as long each time, up to half a minute.
    private const long FirstPause = 1_000, LongestPause = 30_000;

    private readonly Places _places = new(most, most);
    private int _refusals;
    private long _asideUntil;

    public string Address => address;

    public HttpMessageInvoker Client => client;

    public UpstreamEndpoint? Direct => direct;

    /// <summary>Exchanges under way.</summary>
    public int Outstanding => _places.Taken;

    /// <summary>Whether it is passed over while others are there, because nobody answered there of late.</summary>
    /// <param name="now">In milliseconds of the watch.</param>
    public bool IsAside(long now) => now < Volatile.Read(ref _asideUntil);

    /// <summary>Begins an exchange, however many there are.</summary>
    public void Begin() => _places.Take();

    /// <summary>Begins an exchange; false when there are as many as there may be.</summary>
    public bool TryBegin() => _places.TryTake();

    /// <summary>Begins an exchange as soon as it may; false when too many wait for that, or not in time.</summary>
    public Task<bool> BeginAsync(CancellationToken patience) => _places.TakeAsync(patience);

    public void End() => _places.Release();

    /// <summary>Nobody accepts connections there.</summary>
    /// <param name="now">In milliseconds of the watch.</param>
    public void Refused(long now)
    {
        var times = Math.Min(Interlocked.Increment(ref _refusals), 6);
        Volatile.Write(ref _asideUntil, now + Math.Min(LongestPause, FirstPause << (times - 1)));
    }

    /// <summary>Somebody does.</summary>
    public void Accepted()
    {
        if (Volatile.Read(ref _refusals) > 0)
        {
            Volatile.Write(ref _refusals, 0);
            Volatile.Write(ref _asideUntil, 0);
        }
    }
}

/// <summary>Keeps one connection pool for each address, across snapshots. Any thread.</summary>
internal sealed class EndpointPool(ConnectionWatch watch, GatewayLimits limits) : IDisposable
{
    private readonly ConcurrentDictionary<string, Endpoint> _endpoints = new(StringComparer.Ordinal);

    /// <summary>The endpoint of an address of the specification.</summary>
    /// <param name="address"><c>http</c>, <c>https</c> or <c>h2c</c>.</param>
    public Endpoint Get(string address) => _endpoints.GetOrAdd(address, static (address, pool) => pool.New(address), this);

    /// <summary>Lets go of every endpoint that is not among these: its connections are closed, each when its exchange has ended.</summary>
    public void Keep(IEnumerable<string> addresses)
    {
        var kept = addresses.ToHashSet(StringComparer.Ordinal);
        foreach (var (address, endpoint) in _endpoints)
        {
            if (!kept.Contains(address) && _endpoints.TryRemove(address, out _))
            {
                endpoint.Direct?.Dispose();

                // The forwarder's pool is left to the garbage collector: a request that has read an older snapshot may still be about to use it. Its connections close when they have been idle.
            }
        }
    }

    /// <summary>How the forwarder sends requests to an address.</summary>
    /// <param name="address"><c>http</c>, <c>https</c> or <c>h2c</c>.</param>
    /// <param name="timeout">How long an exchange may stand still.</param>
    public static ForwarderRequestConfig Requests(string address, TimeSpan timeout)
    {
        var priorKnowledge = IsPriorKnowledge(address);
        return new()
        {
            ActivityTimeout = timeout,
            Version = priorKnowledge || address.StartsWith("https", StringComparison.OrdinalIgnoreCase) ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = priorKnowledge ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
        };
    }

    public void Dispose()
    {
        foreach (var endpoint in _endpoints.Values)
        {
            endpoint.Client.Dispose();
            endpoint.Direct?.Dispose();
        }
    }

    private Endpoint New(string address)
    {
        var url = IsPriorKnowledge(address) ? $"http://{address["h2c://".Length..]}" : address;
        return new(url, NewClient(), address.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? new(new Uri(url), watch) : null, limits.PerEndpoint);
    }

    private static bool IsPriorKnowledge(string address) => address.StartsWith("h2c://", StringComparison.OrdinalIgnoreCase);

    private static HttpMessageInvoker NewClient() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
        ConnectTimeout = TimeSpan.FromSeconds(5),

        // As the data port reads them, so that a caller's header beyond ASCII neither fails nor changes.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,

        // Shorter than the shortest keep-alive of common model servers (uvicorn closes after 5 s), so that a request never meets a closing connection.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4),
    });
}
