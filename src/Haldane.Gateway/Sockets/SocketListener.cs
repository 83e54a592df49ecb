using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Haldane.Gateway.Sockets;

/// <summary>Accepts callers for Kestrel, and has each looked after by the event loops in turn.</summary>
internal sealed class SocketListener : IConnectionListener
{
    private const int Backlog = 512;

    // The process has no room for another connection: those that end make some.
    private static readonly TimeSpan WithoutRoom = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;

    /// <summary>Listens.</summary>
    /// <exception cref="SocketException">The address is taken, or not ours.</exception>
    public SocketListener(EndPoint address)
    {
        _socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        _socket.Listen(Backlog);
        EndPoint = _socket.LocalEndPoint!;
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Socket? socket = null;
            try
            {
                socket = await _socket.AcceptAsync(cancellationToken);
                socket.NoDelay = true;
                return new SocketConnection(socket, EventLoop.Next());
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                socket?.Dispose();
                await Task.Delay(WithoutRoom, cancellationToken);
            }
            catch (SocketException)
            {
                // It left before it was accepted.
                socket?.Dispose();
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _socket.Dispose();
        return default;
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return default;
    }

    /// <summary>Makes them.</summary>
    internal sealed class Factory : IConnectionListenerFactory
    {
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            try
            {
                return new(new SocketListener(endpoint));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new AddressInUseException(e.Message, e);
            }
        }
    }
}
