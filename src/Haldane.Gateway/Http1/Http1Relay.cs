using Haldane.Gateway.Relay;
using Haldane.Gateway.Sockets;
using Haldane.Gateway.Upstreams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Haldane.Gateway.Http1;

/// <summary>Serves the HTTP/1.1 connections of a listener, in front of Kestrel's own pipeline, which takes over what needs it.</summary>
/// <param name="desk">Opens and books exchanges.</param>
/// <param name="watch">Looks at everything that waits.</param>
/// <param name="places">How many connections are served at once, over all listeners.</param>
/// <param name="next">Kestrel's own pipeline.</param>
internal sealed class Http1Relay(ExchangeDesk desk, ConnectionWatch watch, Places places, ConnectionDelegate next)
{
    private static readonly byte[] NoRoom =
        "HTTP/1.1 503 \r\nContent-Type: application/json\r\nContent-Length: 52\r\nRetry-After: 1\r\nConnection: close\r\n\r\n{\"error\":\"the gateway has no room for more callers\"}"u8.ToArray();

    /// <summary>Serves a connection to its end.</summary>
    public async Task ServeAsync(ConnectionContext connection)
    {
        if (connection.Features.Get<ITlsApplicationProtocolFeature>() is { } agreed && agreed.ApplicationProtocol.Span.SequenceEqual("h2"u8))
        {
            await next(connection);
            return;
        }

        if (!places.TryTake())
        {
            await RefuseAsync(connection);
            return;
        }

        try
        {
            await ServeCallerAsync(connection);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task ServeCallerAsync(ConnectionContext connection)
    {
        // What is encrypted is computed on, and reads in steps of its own: it stays on the pool.
        var own = connection.Features.Get<ITlsHandshakeFeature>() is null ? connection as SocketConnection : null;
        if (own is not null)
        {
            // The relay neither blocks nor computes for long; and what it takes from a pool of this thread it gives back to the same.
            own.IsOnPool = false;
            await own.Loop.EnterAsync();
        }

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

                    // Kestrel's own pipeline, and whoever waits for the end of the connection, may take their time.
                    own?.IsOnPool = true;
                    await Task.Yield();
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

    // Answered before it has asked, and read for a while, so that its request does not meet a reset in front of the answer.
    private async Task RefuseAsync(ConnectionContext connection)
    {
        using var patience = new CancellationTokenSource(RelayLimits.Drain, desk.Time);
        try
        {
            await connection.Transport.Output.WriteAsync(NoRoom, patience.Token);
            for (var left = RelayLimits.LargestDrain; left > 0;)
            {
                var read = await connection.Transport.Input.ReadAsync(patience.Token);
                left -= read.Buffer.Length;
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
                left = read.IsCompleted ? 0 : left;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It has left, or stays too long.
        }
    }
}
