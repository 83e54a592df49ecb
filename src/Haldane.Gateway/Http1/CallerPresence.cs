using System.Net.Sockets;
using Haldane.Gateway.Upstreams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Haldane.Gateway.Http1;

/// <summary>Notices, while a version is waited for, that the caller has left, and breaks the wait off.</summary>
/// <remarks>
/// A caller that has left and one that only has nothing more to send (half-closed) look the same. So the latter is sent an interim answer (102), which every HTTP/1.1 client has to pass over (RFC 9110, section 15.2):
/// one that has left answers it with a reset. Waiting and looking are on different threads; a gate keeps the question from mixing with the answer.
/// </remarks>
internal sealed class CallerPresence : IDisposable
{
    private const int NotWaiting = 0, Waiting = 1, Looking = 2;

    private readonly Socket? _socket;
    private readonly bool _isPlain;
    private readonly CancellationTokenRegistration _registration;
    private UpstreamConnection? _version;
    private bool _mayAsk;
    private int _gate;
    private volatile bool _sendsNoMore;
    private volatile bool _isGone;

    /// <summary>For a connection that has just been accepted.</summary>
    public CallerPresence(ConnectionContext connection)
    {
        _socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        _isPlain = connection.Features.Get<ITlsHandshakeFeature>() is null;
        _registration = connection.ConnectionClosed.UnsafeRegister(static presence => ((CallerPresence)presence!).Closed(), this);
    }

    /// <summary>Whether the caller has left.</summary>
    public bool IsGone => _isGone;

    /// <summary>Begins to wait for a version.</summary>
    /// <param name="version">Whom to break off.</param>
    /// <param name="mayAsk">Whether an interim answer may be sent now.</param>
    public void Wait(UpstreamConnection version, bool mayAsk)
    {
        (_version, _mayAsk) = (version, mayAsk && _isPlain);
        Volatile.Write(ref _gate, Waiting);
    }

    /// <summary>Has come to the end of the wait: nothing is sent by another thread from here on.</summary>
    public void EndWait()
    {
        var spin = default(SpinWait);
        while (Interlocked.CompareExchange(ref _gate, NotWaiting, Waiting) == Looking)
        {
            spin.SpinOnce();
        }
    }

    /// <summary>Looks whether a caller that sends no more is still there.</summary>
    public void Look()
    {
        if (!_sendsNoMore || _isGone || Interlocked.CompareExchange(ref _gate, Looking, Waiting) != Waiting)
        {
            return;
        }

        if (HasLeft())
        {
            _isGone = true;
            _version!.Break();
        }

        Volatile.Write(ref _gate, Waiting);
    }

    /// <summary>Tells the caller that nothing more comes. Only when all that was written is sent.</summary>
    public void SendNoMore()
    {
        try
        {
            if (_isPlain)
            {
                _socket?.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has left already.
        }
    }

    public void Dispose() => _registration.Dispose();

    private void Closed()
    {
        _sendsNoMore = true;
        Look();
    }

    private bool HasLeft()
    {
        try
        {
            if (_socket is null || !_isPlain || _socket.Poll(0, SelectMode.SelectError))
            {
                return true;
            }

            return _mayAsk && _socket.Send("HTTP/1.1 102 Processing\r\n\r\n"u8) == 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }
}
