using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Haldane.Gateway.Upstreams;
using Yarp.ReverseProxy.Forwarder;

namespace Haldane.Gateway.Routing;

/// <summary>An address of a version and the connections to it.</summary>
/// <param name="Address">As <c>http</c> or <c>https</c>.</param>
/// <param name="Client">Its connection pool; lives as long as the gateway.</param>
/// <param name="Request">How requests are sent to it.</param>
/// <param name="Direct">The same for our own relay; null for what does not speak HTTP/1.1 without TLS.</param>
internal sealed record Endpoint(string Address, HttpMessageInvoker Client, ForwarderRequestConfig Request, UpstreamEndpoint? Direct);

/// <summary>Keeps one connection pool for each address, across snapshots. Any thread.</summary>
internal sealed class EndpointPool(ConnectionWatch watch) : IDisposable
{
    private readonly ConcurrentDictionary<string, UpstreamEndpoint> _direct = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _clients = new(StringComparer.Ordinal);

    /// <summary>The endpoint of an address of the specification.</summary>
    /// <param name="address"><c>http</c>, <c>https</c> or <c>h2c</c>.</param>
    /// <param name="timeout">How long an exchange may stand still.</param>
    public Endpoint Get(string address, TimeSpan timeout)
    {
        var priorKnowledge = address.StartsWith("h2c://", StringComparison.OrdinalIgnoreCase);
        var url = priorKnowledge ? $"http://{address["h2c://".Length..]}" : address;
        var request = new ForwarderRequestConfig
        {
            ActivityTimeout = timeout,
            Version = priorKnowledge || url.StartsWith("https", StringComparison.OrdinalIgnoreCase) ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = priorKnowledge ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
        };
        var speaksHttp1 = !priorKnowledge && url.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        var direct = speaksHttp1 ? _direct.GetOrAdd(address, static (url, watch) => new(new Uri(url), watch), watch) : null;
        return new(url, _clients.GetOrAdd(address, static _ => NewClient()), request, direct);
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        foreach (var endpoint in _direct.Values)
        {
            endpoint.Dispose();
        }
    }

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
