using System.Threading.Channels;
using Haldane.Core;
using Haldane.Core.Feedback;
using Haldane.Core.Ports;

namespace Haldane.Control.Feedback;

/// <summary>Takes feedback, stores it in groups, and hands it to its run in the order in which it was stored.</summary>
/// <remarks>
/// One worker writes, so a slice's "feedback up to" position has no holes. A caller's task ends when its items are durable; past the limit of what may wait, callers
/// are told to come again.
/// </remarks>
internal sealed class FeedbackDesk(IRolloutStore store, Action<StoredFeedback> stored)
{
    /// <summary>Most items that may wait for the store.</summary>
    private const int MostWaiting = 100_000;

    private const int MostAtOnce = 5_000;

    private readonly Channel<Batch> _waiting = Channel.CreateUnbounded<Batch>(new() { SingleReader = true });
    private int _waitingItems;

    private sealed record Batch(IReadOnlyList<JoinedFeedback> Items, TaskCompletionSource<int> Repeated);

    /// <summary>Joins and stores a batch.</summary>
    public async Task<FeedbackReceipt> TakeAsync(IReadOnlyList<FeedbackItem> items, FeedbackJoiner joiner, CancellationToken cancel)
    {
        var joined = new List<JoinedFeedback>();
        var refused = new List<string>();
        int uncounted = 0, unknown = 0;
        for (var i = 0; i < items.Count; i++)
        {
            switch (joiner.Join(items[i]))
            {
                case { Refusal: { } why }:
                    refused.Add($"items[{i}]: {why}");
                    break;
                case { Unknown: true }:
                    unknown++;
                    break;
                case { Joined: { } feedback }:
                    joined.Add(feedback);
                    break;
                default:
                    uncounted++;
                    break;
            }
        }

        var repeated = joined.Count == 0 ? 0 : await StoreAsync(joined, cancel);
        return new(joined.Count - repeated, repeated, unknown, refused.ToValueList()) { Uncounted = uncounted };
    }

    /// <summary>Writes what is waiting until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var group = new List<Batch>();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stop))
            {
                group.Clear();
                for (var size = 0; size < MostAtOnce && _waiting.Reader.TryRead(out var batch); size += batch.Items.Count)
                {
                    group.Add(batch);
                }

                await WriteAsync(group, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
        finally
        {
            // Whoever still waits has not been told that its items are durable, and sends them again; a repeat does no harm.
            _waiting.Writer.TryComplete();
            group.ForEach(b => b.Repeated.TrySetException(Stopping()));
            while (_waiting.Reader.TryRead(out var batch))
            {
                batch.Repeated.TrySetException(Stopping());
            }
        }
    }

    private static StoreUnavailableException Stopping() => new("haldane is stopping; send the feedback again when it is back");

    private async Task<int> StoreAsync(List<JoinedFeedback> joined, CancellationToken cancel)
    {
        if (Interlocked.Add(ref _waitingItems, joined.Count) > MostWaiting)
        {
            Interlocked.Add(ref _waitingItems, -joined.Count);
            throw new FeedbackBusyException();
        }

        var batch = new Batch(joined, new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!_waiting.Writer.TryWrite(batch))
        {
            throw Stopping();
        }

        return await batch.Repeated.Task.WaitAsync(cancel);
    }

    private async Task WriteAsync(List<Batch> group, CancellationToken stop)
    {
        var items = group.SelectMany(b => b.Items).ToList();
        try
        {
            var positions = await store.AddFeedbackAsync(items, stop);
            for (var i = 0; i < items.Count; i++)
            {
                if (positions[i] is { } position)
                {
                    stored(new(position, items[i]));
                }
            }

            var next = 0;
            foreach (var batch in group)
            {
                var repeated = 0;
                for (var end = next + batch.Items.Count; next < end; next++)
                {
                    repeated += positions[next] is null ? 1 : 0;
                }

                batch.Repeated.TrySetResult(repeated);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // Each sender gets it, whatever it is: the desk must live on, or everyone after them would wait for ever.
            group.ForEach(b => b.Repeated.TrySetException(e));
        }
        finally
        {
            Interlocked.Add(ref _waitingItems, -items.Count);
        }
    }
}
