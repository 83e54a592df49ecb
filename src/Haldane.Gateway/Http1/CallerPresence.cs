using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Haldane.Gateway.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Haldane.Gateway.Http1;

/// <summary>Notices, while a version is waited for, that the caller has left, and breaks the wait off.</summary>
/// <remarks>
/// A caller that has left and one that only has nothing more to send (half-closed) look the same. So the latter is sent an interim answer (102), which every HTTP/1.1 client has to pass over (RFC 9110, section 15.2):
/// one that has left answers it with a reset. Once its answer has begun there is nothing left to ask with: then one that sends no more, while the version is silent too, is taken for gone. Waiting and looking are on different threads; a gate keeps the question from mixing with the answer, and it goes the answer's way, so that it never overtakes an earlier one.
/// </remarks>
internal sealed class CallerPresence : IDisposable
{
    // From tcp(7): what is sent and not taken for so long ends the connection, however little it is and whoever still waits for it.
    private const int TcpLevel = 6, TcpUserTimeout = 18;

    private const int NotWaiting = 0, Waiting = 1, Looking = 2;

    // Asked a few times only, further apart each time: a reset can be lost.
    private const int MostQuestions = 3;
    private const long FirstPause = 1_000;

    // Other servers break an answer off as soon as its caller closes its side. A version that goes on within this time is given the chance to find out.
    private const long Grace = 500;

    private readonly PipeWriter _output;
    private readonly SocketConnection? _watched;
    private readonly Socket? _socket;
    private readonly bool _isPlain;
    private readonly CancellationTokenRegistration _registration;
    private Action? _breakOff;
    private Task? _asking;
    private bool _mayAsk;
    private bool _hasBegun;
    private long _silentSince;
    private int _questions;
    private long _nextQuestion;
    private int _gate;
    private volatile bool _sendsNoMore;
    private volatile bool _isGone;
    private volatile bool _isUnheard;

    /// <summary>For a connection that has just been accepted.</summary>
    public CallerPresence(ConnectionContext connection)
    {
        _output = connection.Transport.Output;
        _watched = connection as SocketConnection;
        _socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        _isPlain = connection.Features.Get<ITlsHandshakeFeature>() is null;
        if (_socket is not null && OperatingSystem.IsLinux())
        {
            _socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes((int)RelayLimits.CallerGap.TotalMilliseconds));
        }

        _registration = connection.ConnectionClosed.UnsafeRegister(static presence => ((CallerPresence)presence!).Closed(), this);
    }

    /// <summary>Whether the caller has left.</summary>
    public bool IsGone => _isGone;

    /// <summary>Whether more bytes of the caller are here and only have to be taken. False where that cannot be known.</summary>
    public bool HasMore
    {
        get
        {
            try
            {
                return _isPlain && _socket is { Available: > 0 };
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    /// <summary>A flush of a question that has to end before the next flush; nearly always null. Only outside a wait.</summary>
    public Task? Asking => _asking is null or { IsCompleted: true } ? null : _asking;

    /// <summary>Begins to wait for a version.</summary>
    /// <param name="breakOff">Ends the wait; called on another thread, and must not come back here.</param>
    /// <param name="mayAsk">Whether an interim answer may be sent now.</param>
    /// <param name="hasBegun">Whether some of the answer has been sent.</param>
    public void Wait(Action breakOff, bool mayAsk, bool hasBegun = false)
    {
        (_breakOff, _mayAsk, _hasBegun, _silentSince) = (breakOff, mayAsk, hasBegun, 0);
        Volatile.Write(ref _gate, Waiting);
    }

    /// <summary>Has come to the end of the wait: nothing is written by another thread from here on.</summary>
    public void EndWait()
    {
        var spin = default(SpinWait);
        while (Interlocked.CompareExchange(ref _gate, NotWaiting, Waiting) == Looking)
        {
            spin.SpinOnce();
        }
    }

    /// <summary>Looks whether a caller that sends no more is still there.</summary>
    /// <param name="now">In milliseconds of the watch.</param>
    public void Look(long now)
    {
        if (!_sendsNoMore || _isGone || Interlocked.CompareExchange(ref _gate, Looking, Waiting) != Waiting)
        {
            return;
        }

        if (HasLeft(now))
        {
            _isGone = true;
            _breakOff!();
        }

        Volatile.Write(ref _gate, Waiting);
    }

    /// <summary>Tells the caller that nothing more comes, where all that was written is sent.</summary>
    public void SendNoMore()
    {
        try
        {
            // While the kernel takes no more, something waits in front of it.
            if (_isPlain && _socket?.Poll(0, SelectMode.SelectWrite) == true)
            {
                _socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has left already.
        }
    }

    public void Dispose() => _registration.Dispose();

    private void Closed() => _sendsNoMore = true;

    private async Task AskAsync()
    {
        _output.Write("HTTP/1.1 102 Processing\r\n\r\n"u8);
        _isUnheard |= (await _output.FlushAsync()).IsCompleted;
    }

    private bool HasLeft(long now)
    {
        try
        {
            // Whoever met the reset first, a read or an answer to the question, has taken the error from the socket.
            if (_socket is null || _watched is { IsGone: true } || _isUnheard || _socket.Poll(0, SelectMode.SelectError))
            {
                return true;
            }

            if (_hasBegun)
            {
                _silentSince = _silentSince == 0 ? now : _silentSince;
                return now - _silentSince >= Grace;
            }

            if (_mayAsk && _asking is null or { IsCompleted: true } && _questions < MostQuestions && now >= _nextQuestion)
            {
                _nextQuestion = now + (FirstPause << _questions++);
                _asking = AskAsync();
            }

            return false;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            return true;
        }
    }
}
