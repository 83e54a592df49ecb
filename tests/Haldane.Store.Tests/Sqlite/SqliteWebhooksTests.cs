using Haldane.Core.Ports;
using Haldane.Core.Webhooks;
using Haldane.Store.Sqlite;

namespace Haldane.Store.Tests.Sqlite;

/// <summary>How far webhooks have come, over restarts.</summary>
public sealed class SqliteWebhooksTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, 250, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private SqliteStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        await StoreFile.CreateAsync(_folder.File(), 5);
        _store = await SqliteStore.OpenAsync(_folder.File(), None);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_new_one_begins_at_the_end_and_an_old_one_where_it_was()
    {
        var first = await _store.Webhooks.TakeUpAsync(["ops", "chat"], None);
        var far = first[0] with { Position = 9, Attempts = 3, GivenUp = 1, Due = Noon, Fault = "it answered 503", DeliveredAt = Noon, StoppedAt = Noon };
        await _store.Webhooks.SaveAsync(far, null, 10, None);
        await ReopenAsync();

        var second = await _store.Webhooks.TakeUpAsync(["more", "ops"], None);

        Assert.Equal([new("ops", 5), new("chat", 5)], first);
        Assert.Equal([new("more", 5), far], second);
    }

    [Fact]
    public async Task One_that_is_gone_is_forgotten_with_its_dead_letters()
    {
        var before = (await _store.Webhooks.TakeUpAsync(["ops"], None))[0];
        await _store.Webhooks.SaveAsync(before with { Position = 2 }, Dead(2), 10, None);
        await _store.Webhooks.TakeUpAsync([], None);

        var again = await _store.Webhooks.TakeUpAsync(["ops"], None);

        Assert.Equal([new("ops", 5)], again);
        Assert.Empty(await _store.Webhooks.DeadAsync("ops", None));
    }

    [Fact]
    public async Task Dead_letters_are_kept_up_to_a_bound_the_newest_of_them_until_they_are_removed()
    {
        var progress = (await _store.Webhooks.TakeUpAsync(["ops", "chat"], None))[0];
        await _store.Webhooks.SaveAsync(new("chat", 1), Dead(1) with { Webhook = "chat" }, 3, None);
        for (var number = 1; number <= 5; number++)
        {
            await _store.Webhooks.SaveAsync(progress with { Position = number }, Dead(number), 3, None);
        }

        await ReopenAsync();
        var kept = await _store.Webhooks.DeadAsync("ops", None);
        await _store.Webhooks.RemoveDeadAsync("ops", 4, None);

        Assert.Equal([Dead(3), Dead(4), Dead(5)], kept);
        Assert.Equal([3, 5], (await _store.Webhooks.DeadAsync("ops", None)).Select(d => d.Number));
        Assert.Equal([1], (await _store.Webhooks.DeadAsync("chat", None)).Select(d => d.Number));
        Assert.Equal(5, (await _store.Webhooks.TakeUpAsync(["ops"], None))[0].Position);
    }

    [Fact]
    public async Task None_of_it_touches_the_chain()
    {
        var progress = (await _store.Webhooks.TakeUpAsync(["ops"], None))[0];
        await _store.Webhooks.SaveAsync(progress, Dead(5), 3, None);

        Assert.Equal((5, true), ((await _store.LedgerAsync(null, 10, null, None)).Count, (await _store.VerifyAsync(null, None)).IsWhole));
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        await _store.DisposeAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => _store.Webhooks.TakeUpAsync([], None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _store.Webhooks.DeadAsync("ops", None));
    }

    private static DeadLetter Dead(long number) => new("ops", number, Noon, 22, "it answered 503");

    private async Task ReopenAsync()
    {
        await _store.DisposeAsync();
        _store = await SqliteStore.OpenAsync(_folder.File(), None);
    }
}
