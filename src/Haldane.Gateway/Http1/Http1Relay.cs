using Haldane.Gateway.Relay;
using Haldane.Gateway.Upstreams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Haldane.Gateway.Http1;

/// <summary>Serves the HTTP/1.1 connections of a listener, in front of Kestrel's own pipeline, which takes over what needs it.</summary>
internal sealed class Http1Relay(ExchangeDesk desk, ConnectionWatch watch, ConnectionDelegate next)
{
    /// <summary>Serves a connection to its end.</summary>
    public async Task ServeAsync(ConnectionContext connection)
    {
        bool isLeft;
        using (var caller = new CallerConnection(connection, desk, watch))
        {
            watch.Add(caller);
            try
            {
                var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
                await using (closing.UnsafeRegister(static caller => ((CallerConnection)caller!).Close(), caller))
                {
                    isLeft = await caller.RunAsync();
                }
            }
            finally
            {
                watch.Remove(caller);
            }
        }

        if (isLeft)
        {
            await next(connection);
        }
    }
}
