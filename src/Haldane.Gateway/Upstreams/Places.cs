namespace Haldane.Gateway.Upstreams;

/// <summary>How many may be served at once; who comes when all places are taken can wait, first come, first served.</summary>
/// <remarks>Any thread. Taking and giving back a free place is one atomic step; only who waits, and who gives a place to one that does, takes a lock.</remarks>
/// <param name="most">How many places there are.</param>
/// <param name="mostWaiting">How many may wait.</param>
internal sealed class Places(int most, int mostWaiting)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<bool>> _waiting = new();
    private int _taken;
    private int _waits;

    /// <summary>Places in use.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes a place that nobody waits for.</summary>
    public bool TryTake() => Volatile.Read(ref _waits) == 0 && TryTakeFree();

    /// <summary>Takes one, whether it is there or not.</summary>
    public void Take() => Interlocked.Increment(ref _taken);

    /// <summary>Takes a place when its turn has come.</summary>
    /// <param name="patience">Ends the wait.</param>
    /// <returns>False when too many wait already, or the patience is over.</returns>
    public async Task<bool> TakeAsync(CancellationToken patience)
    {
        var turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            Serve();
            if (_waiting.Count >= mostWaiting)
            {
                return false;
            }

            _waiting.Enqueue(turn);

            // Seen by whoever gives a place back from here on, so either that one serves us or we see the place.
            Interlocked.Exchange(ref _waits, _waiting.Count);
            Serve();
        }

        await using (patience.UnsafeRegister(static turn => ((TaskCompletionSource<bool>)turn!).TrySetResult(false), turn))
        {
            return await turn.Task;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Release()
    {
        Interlocked.Decrement(ref _taken);
        if (Volatile.Read(ref _waits) > 0)
        {
            lock (_gate)
            {
                Serve();
            }
        }
    }

    private bool TryTakeFree()
    {
        var taken = Volatile.Read(ref _taken);
        while (taken < most)
        {
            var before = Interlocked.CompareExchange(ref _taken, taken + 1, taken);
            if (before == taken)
            {
                return true;
            }

            taken = before;
        }

        return false;
    }

    // Under the gate: gives free places to those who wait longest; who has given up is passed over.
    private void Serve()
    {
        while (_waiting.TryPeek(out var first) && (first.Task.IsCompleted || TryGive(first)))
        {
            _waiting.Dequeue();
        }

        Interlocked.Exchange(ref _waits, _waiting.Count);
    }

    private bool TryGive(TaskCompletionSource<bool> turn)
    {
        if (!TryTakeFree())
        {
            return false;
        }

        if (!turn.TrySetResult(true))
        {
            Interlocked.Decrement(ref _taken);
        }

        return true;
    }
}
