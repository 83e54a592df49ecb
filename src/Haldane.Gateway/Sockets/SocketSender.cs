using System.Net;

namespace Haldane.Gateway.Sockets;

/// <summary>How a sending ended.</summary>
internal enum Sending
{
    /// <summary>The kernel has all of it.</summary>
    Done,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>The connection was closed here.</summary>
    Closed,

    /// <summary>The connection broke.</summary>
    Broken,
}

/// <summary>Sends on a connection, one piece after the other.</summary>
internal sealed class SocketSender(LoopSocket socket) : SocketWait<Sending>(socket.Loop)
{
    private ReadOnlyMemory<byte> _rest;
    private bool _connects;

    /// <summary>Bytes that the last sending did not get rid of.</summary>
    public int Left => _rest.Length;

    /// <summary>The error of a sending that broke.</summary>
    public int Error { get; private set; }

    /// <summary>Waits until the kernel has taken all.</summary>
    public ValueTask<Sending> SendAsync(ReadOnlyMemory<byte> all)
    {
        _rest = all;
        return RunAsync();
    }

    /// <summary>Connects, and has the loop look after the socket.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="reading">Will wait for what comes.</param>
    public ValueTask<Sending> ConnectAsync(EndPoint address, SocketWait reading)
    {
        // Nothing to try until the loop tells.
        MayTry();
        _connects = true;
        var result = socket.Connect(address);
        if (result < 0 && result != -Libc.InProgress)
        {
            Error = result;
            return new(Sending.Broken);
        }

        socket.Watch(reading, this);
        return RunAsync();
    }

    /// <summary>Ends a sending under way, or the next. Any thread.</summary>
    public void Cancel() => Interrupt(Cancelled);

    /// <summary>Forgets a cancellation that nobody was told of.</summary>
    public void TakeCancellation() => TakeInterrupts();

    protected override bool TryPerform()
    {
        Error = 0;
        if (_connects)
        {
            _connects = false;
            Error = socket.ConnectError();
        }

        while (!_rest.IsEmpty)
        {
            var count = socket.Send(_rest.Span);
            if (count == -Libc.WouldBlock)
            {
                return false;
            }

            if (count < 0)
            {
                Error = count;
                break;
            }

            _rest = _rest[count..];
        }

        MayTryAgain();
        return true;
    }

    protected override Sending Outcome() => TakeInterrupts() switch
    {
        _ when socket.IsClosed => Sending.Closed,
        0 => Error == 0 ? Sending.Done : Sending.Broken,
        _ => Sending.Cancelled,
    };
}
