using Haldane.Core.Ledger;
using Haldane.Core.Ports;

namespace Haldane.Store.Tests;

/// <content>What holds when several callers are at it at once, give up, or come too late.</content>
public abstract partial class RolloutStoreContract
{
    [Fact]
    public async Task Twenty_writers_at_once_lose_nothing_and_break_no_chain()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(writer => Task.Run(async () =>
        {
            for (var i = 1; i <= 25; i++)
            {
                await RecordAsync($"rollout-{writer}", writer, stage: i % 3);
                await _store.AppendEvidenceAsync(writer, Make.Slice(i, writer), None);
                await _store.AddFeedbackAsync([Make.Feedback(i, run: writer), Make.Feedback(1000 + (writer * 100) + i, run: writer)], None);
                await _store.LedgerAsync(null, 5, $"rollout-{writer}", None);
            }
        })));
        await ReopenAsync();

        Assert.Equal(new LedgerCheck(500, []), (await _store.VerifyAsync(None)).WithoutHeads());
        Assert.Equal(20, (await _store.RolloutsAsync(None)).Count);
        var feedback = 0;
        for (var writer = 0; writer < 20; writer++)
        {
            Assert.Equal(25, (await _store.EvidenceAsync(writer, None).ToListAsync()).Count);
            feedback += (await _store.FeedbackAsync(writer, 0, None).ToListAsync()).Count;
        }

        Assert.Equal(500 + 25, feedback); // 25 keys were shared by all writers
    }

    [Fact]
    public async Task A_write_that_fails_takes_none_of_its_neighbours_with_it()
    {
        var writes = Enumerable.Range(1, 200).Select(i => i % 2 == 0
            ? Assert.ThrowsAsync<ArgumentException>(() => _store.AppendEvidenceAsync(1, Make.Slice(100_000), None))
            : (Task)_store.AddFeedbackAsync([Make.Feedback(i)], None));

        await Task.WhenAll(writes);

        Assert.Equal(100, (await _store.FeedbackAsync(1, 0, None).ToListAsync()).Count);
        Assert.Empty(await _store.EvidenceAsync(1, None).ToListAsync());
    }

    [Fact]
    public async Task A_cancelled_write_does_not_happen()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.AddFeedbackAsync([Make.Feedback(1)], cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.LedgerAsync(null, 1, null, cancelled.Token));

        Assert.Empty(await _store.FeedbackAsync(1, 0, None).ToListAsync());
    }

    [Fact]
    public async Task Writes_under_way_are_finished_when_the_store_closes_and_later_ones_are_refused()
    {
        var writes = Enumerable.Range(0, 300).Select(i => _store.AddFeedbackAsync([Make.Feedback(i)], None)).ToList();
        await _store.DisposeAsync();

        var stored = 0;
        foreach (var write in writes)
        {
            try
            {
                stored += (await write).Count;
            }
            catch (StoreUnavailableException)
            {
                // Came after the close.
            }
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => _store.AddFeedbackAsync([Make.Feedback(1)], None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _store.LedgerAsync(null, 1, null, None));
        await _store.DisposeAsync();
        await ReopenAsync();
        Assert.Equal(stored, (await _store.FeedbackAsync(1, 0, None).ToListAsync()).Count);
    }

    [Fact]
    public async Task Verify_beside_writers_finds_nothing()
    {
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 1; !stop.IsCancellationRequested; i++)
            {
                var digest = await _store.AppendEvidenceAsync(1, Make.Slice(i), None);
                var next = Make.Running("a", 1, i % 3);
                await _store.RecordAsync(Make.Entry(next) with { EvidenceUpTo = i, EvidenceDigest = digest }, next, None);
            }
        });

        for (var i = 0; i < 30; i++)
        {
            Assert.Empty((await _store.VerifyAsync(None)).Problems);
        }

        await stop.CancelAsync();
        await writing;
    }
}
