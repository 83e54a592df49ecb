using Haldane.Control.Tests.Fakes;
using Haldane.Core.Feedback;
using Haldane.Core.Ports;

namespace Haldane.Control.Tests.Feedback;

/// <summary>What becomes of senders when the store is slow, down or at its end.</summary>
public sealed class FeedbackDeskTests : FeedbackTestWorld
{
    private uint _subject;

    [Fact]
    public async Task A_store_that_is_down_reaches_the_sender_and_the_same_feedback_can_be_sent_again()
    {
        var items = Items(2);
        World.Store.IsDown = (_, name) => name == "feedback";
        await Assert.ThrowsAsync<StoreUnavailableException>(() => World.FeedbackAsync(items).Soon());
        World.Store.IsDown = (_, _) => false;

        var receipt = await World.FeedbackAsync(items).Soon();

        Assert.Equal(2, receipt.Joined);
    }

    [Fact]
    public async Task A_fault_reaches_its_sender_and_the_desk_goes_on()
    {
        var fault = new TaskCompletionSource();
        fault.SetException(new InvalidOperationException("a bug"));
        World.Store.FeedbackGate = fault.Task;
        await Assert.ThrowsAsync<InvalidOperationException>(() => World.FeedbackAsync(Items(1)).Soon());
        World.Store.FeedbackGate = Task.CompletedTask;

        var receipt = await World.FeedbackAsync(Items(1)).Soon();

        Assert.Equal(1, receipt.Joined);
    }

    [Fact]
    public async Task Past_what_may_wait_senders_are_told_to_come_again()
    {
        var gate = new TaskCompletionSource();
        World.Store.FeedbackGate = gate.Task;
        var waiting = Enumerable.Range(0, 10).Select(_ => World.FeedbackAsync(Items(10_000))).ToList();

        await Assert.ThrowsAsync<FeedbackBusyException>(() => World.FeedbackAsync(Items(1)).Soon());

        Assert.All(waiting, w => Assert.False(w.IsCompleted));
        World.Store.IsDown = (_, _) => true;
        gate.SetResult();
        await Task.WhenAll(waiting.Select(w => Assert.ThrowsAsync<StoreUnavailableException>(() => w.Soon())));
        World.Store.IsDown = (_, _) => false;
        Assert.Equal(1, (await World.FeedbackAsync(Items(1)).Soon()).Joined);
    }

    [Fact]
    public async Task Batches_that_wait_together_are_stored_together_and_counted_apart()
    {
        var gate = new TaskCompletionSource();
        World.Store.FeedbackGate = gate.Task;
        var first = World.FeedbackAsync(Items(1));
        var items = Items(3);
        var second = World.FeedbackAsync(items);
        var third = World.FeedbackAsync([items[0], .. Items(1)]);
        gate.SetResult();

        var receipts = await Task.WhenAll(first, second, third).Soon();

        Assert.Equal([(1, 0), (3, 0), (1, 1)], receipts.Select(r => (r.Joined, r.Repeated)));
        Assert.InRange(World.Journal.Lines.Count(l => l == "feedback"), 1, 2);
    }

    [Fact]
    public async Task A_sender_that_leaves_is_not_waited_for_and_its_feedback_is_kept()
    {
        var gate = new TaskCompletionSource();
        World.Store.FeedbackGate = gate.Task;
        using var left = new CancellationTokenSource();
        var items = Items(1);
        var sending = World.Controller.FeedbackAsync(items, World.By, left.Token);

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.Soon());
        gate.SetResult();
        Assert.Equal(1, (await World.FeedbackAsync(items).Soon()).Repeated);
    }

    [Fact]
    public async Task Whoever_waits_at_the_end_of_the_process_is_told()
    {
        World.Store.FeedbackGate = new TaskCompletionSource().Task;
        var stored = World.FeedbackAsync(Items(1));
        var queued = World.FeedbackAsync(Items(1));

        await World.StopAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => stored.Soon());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => queued.Soon());
    }

    [Fact]
    public async Task Feedback_after_the_end_of_the_process_does_not_wait_for_ever()
    {
        await World.StopAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => World.FeedbackAsync(Items(1)).Soon());
    }

    [Fact]
    public async Task Many_senders_at_once_lose_and_double_nothing()
    {
        var receipts = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ =>
        {
            var items = Items(25);
            return Task.Run(() => World.FeedbackAsync(items));
        })).Soon();

        await World.TickAsync();

        Assert.Equal(1_000, receipts.Sum(r => r.Joined));
        Assert.Equal(1_000, World.Disk.Slices(1).SelectMany(s => s.Labels).Where(l => l.Cell == 0).Sum(l => l.Labelled));
        Assert.Equal(World.Disk.Feedback[^1].Position, World.Disk.Slices(1)[^1].FeedbackUpTo);
    }

    private FeedbackItem[] Items(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new FeedbackItem { Exchange = World.Token(Make.Exchange(1, ++_subject)), Label = "good" })];
}
