using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using Haldane.Core.Exchanges;
using Haldane.Gateway.Http1;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Routing;
using Haldane.Gateway.Sockets;
using Haldane.Gateway.Upstreams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Yarp.ReverseProxy.Forwarder;

namespace Haldane.Gateway;

/// <summary>Where the data port listens.</summary>
/// <param name="Address">Address and port; port 0 takes a free one.</param>
/// <param name="PriorKnowledge">HTTP/2 without TLS (<c>h2c</c>) instead of HTTP/1.1.</param>
public sealed record DataAddress(IPEndPoint Address, bool PriorKnowledge)
{
    /// <summary>What each new connection is encrypted with, HTTP/1.1 or HTTP/2 as its caller likes; null for plain text.</summary>
    public Func<SslServerAuthenticationOptions>? Tls { get; init; }
}

/// <summary>The data port: a web server of its own, so that nothing of the admin port is ever reachable through it.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayServer(WebApplication app) => _app = app;

    /// <summary>The addresses in use, ports filled in.</summary>
    public IReadOnlyList<string> Addresses =>
        [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    /// <summary>Starts to serve what the router publishes.</summary>
    /// <param name="listen">At least one address.</param>
    /// <param name="router">The routing picture.</param>
    /// <param name="tokens">Seals the exchange tokens.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logging">Where log lines go.</param>
    /// <param name="cancel">Gives the start up.</param>
    /// <exception cref="IOException">An address is taken or not ours.</exception>
    public static async Task<GatewayServer> StartAsync(
        IReadOnlyList<DataAddress> listen, GatewayRouter router, TokenCodec tokens, TimeProvider time, ILoggerFactory logging, CancellationToken cancel)
    {
        var seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        var desk = new ExchangeDesk(router, tokens, new RequestIds(seed), time);
        var callers = new Places(router.Limits.Callers, 0);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = router.Limits.Body;

            // For each listener; beyond what is served there is room for those that are told so.
            kestrel.Limits.MaxConcurrentConnections = router.Limits.Callers + router.Limits.Callers / 8 + 1;

            // As the client reads a version's headers, so that each byte comes out as it came in.
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            foreach (var address in listen)
            {
                kestrel.Listen(address.Address, at =>
                {
                    at.Protocols = address switch
                    {
                        { Tls: not null } => HttpProtocols.Http1AndHttp2,
                        { PriorKnowledge: true } => HttpProtocols.Http2,
                        _ => HttpProtocols.Http1,
                    };
                    if (address.Tls is { } tls)
                    {
                        at.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls()) });
                    }

                    if (!address.PriorKnowledge)
                    {
                        at.Use(next => new Http1Relay(desk, router.Watch, callers, next).ServeAsync);
                    }
                });
            }
        });

        if (listen.Any(a => a.Tls is not null))
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.Services.AddSingleton<IConnectionListenerFactory>(new SocketListener.Factory());
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton(time);
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        var relay = new ExchangeRelay(desk, app.Services.GetRequiredService<IHttpForwarder>());
        app.Run(relay.InvokeAsync);
        try
        {
            await app.StartAsync(cancel);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new(app);
    }

    /// <summary>Ends: lets exchanges under way finish, up to the given patience.</summary>
    public Task StopAsync(CancellationToken patience) => _app.StopAsync(patience);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
