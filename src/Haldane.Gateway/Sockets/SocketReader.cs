using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Haldane.Gateway.Sockets;

/// <summary>The bytes of a caller, taken from the kernel when they are asked for, not before: a caller who sends more than is wanted fills its own buffers.</summary>
/// <remarks>For one reader at a time. Holds memory only while there are bytes that were not consumed.</remarks>
internal sealed class SocketReader : PipeReader
{
    // Less room than this is not worth a system call.
    private const int LeastRoom = 1_024;

    private readonly LoopSocket _socket;
    private readonly Action _ended;
    private readonly Arrival _arrival;
    private Block? _first;
    private Block? _last;
    private int _start;
    private Memory<byte> _into;
    private bool _isSeen;
    private bool _isOver;
    private Exception? _failure;

    /// <summary>For a connection that has just been accepted.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="ended">Told when no more comes.</param>
    public SocketReader(LoopSocket socket, Action ended)
    {
        (_socket, _ended) = (socket, ended);
        _arrival = new(this);
    }

    /// <summary>Waits for what comes.</summary>
    public SocketWait Waiting => _arrival;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled)
        {
            return ReadCancellablyAsync(cancellationToken);
        }

        return HasUnseen ? new(Result(_arrival.TakeCancellation())) : _arrival.NextAsync();
    }

    /// <summary>Whether something that was received waits to be consumed.</summary>
    public bool HasBuffered => _first is not null;

    /// <summary>How many bytes the last <see cref="ReadIntoAsync"/> has brought.</summary>
    public int Received { get; private set; }

    /// <summary>Waits for bytes and has them put elsewhere, with no copy; only where nothing is <see cref="HasBuffered"/>.</summary>
    /// <param name="into">Where they are wanted; not empty.</param>
    /// <returns>As of any read, but with no bytes: those are <see cref="Received"/>.</returns>
    public ValueTask<ReadResult> ReadIntoAsync(Memory<byte> into)
    {
        (_into, Received) = (into, 0);
        return HasUnseen ? new(Result(_arrival.TakeCancellation())) : _arrival.NextAsync();
    }

    public override bool TryRead(out ReadResult result)
    {
        var isCancelled = _arrival.TakeCancellation();
        var isRead = isCancelled || HasUnseen || _arrival.TryNext();
        result = isRead ? Result(isCancelled) : default;
        return isRead;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_first is null)
        {
            return;
        }

        _isSeen = ReferenceEquals(examined.GetObject(), _last) && examined.GetInteger() == _last!.End;
        while (!ReferenceEquals(consumed.GetObject(), _first))
        {
            ReturnFirst();
        }

        _start = consumed.GetInteger();
        while (_first is not null && _start == _first.End)
        {
            ReturnFirst();
        }
    }

    public override void CancelPendingRead() => _arrival.Cancel();

    public override void Complete(Exception? exception = null)
    {
        // What is left is let go of by whoever ends the connection.
    }

    /// <summary>Gives its memory back, once nothing is received any more.</summary>
    public void Forget()
    {
        while (_first is not null)
        {
            ReturnFirst();
        }
    }

    // Something that has been received and not been looked at: bytes, or the end.
    private bool HasUnseen => (_first is not null && !_isSeen) || _isOver || _failure is not null;

    private async ValueTask<ReadResult> ReadCancellablyAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        ReadResult read;
        await using (cancel.UnsafeRegister(static reader => ((SocketReader)reader!).CancelPendingRead(), this))
        {
            read = await ReadAsync(CancellationToken.None);
        }

        if (cancel.IsCancellationRequested && !read.IsCanceled)
        {
            // Too late for this read, and not meant for the next.
            _arrival.TakeCancellation();
        }

        return read.IsCanceled && cancel.IsCancellationRequested ? throw new OperationCanceledException(cancel) : read;
    }

    private void ReturnFirst()
    {
        var block = _first!;
        (_first, _start) = (block.Following, 0);
        _last = _first is null ? null : _last;
        block.Return();
    }

    private ReadResult Result(bool isCancelled)
    {
        _into = default;
        return _failure is not null ? throw _failure : new(_first is null ? ReadOnlySequence<byte>.Empty : new(_first, _start, _last!, _last!.End), isCancelled, _isOver);
    }

    /// <summary>Tells the end, unless there are bytes in front of it: then it is told once they are taken.</summary>
    public void LookForEnd()
    {
        if (!_socket.HasUnread())
        {
            _ended();
        }
    }

    // Takes what the kernel has; null when it has nothing yet, otherwise whether there may be more.
    private bool? Take()
    {
        var (count, size) = _into.IsEmpty ? TakeBlock() : (_socket.Receive(_into.Span), _into.Length);
        if (count > 0)
        {
            Received = count;
            return count == size;
        }

        if (count == -Libc.WouldBlock)
        {
            return null;
        }

        if (count == 0)
        {
            _isOver = true;
        }
        else
        {
            _failure = _socket.IsClosed ? Closed() : new ConnectionResetException("the caller broke the connection", Libc.Exception(count));
        }

        _ended();
        return true;
    }

    private (int Count, int Size) TakeBlock()
    {
        var block = _last is not null && _last.Room.Length >= LeastRoom ? _last : Block.Rent();
        var room = block.Room;
        var count = _socket.Receive(room);
        if (count > 0)
        {
            block.Took(count);
            Append(block);
        }
        else if (block != _last)
        {
            block.Return();
        }

        return (count, room.Length);
    }

    private void Append(Block block)
    {
        _isSeen = false;
        if (block == _last)
        {
            return;
        }

        _last?.Following = block;
        _first ??= block;
        _last = block;
    }

    private static ConnectionAbortedException Closed() => new("the connection was closed here", new SocketException((int)SocketError.OperationAborted));

    // A read that waits.
    private sealed class Arrival(SocketReader reader) : SocketWait<ReadResult>(reader._socket.Loop)
    {
        public ValueTask<ReadResult> NextAsync() => RunAsync();

        public bool TryNext() => MayTry() && TryPerform();

        public void Cancel() => Interrupt(Cancelled);

        public bool TakeCancellation() => TakeInterrupts() == Cancelled;

        protected override bool TakesTurns => true;

        protected override bool TryPerform()
        {
            var isMore = reader.Take();
            if (isMore is null)
            {
                return false;
            }

            if (HasEnded)
            {
                reader.LookForEnd();
            }

            if (isMore.Value || HasEnded)
            {
                MayTryAgain();
            }

            return true;
        }

        protected override ReadResult Outcome()
        {
            var why = TakeInterrupts();
            if ((why & Closed) != 0)
            {
                throw SocketReader.Closed();
            }

            return reader.Result(why == Cancelled);
        }
    }
}
