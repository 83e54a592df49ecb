using System.Net.Sockets;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Upstreams;
using Endpoint = Haldane.Gateway.Routing.Endpoint;

namespace Haldane.Gateway.Http1;

/// <summary>Gets connections to a version's endpoints for a caller who may leave meanwhile.</summary>
/// <remarks>
/// Whoever looks after the caller must not run what waits here, hence waits are cancelled elsewhere, and that is waited for at the end of the wait. Belongs to a caller's connection, which uses it for request after request.
/// </remarks>
internal sealed class Connecting(RequestHead request, Exchange exchange, ExchangeDesk desk, CallerPresence presence, Deadline deadline)
{
    private const long NotBegun = -1;

    private long _begun;

    /// <summary>Whether the gateway, not the version, is the reason why there was no connection.</summary>
    public bool IsOverloaded { get; private set; }

    /// <summary>Whether the caller has left.</summary>
    public bool IsCallerGone => presence.IsGone;

    /// <summary>Begins with a version: the time for all its endpoints together runs from the first that is connected to.</summary>
    public void Begin() => (IsOverloaded, _begun) = (false, NotBegun);

    /// <summary>A new connection; null when nobody accepts it.</summary>
    public async ValueTask<UpstreamConnection?> ConnectAsync(Endpoint endpoint)
    {
        _begun = _begun == NotBegun ? deadline.Now : _begun;
        using var patience = Patience(_begun);
        presence.Wait(() => _ = patience.CancelAsync(), !request.IsHttp10);
        try
        {
            var upstream = await endpoint.Direct!.ConnectAsync(patience.Token);
            endpoint.Accepted();
            return upstream;
        }
        catch (SocketException e) when (IsOurs(e.SocketErrorCode))
        {
            IsOverloaded = true;
            return null;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            if (!presence.IsGone)
            {
                endpoint.Refused(desk.Now);
            }

            return null;
        }
        finally
        {
            await EndWaitAsync();
        }
    }

    /// <summary>Waits for a place at an endpoint that is full.</summary>
    /// <returns>Whether it has one.</returns>
    public async Task<bool> WaitForPlaceAsync(Endpoint endpoint)
    {
        using var patience = Patience(deadline.Now);
        presence.Wait(() => _ = patience.CancelAsync(), !request.IsHttp10);
        var mayAsk = await endpoint.BeginAsync(patience.Token);
        await EndWaitAsync();
        return mayAsk;
    }

    private async ValueTask EndWaitAsync()
    {
        presence.EndWait();
        if (presence.Asking is { } asking)
        {
            await asking;
        }
    }

    // For one endpoint, within what is left for all of them.
    private CancellationTokenSource Patience(long begun)
    {
        var timeout = exchange.Route.Spec.Timeout;
        var all = (timeout < RelayLimits.ConnectAll ? timeout : RelayLimits.ConnectAll) - TimeSpan.FromMilliseconds(deadline.Now - begun);
        return all <= TimeSpan.Zero ? new(0) : new(all < RelayLimits.Connect ? all : RelayLimits.Connect, desk.Time);
    }

    // No file, no buffer or no port is left: that says nothing about who was to be connected to.
    private static bool IsOurs(SocketError error) => error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable;
}
