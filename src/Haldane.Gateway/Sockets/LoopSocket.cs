using System.Net;
using System.Net.Sockets;

namespace Haldane.Gateway.Sockets;

/// <summary>A connection that an event loop looks after.</summary>
/// <remarks>Any thread, but one receives at a time, and one sends. Owns the socket, of which nothing else may be awaited.</remarks>
internal sealed class LoopSocket : IDisposable
{
    // From errno(3): what a closed handle gives.
    private const int BadHandle = -9;

    private readonly SafeSocketHandle _handle;
    private readonly int _number;
    private SocketWait? _reading;
    private SocketWait? _writing;
    private Action<bool>? _ended;
    private uint _heard;
    private ulong _place;
    private int _isClosed;

    /// <summary>Takes a socket over.</summary>
    /// <param name="socket">Not awaited by anybody else.</param>
    /// <param name="loop">Looks after it once it is watched.</param>
    public LoopSocket(Socket socket, EventLoop loop)
    {
        (Socket, _handle, Loop) = (socket, socket.SafeHandle, loop);
        _number = (int)_handle.DangerousGetHandle();
    }

    public Socket Socket { get; }

    /// <summary>What looks after it.</summary>
    public EventLoop Loop { get; }

    /// <summary>Its place in the loop; 0 while it is not watched.</summary>
    public ulong Place => Volatile.Read(ref _place);

    /// <summary>Whether the other side has broken the connection, as the loop has heard.</summary>
    public bool IsGone { get; private set; }

    public bool IsClosed => Volatile.Read(ref _isClosed) != 0;

    /// <summary>Has the loop look after it.</summary>
    /// <param name="reading">Waits for what comes.</param>
    /// <param name="writing">Waits for room.</param>
    /// <param name="ended">Told, on the loop's thread, when the other side sends no more; whether it is gone altogether.</param>
    public void Watch(SocketWait reading, SocketWait writing, Action<bool>? ended = null)
    {
        (_reading, _writing, _ended) = (reading, writing, ended);
        if (TryHold())
        {
            try
            {
                Loop.Add(this, _number, ref _place);
            }
            catch
            {
                Forget();
                throw;
            }
            finally
            {
                _handle.DangerousRelease();
            }
        }

        if (IsClosed)
        {
            // Elsewhere, meanwhile, and perhaps before anybody was there to be told.
            Forget();
            reading.Close();
            writing.Close();
        }
    }

    /// <summary>Takes what has come.</summary>
    /// <returns>How many bytes; 0 at the end of the stream; below 0 the error.</returns>
    public int Receive(Span<byte> into) => IsOurs ? Libc.Receive(_number, into) : TryHold() ? Release(Libc.Receive(_number, into)) : BadHandle;

    /// <summary>Gives what the kernel takes now.</summary>
    /// <returns>How many bytes; below 0 the error.</returns>
    public int Send(ReadOnlySpan<byte> from) => IsOurs ? Libc.Send(_number, from) : TryHold() ? Release(Libc.Send(_number, from)) : BadHandle;

    /// <summary>Whether something has come that nobody took, or the end.</summary>
    public bool HasCome() => IsOurs ? Libc.Look(_number) != -Libc.WouldBlock : !TryHold() || Release(Libc.Look(_number)) != -Libc.WouldBlock;

    /// <summary>Whether bytes have come that nobody took.</summary>
    public bool HasUnread() => TryHold() && Release(Libc.Look(_number)) > 0;

    /// <summary>Begins to connect a socket that does not block.</summary>
    /// <returns>0 when it has connected, or the error; most often that it is in progress.</returns>
    public int Connect(EndPoint address)
    {
        var name = address.Serialize();
        return TryHold() ? Release(Libc.Connect(_number, name.Buffer.Span[..name.Size])) : BadHandle;
    }

    /// <summary>The error that connecting ended with; 0 when it went well.</summary>
    public int ConnectError() => TryHold() ? Release(Libc.ErrorOf(_number)) : BadHandle;

    /// <summary>Whether the loop has heard of something that it has not come to yet. Only on its thread.</summary>
    public bool HasHeard => _heard != 0;

    /// <summary>What happened; <see cref="Happened"/> follows. Only for the loop.</summary>
    public void Hear(uint events) => _heard = events;

    /// <summary>Runs what waits for what the loop has heard of.</summary>
    public void Happened()
    {
        var events = _heard;
        _heard = 0;
        var isGone = (events & (Libc.HangUp | Libc.Error)) != 0;
        IsGone |= isGone;
        var hasEnded = isGone || (events & Libc.PeerClosed) != 0;
        if (hasEnded || (events & Libc.In) != 0)
        {
            _reading!.Happened(hasEnded);
        }

        if (isGone || (events & Libc.Out) != 0)
        {
            _writing!.Happened(isGone);
        }

        if (hasEnded)
        {
            _ended?.Invoke(isGone);
        }
    }

    /// <summary>Closes it, if not now then as soon as its loop comes to it: what waits ends as closed.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        Forget();
        if (Loop.IsCurrent)
        {
            Socket.Dispose();
        }
        else
        {
            Loop.Post(Socket.Dispose);
        }

        _reading?.Close();
        _writing?.Close();
    }

    // On the loop's thread nobody closes it meanwhile, for that is done there.
    private bool IsOurs => !IsClosed && Loop.IsCurrent;

    private void Forget()
    {
        var place = Interlocked.Exchange(ref _place, 0);
        if (place != 0)
        {
            Loop.Remove(place);
        }
    }

    private int Release(int result)
    {
        _handle.DangerousRelease();
        return result;
    }

    // So that nobody closes it during a system call, and another socket of the same number is meant instead.
    private bool TryHold()
    {
        if (IsClosed)
        {
            return false;
        }

        var isHeld = false;
        try
        {
            _handle.DangerousAddRef(ref isHeld);
        }
        catch (ObjectDisposedException)
        {
            // Closed elsewhere, a moment ago.
        }

        return isHeld;
    }
}
