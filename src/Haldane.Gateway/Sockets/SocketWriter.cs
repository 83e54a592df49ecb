using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Haldane.Gateway.Sockets;

/// <summary>The way to a caller: what is written is gathered, and a flush ends when the kernel has taken it.</summary>
/// <remarks>For one writer at a time. Holds memory only while something is gathered or on its way.</remarks>
internal sealed class SocketWriter(LoopSocket socket) : PipeWriter
{
    private const int Usual = 4 * 1024;

    private byte[] _gathered = [];
    private int _count;
    private bool _isOver;

    /// <summary>Waits for room.</summary>
    public SocketSender Sender { get; } = new(socket);

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _count;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _gathered.AsMemory(_count);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _gathered.AsSpan(_count);
    }

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_gathered.Length - _count), nameof(bytes));
        _count += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_count == 0 || _isOver)
        {
            Forget();
            return new(new FlushResult(isCanceled: false, _isOver));
        }

        if (cancellationToken.CanBeCanceled)
        {
            return FlushCancellablyAsync(cancellationToken);
        }

        // Nearly always the kernel takes all of it at once.
        var sending = Sender.SendAsync(_gathered.AsMemory(0, _count));
        return sending.IsCompletedSuccessfully ? new(Ended(sending.Result)) : FlushRestAsync(sending);
    }

    public override void CancelPendingFlush() => Sender.Cancel();

    public override void Complete(Exception? exception = null)
    {
        // What was gathered is sent by whoever ends the connection.
    }

    /// <summary>Gives its memory back, once nothing is on its way any more.</summary>
    public void Forget()
    {
        // By whoever comes first, of the end of a flush and the end of the connection.
        var gathered = Interlocked.Exchange(ref _gathered, []);
        _count = 0;
        if (gathered.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(gathered);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> FlushRestAsync(ValueTask<Sending> sending) => Ended(await sending);

    private async ValueTask<FlushResult> FlushCancellablyAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        FlushResult flushed;
        await using (cancel.UnsafeRegister(static sender => ((SocketSender)sender!).Cancel(), Sender))
        {
            flushed = await FlushAsync(CancellationToken.None);
        }

        if (cancel.IsCancellationRequested && !flushed.IsCanceled)
        {
            // Too late for this flush, and not meant for the next.
            Sender.TakeCancellation();
        }

        return flushed.IsCanceled && cancel.IsCancellationRequested ? throw new OperationCanceledException(cancel) : flushed;
    }

    private FlushResult Ended(Sending outcome)
    {
        if (outcome == Sending.Cancelled)
        {
            // The rest is the next flush's.
            var left = Sender.Left;
            _gathered.AsSpan(_count - left, left).CopyTo(_gathered);
            _count = left;
            return new(isCanceled: true, isCompleted: false);
        }

        _isOver = outcome != Sending.Done;
        Forget();
        return new(isCanceled: false, _isOver);
    }

    private void MakeRoom(int sizeHint)
    {
        var wanted = Math.Max(sizeHint, 1);
        if (_gathered.Length - _count >= wanted)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Usual, Math.Max(_count + wanted, _count == 0 ? 0 : 2 * _gathered.Length)));
        _gathered.AsSpan(0, _count).CopyTo(larger);
        if (_gathered.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_gathered);
        }

        _gathered = larger;
    }
}
