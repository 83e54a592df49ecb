namespace Haldane.Gateway.Sockets;

/// <summary>One direction of a socket: what may be tried now, and who waits until it may.</summary>
/// <remarks>
/// <see cref="MayTry"/>, <see cref="CanWait"/> and what they guard are for one owner at a time; <see cref="Happened"/> is for the socket's loop; <see cref="Interrupt"/> is for anybody. There is no lock: whoever moves the state away from
/// <c>Waiting</c>, and nobody else, ends the wait.
/// </remarks>
internal abstract class SocketWait : IThreadPoolWorkItem
{
    /// <summary>Why a wait ended without the socket.</summary>
    public const int Cancelled = 1, Closed = 2;

    // Nothing is left to take, as far as is known; something may have come; the owner waits.
    private const int Nothing = 0, Ready = 1, Waiting = 2;

    private int _state = Ready;
    private int _interrupts;
    private volatile bool _hasEnded;

    /// <summary>Whether the owner is not to go on.</summary>
    protected bool IsInterrupted => Volatile.Read(ref _interrupts) != 0;

    /// <summary>Whether nothing ever blocks again, as the other side has ended.</summary>
    protected bool HasEnded => _hasEnded;

    /// <summary>Whether what waits goes on on the thread pool, as it may block or take its time, or on the loop.</summary>
    public bool IsOnPool { get; set; }

    /// <summary>Whether something has happened that nobody has looked at yet.</summary>
    public bool HasHeard => Volatile.Read(ref _state) == Ready;

    /// <summary>Whether a system call may find something. What happens after this call is not lost.</summary>
    protected bool MayTry() => Volatile.Read(ref _state) == Ready && Interlocked.Exchange(ref _state, Nothing) == Ready;

    /// <summary>There may be more than was taken.</summary>
    protected void MayTryAgain() => Volatile.Write(ref _state, Ready);

    /// <summary>Begins a wait. False when there is something to look at first.</summary>
    protected bool CanWait() =>
        Interlocked.CompareExchange(ref _state, Waiting, Nothing) == Nothing &&
        (!IsInterrupted || Interlocked.CompareExchange(ref _state, Nothing, Waiting) != Waiting);

    /// <summary>The socket is closed. Any thread.</summary>
    public void Close() => Interrupt(Closed);

    /// <summary>Why the owner is not to go on; 0 when it is. A cancellation is told once.</summary>
    protected int TakeInterrupts() => !IsInterrupted ? 0 : Interlocked.And(ref _interrupts, Closed);

    /// <summary>Ends a wait under way, or the next.</summary>
    protected void Interrupt(int why)
    {
        Interlocked.Or(ref _interrupts, why);
        if (Interlocked.CompareExchange(ref _state, Nothing, Waiting) == Waiting)
        {
            // Whoever interrupts must not run what waits here.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Something happened on the socket; runs what waits for it.</summary>
    /// <param name="ended">Whether it was the other side's end.</param>
    public void Happened(bool ended)
    {
        if (ended)
        {
            // Before the state is read: an owner that has just taken it must see this.
            _hasEnded = true;
            Interlocked.MemoryBarrier();
        }

        while (true)
        {
            switch (Volatile.Read(ref _state))
            {
                case Ready:
                    return;
                case Nothing:
                    if (Interlocked.CompareExchange(ref _state, Ready, Nothing) == Nothing)
                    {
                        return;
                    }

                    break;
                default:
                    if (Interlocked.CompareExchange(ref _state, Nothing, Waiting) == Waiting)
                    {
                        if (TryPerform() || !CanWait())
                        {
                            GoOn();
                        }

                        return;
                    }

                    break;
            }
        }
    }

    private void GoOn()
    {
        if (IsOnPool)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else
        {
            Complete();
        }
    }

    void IThreadPoolWorkItem.Execute() => Complete();

    /// <summary>Does what was waited for; false when there is nothing yet after all.</summary>
    protected abstract bool TryPerform();

    /// <summary>Ends the wait: what was done, or why not, is the owner's.</summary>
    protected abstract void Complete();
}
