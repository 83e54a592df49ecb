namespace Haldane.Gateway.Sockets;

/// <summary>Receives from a connection, one receive after the other.</summary>
/// <param name="socket">The connection.</param>
/// <param name="time">Tells when bytes came, for those who hear of it on the thread pool and later; null where nobody asks.</param>
internal sealed class SocketReceiver(LoopSocket socket, TimeProvider? time = null) : SocketWait<int>(socket.Loop)
{
    private Memory<byte> _into;
    private int _count;

    /// <summary>Waits for bytes.</summary>
    /// <param name="into">Where they are wanted; not empty.</param>
    /// <returns>How many; 0 at the end of the stream.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The connection broke, here or there.</exception>
    /// <exception cref="ObjectDisposedException">It was closed here.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> into)
    {
        _into = into;
        return RunAsync();
    }

    /// <summary>When the last bytes were taken from the kernel, by the stopwatch.</summary>
    public long At { get; private set; }

    protected override bool TakesTurns => true;

    protected override bool TryPerform()
    {
        _count = socket.Receive(_into.Span);
        if (_count == -Libc.WouldBlock)
        {
            return false;
        }

        At = time?.GetTimestamp() ?? 0;
        if (_count == _into.Length || _count < 0 || HasEnded)
        {
            MayTryAgain();
        }

        return true;
    }

    protected override int Outcome()
    {
        ObjectDisposedException.ThrowIf(socket.IsClosed, socket);
        return _count >= 0 ? _count : throw Libc.Exception(_count);
    }
}
