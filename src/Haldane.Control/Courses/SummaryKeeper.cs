using Haldane.Core.Ports;

namespace Haldane.Control.Courses;

/// <summary>Keeps what is to be looked at of the runs that have ended; nothing is decided by it, so a store that does not answer is tried again later. For the controller's turn only.</summary>
internal sealed class SummaryKeeper(IRolloutStore store)
{
    private readonly Queue<RunSummary> _unkept = new();

    /// <summary>A run has ended.</summary>
    public void Add(RunSummary summary) => _unkept.Enqueue(summary);

    /// <summary>Keeps all that is not kept yet.</summary>
    public async Task KeepAsync()
    {
        while (_unkept.TryDequeue(out var summary))
        {
            try
            {
                await store.KeepSummaryAsync(summary, CancellationToken.None);
            }
            catch (StoreUnavailableException)
            {
                _unkept.Enqueue(summary);
                return;
            }
        }
    }
}
