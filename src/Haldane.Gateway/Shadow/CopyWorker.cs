using Haldane.Gateway.Copies;

namespace Haldane.Gateway.Shadow;

/// <summary>Sends copies, one after the other, while any wait.</summary>
/// <remarks>Runs on the thread pool, never on a caller's turn. Any thread may start it; only one run is under way at a time.</remarks>
internal sealed class CopyWorker(ShadowLane lane, CopyCall call) : IThreadPoolWorkItem, IDisposable
{
    private int _isBusy;

    /// <summary>Whether it runs.</summary>
    public bool IsBusy => Volatile.Read(ref _isBusy) != 0;

    /// <summary>Starts it, unless it runs.</summary>
    public bool TryStart()
    {
        if (IsBusy || Interlocked.CompareExchange(ref _isBusy, 1, 0) != 0)
        {
            return false;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>Ends a wait that is late.</summary>
    public void Look(long now) => call.Look(now);

    /// <summary>Only while it does not run, and never will again.</summary>
    public void Dispose() => call.Dispose();

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        lane.Woken();
        do
        {
            while (lane.TryTake() is { } copy)
            {
                await AskAsync(copy);
            }

            Volatile.Write(ref _isBusy, 0);
            Interlocked.MemoryBarrier();
        }
        while (lane.HasWork && Interlocked.CompareExchange(ref _isBusy, 1, 0) == 0);
    }

    private async ValueTask AskAsync(ShadowCopy copy)
    {
        try
        {
            if (!call.TryPrepare(copy, lane.Canary))
            {
                lane.Drop(copy, CopyDrop.Unfit);
                return;
            }

            lane.Pairs.Totals.Sent();
            await call.AskAsync(copy, lane.Canary, copy.Canary);
            copy.IsControl = copy.IsControl && call.TryPrepare(copy, lane.Baseline);
            if (copy.IsControl)
            {
                await call.AskAsync(copy, lane.Baseline, copy.Control);
            }
        }
        catch (Exception) // a fault of ours costs this copy, not the worker
        {
            lane.Drop(copy, null);
            return;
        }

        lane.Answered(copy);
    }
}
