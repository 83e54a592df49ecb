using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Haldane.Gateway.Http1;

namespace Haldane.Gateway.Upstreams;

/// <summary>A connection to a version's endpoint: one exchange at a time.</summary>
/// <remarks>Belongs to whoever rented it; only <see cref="Break"/> may be called from elsewhere. Owns its socket and its pooled buffers until disposed.</remarks>
internal sealed class UpstreamConnection(Socket socket) : IDisposable
{
    private const int Usual = 16 * 1024;

    private byte[] _received = ArrayPool<byte>.Shared.Rent(Usual);
    private byte[] _sending = ArrayPool<byte>.Shared.Rent(Usual / 4);
    private int _start;
    private int _end;
    private bool _isBusy;

    public ResponseHead Head { get; } = new();

    public ChunkedReader Chunks { get; } = new();

    /// <summary>Whether it has served an exchange before.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>When it was last given back, in milliseconds of the watch.</summary>
    public long IdleSince { get; private set; }

    /// <summary>Bytes that came and were not consumed.</summary>
    public ReadOnlyMemory<byte> Available => _received.AsMemory(_start, _end - _start);

    /// <summary>Marks some available bytes as done with.</summary>
    public void Consume(int bytes)
    {
        _start += bytes;
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
    }

    /// <summary>Waits for more bytes; tell <see cref="Received"/> how many came.</summary>
    /// <returns>How many; 0 at the end of the stream.</returns>
    /// <exception cref="SocketException">The connection broke, here or there.</exception>
    /// <exception cref="ObjectDisposedException">It was broken off.</exception>
    public ValueTask<int> ReceiveAsync()
    {
        MakeRoom();
        return socket.ReceiveAsync(_received.AsMemory(_end), SocketFlags.None);
    }

    /// <summary>Waits for bytes that are wanted elsewhere; nothing may be <see cref="Available"/>.</summary>
    /// <returns>How many; 0 at the end of the stream.</returns>
    /// <exception cref="SocketException">The connection broke, here or there.</exception>
    /// <exception cref="ObjectDisposedException">It was broken off.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> into) => socket.ReceiveAsync(into, SocketFlags.None);

    /// <summary>So many bytes have come.</summary>
    public void Received(int count)
    {
        _end += count;
        _isBusy = _end == _received.Length;
    }

    /// <summary>Room to write what is to be sent next; counts from <see cref="Wrote"/> on.</summary>
    public Span<byte> ToSend(int size)
    {
        if (Unsent + size > _sending.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Unsent + size);
            _sending.AsSpan(0, Unsent).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_sending);
            _sending = larger;
        }

        return _sending.AsSpan(Unsent, size);
    }

    public void Wrote(int bytes) => Unsent += bytes;

    /// <summary>Bytes that were written and wait for <see cref="SendAsync"/>.</summary>
    public int Unsent { get; private set; }

    /// <summary>Sends what was written.</summary>
    /// <exception cref="SocketException">The connection broke, here or there.</exception>
    /// <exception cref="ObjectDisposedException">It was broken off.</exception>
    public ValueTask SendAsync()
    {
        var all = _sending.AsMemory(0, Unsent);
        Unsent = 0;
        var sending = socket.SendAsync(all, SocketFlags.None);

        // Nearly always the kernel takes all of it at once.
        return sending.IsCompletedSuccessfully ? (sending.Result is var sent && sent == all.Length ? default : SendRestAsync(new(sent), all)) : SendRestAsync(sending, all);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendRestAsync(ValueTask<int> sending, ReadOnlyMemory<byte> rest)
    {
        rest = rest[await sending..];
        while (!rest.IsEmpty)
        {
            rest = rest[await socket.SendAsync(rest, SocketFlags.None)..];
        }
    }

    /// <summary>Forgets an exchange, so that the next may come.</summary>
    public void Rest(long milliseconds)
    {
        Head.Clear();
        (IsUsed, IdleSince, Unsent) = (true, milliseconds, 0);
        if (_received.Length > Usual)
        {
            ArrayPool<byte>.Shared.Return(_received);
            _received = ArrayPool<byte>.Shared.Rent(Usual);
        }

        if (_sending.Length > Usual)
        {
            ArrayPool<byte>.Shared.Return(_sending);
            _sending = ArrayPool<byte>.Shared.Rent(Usual / 4);
        }
    }

    /// <summary>Whether the other side has closed it, or said something that nobody asked for.</summary>
    public bool IsStale()
    {
        try
        {
            return _end > _start || socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Ends whatever waits for it. Any thread.</summary>
    public Action Break { get; } = socket.Dispose;

    public void Dispose()
    {
        socket.Dispose();
        Head.Dispose();
        ArrayPool<byte>.Shared.Return(_received);
        ArrayPool<byte>.Shared.Return(_sending);
        (_received, _sending) = ([], []);
    }

    private void MakeRoom()
    {
        if (_end == 0 && _isBusy && _received.Length < RelayLimits.LargePiece)
        {
            // More comes than is taken at once.
            Grow(RelayLimits.LargePiece);
        }

        if (_end < _received.Length)
        {
            return;
        }

        if (_start > 0)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end) = (0, _end - _start);
            return;
        }

        Grow(2 * _received.Length);
    }

    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _received.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_received);
        _received = larger;
    }
}
