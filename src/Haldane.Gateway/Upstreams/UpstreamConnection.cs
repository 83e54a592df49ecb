using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Haldane.Gateway.Http1;
using Haldane.Gateway.Sockets;

namespace Haldane.Gateway.Upstreams;

/// <summary>A connection to a version's endpoint: one exchange at a time.</summary>
/// <remarks>Belongs to whoever rented it; only <see cref="Break"/> may be called from elsewhere. Owns its socket and its pooled buffers until disposed.</remarks>
internal sealed class UpstreamConnection : IDisposable
{
    private const int Usual = 16 * 1024;

    private readonly LoopSocket _socket;
    private readonly SocketReceiver _receiver;
    private readonly SocketSender _sender;
    private byte[] _received = ArrayPool<byte>.Shared.Rent(Usual);
    private byte[] _sending = ArrayPool<byte>.Shared.Rent(Usual / 4);
    private int _start;
    private int _end;
    private bool _isBusy;
    private bool _restsOnLoop;
    private uint _restedIn;

    /// <summary>A connection to be.</summary>
    /// <param name="socket">Not connected yet, and not blocking.</param>
    /// <param name="loop">Looks after it.</param>
    /// <param name="pooled">The clock of what waits for it and goes on on the thread pool; null: it goes on on the loop.</param>
    public UpstreamConnection(Socket socket, EventLoop loop, TimeProvider? pooled = null)
    {
        _socket = new(socket, loop);
        (_receiver, _sender) = (new(_socket, pooled) { IsOnPool = pooled is not null }, new(_socket) { IsOnPool = pooled is not null });
        Break = _socket.Dispose;
    }

    /// <summary>What looks after it.</summary>
    public EventLoop Loop => _socket.Loop;

    public ResponseHead Head { get; } = new();

    public ChunkedReader Chunks { get; } = new();

    /// <summary>Whether it has served an exchange before.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>When bytes came last, by the stopwatch, however long the thread pool took to tell; 0 on the loop.</summary>
    public long ReceivedAt => _receiver.At;

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

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    /// <exception cref="OperationCanceledException">Not in time.</exception>
    public async ValueTask ConnectAsync(EndPoint address, CancellationToken cancel)
    {
        await using var _ = cancel.UnsafeRegister(static breaks => ((Action)breaks!)(), Break);
        var outcome = await _sender.ConnectAsync(address, _receiver);
        cancel.ThrowIfCancellationRequested();
        Check(outcome);
    }

    /// <summary>Waits for more bytes; tell <see cref="Received"/> how many came.</summary>
    /// <returns>How many; 0 at the end of the stream.</returns>
    /// <exception cref="SocketException">The connection broke, here or there.</exception>
    /// <exception cref="ObjectDisposedException">It was broken off.</exception>
    public ValueTask<int> ReceiveAsync()
    {
        MakeRoom();
        return _receiver.ReceiveAsync(_received.AsMemory(_end));
    }

    /// <summary>Waits for bytes that are wanted elsewhere; nothing may be <see cref="Available"/>.</summary>
    /// <returns>How many; 0 at the end of the stream.</returns>
    /// <exception cref="SocketException">The connection broke, here or there.</exception>
    /// <exception cref="ObjectDisposedException">It was broken off.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> into) => _receiver.ReceiveAsync(into);

    /// <summary>So many bytes have come.</summary>
    public void Received(int count)
    {
        _end += count;
        _isBusy = _end == _received.Length;
    }

    /// <summary>Room to write what is to be sent next; counts from <see cref="Wrote"/> on.</summary>
    public Span<byte> ToSend(int size)
    {
        MakeRoomToSend(size);
        return _sending.AsSpan(Unsent, size);
    }

    /// <summary>As <see cref="ToSend"/>, to be filled while somebody waits.</summary>
    public Memory<byte> ToSendAhead(int size)
    {
        MakeRoomToSend(size);
        return _sending.AsMemory(Unsent, size);
    }

    public void Wrote(int bytes) => Unsent += bytes;

    /// <summary>Bytes that were written and wait for <see cref="SendAsync()"/>.</summary>
    public int Unsent { get; private set; }

    /// <summary>Sends what was written.</summary>
    /// <exception cref="SocketException">The connection broke, here or there.</exception>
    /// <exception cref="ObjectDisposedException">It was broken off.</exception>
    public ValueTask SendAsync()
    {
        var all = _sending.AsMemory(0, Unsent);
        Unsent = 0;
        return SendAsync(all);
    }

    /// <summary>Sends what stands elsewhere, and stays there until it is sent.</summary>
    /// <exception cref="SocketException">The connection broke, here or there.</exception>
    /// <exception cref="ObjectDisposedException">It was broken off.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> all)
    {
        // Nearly always the kernel takes all of it at once.
        var sending = _sender.SendAsync(all);
        if (!sending.IsCompletedSuccessfully)
        {
            return SendRestAsync(sending);
        }

        Check(sending.Result);
        return default;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendRestAsync(ValueTask<Sending> sending) => Check(await sending);

    /// <summary>Forgets an exchange, so that the next may come.</summary>
    public void Rest(long milliseconds)
    {
        Head.Clear();
        (IsUsed, IdleSince, Unsent) = (true, milliseconds, 0);
        (_restsOnLoop, _restedIn) = Loop.IsCurrent ? (true, Loop.Rounds) : (false, 0);
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
    public bool IsStale() => _end > _start || ((!IsWatchedSinceRest || _receiver.HasHeard || _socket.HasHeard) && _socket.HasCome());

    // A look at the socket costs a system call, and what the loop would have told by now need not be looked for.
    private bool IsWatchedSinceRest => _restsOnLoop && Loop.IsCurrent && Loop.Rounds != _restedIn;

    /// <summary>Ends whatever waits for it. Any thread.</summary>
    public Action Break { get; }

    public void Dispose()
    {
        _socket.Dispose();
        Head.Dispose();
        ArrayPool<byte>.Shared.Return(_received);
        ArrayPool<byte>.Shared.Return(_sending);
        (_received, _sending) = ([], []);
    }

    private void Check(Sending outcome)
    {
        ObjectDisposedException.ThrowIf(outcome == Sending.Closed, this);
        if (outcome == Sending.Broken)
        {
            throw Libc.Exception(_sender.Error);
        }
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

    private void MakeRoomToSend(int size)
    {
        if (Unsent + size > _sending.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Unsent + size);
            _sending.AsSpan(0, Unsent).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_sending);
            _sending = larger;
        }
    }

    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _received.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_received);
        _received = larger;
    }
}
