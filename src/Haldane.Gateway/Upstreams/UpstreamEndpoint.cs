using System.Net;
using System.Net.Sockets;
using System.Text;
using Haldane.Gateway.Sockets;

namespace Haldane.Gateway.Upstreams;

/// <summary>An address that speaks HTTP/1.1, and the connections to it.</summary>
/// <remarks>Any thread. A connection is bound to no caller, so none stands behind another.</remarks>
internal sealed class UpstreamEndpoint : IWatched, IDisposable
{
    // Shorter than the shortest keep-alive of common model servers (uvicorn closes after 5 s), so that a request never meets a closing connection.
    private const long LongestIdle = 4_000;

    private readonly IdleConnections _idle = new();
    private readonly EndPoint _address;
    private readonly ConnectionWatch _watch;
    private readonly TimeProvider? _pooled;

    /// <summary>No connection yet.</summary>
    /// <param name="url">As <c>http</c>.</param>
    /// <param name="watch">Tells the time.</param>
    /// <param name="pooled">The clock of what waits for its connections and goes on on the thread pool; null: it goes on on their loops.</param>
    public UpstreamEndpoint(Uri url, ConnectionWatch watch, TimeProvider? pooled = null)
    {
        _pooled = pooled;
        _address = IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) ? new IPEndPoint(address, url.Port) : new DnsEndPoint(url.IdnHost, url.Port);
        _watch = watch;
        Host = Encoding.ASCII.GetBytes(url.Authority);
        watch.Add(this);
    }

    /// <summary>How the endpoint is addressed in a Host field.</summary>
    public byte[] Host { get; }

    /// <summary>A connection that waits for work; null when none does.</summary>
    public UpstreamConnection? TryRent()
    {
        var now = _watch.Now;
        while (_idle.TryTake() is { } connection)
        {
            // Bytes that a version sends after the end of its answer would be the beginning of another caller's.
            if (now - connection.IdleSince < LongestIdle && !connection.IsStale())
            {
                return connection;
            }

            connection.Dispose();
        }

        return null;
    }

    /// <summary>A new connection.</summary>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    /// <exception cref="OperationCanceledException">Not in time.</exception>
    public async ValueTask<UpstreamConnection> ConnectAsync(CancellationToken cancel)
    {
        if (_address is IPEndPoint known)
        {
            return await ConnectAsync(known, cancel);
        }

        SocketException? refusal = null;
        var name = (DnsEndPoint)_address;
        foreach (var address in await Dns.GetHostAddressesAsync(name.Host, cancel))
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(address, name.Port), cancel);
            }
            catch (SocketException e)
            {
                refusal = e;
            }
        }

        throw refusal ?? new SocketException((int)SocketError.HostNotFound);
    }

    private async ValueTask<UpstreamConnection> ConnectAsync(IPEndPoint address, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
        var connection = new UpstreamConnection(socket, EventLoop.Current ?? EventLoop.Next(), _pooled);
        try
        {
            await connection.ConnectAsync(address, cancel);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Gives a connection back whose exchange has ended cleanly.</summary>
    public void Return(UpstreamConnection connection)
    {
        connection.Rest(_watch.Now);
        if (!_idle.TryAdd(connection))
        {
            connection.Dispose();
        }
    }

    /// <summary>Closes what has waited for too long.</summary>
    public void Look(long now) => _idle.CloseUpTo(now - LongestIdle);

    /// <summary>Keeps no connection from here on; exchanges under way go on to their end.</summary>
    public void Dispose()
    {
        _watch.Remove(this);
        _idle.Close();
    }
}
