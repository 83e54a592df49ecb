using Dapper;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Store.Sqlite;

namespace Haldane.Store.Tests.Sqlite;

public sealed class SqliteWriterTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("journal_mode", "wal")]
    [InlineData("synchronous", "2")] // FULL
    [InlineData("foreign_keys", "1")]
    [InlineData("busy_timeout", "5000")]
    [InlineData("trusted_schema", "0")]
    [InlineData("application_id", "1212238916")]
    public async Task The_writer_is_set_to_lose_nothing(string pragma, string expected)
    {
        await using var store = await SqliteStore.OpenAsync(_folder.File(), None);

        Assert.Equal(expected, await store.Writer.RunAsync("x", c => c.ExecuteScalar<string>($"PRAGMA {pragma}"), None));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_the_store_goes_on_when_there_is_room()
    {
        await using var store = await SqliteStore.OpenAsync(_folder.File(), None);
        await store.Writer.RunAsync("x", c => c.Execute("PRAGMA max_page_count = 30"), None);
        var kept = 0;
        StoreUnavailableException? full = null;
        while (full is null)
        {
            try
            {
                await store.AppendEvidenceAsync(1, Make.Slice(kept + 1), None);
                kept++;
            }
            catch (StoreUnavailableException e)
            {
                full = e;
            }
        }

        Assert.Contains(_folder.File(), full.Message, StringComparison.Ordinal);
        Assert.Contains("could not keep evidence: the disk is full", full.Message, StringComparison.Ordinal);
        await store.Writer.RunAsync("x", c => c.Execute("PRAGMA max_page_count = 3000"), None);
        await store.AppendEvidenceAsync(1, Make.Slice(kept + 1), None);
        Assert.Equal(kept + 1, (await store.EvidenceAsync(1, None).ToListAsync()).Count);
        Assert.True((await store.VerifyAsync(None)).IsWhole);
    }

    [Fact]
    public async Task A_record_that_finds_no_room_leaves_neither_record_nor_state()
    {
        await using var store = await SqliteStore.OpenAsync(_folder.File(), None);
        var next = Make.Running("a");
        await store.RecordAsync(Make.Entry(next), next, None);
        var pages = await store.Writer.RunAsync("x", c => c.ExecuteScalar<int>("PRAGMA page_count"), None);
        await store.Writer.RunAsync("x", c => c.Execute($"PRAGMA max_page_count = {pages}"), None);

        var moved = Make.Running("a", 1, 2);
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => store.RecordAsync(Make.Entry(moved, why: new string('x', 50_000)), moved, None));

        Assert.Equal([next], await store.RolloutsAsync(None));
        Assert.Equal(new LedgerCheck(1, []), (await store.VerifyAsync(None)).WithoutHeads());
    }

    [Fact]
    public async Task Writes_that_wait_together_share_a_commit()
    {
        await using var store = await SqliteStore.OpenAsync(_folder.File(), None);
        using var gate = new ManualResetEventSlim();
        var commits = 0;
        var first = store.Writer.RunAsync(
            "x",
            connection =>
            {
                SQLitePCL.raw.sqlite3_commit_hook(
                    connection.Handle,
                    _ =>
                    {
                        commits++;
                        return 0;
                    },
                    null);
                return gate.Wait(TimeSpan.FromSeconds(30));
            },
            None);
        var waiting = Enumerable.Range(0, 100).Select(i => store.AddFeedbackAsync([Make.Feedback(i)], None)).ToList();

        gate.Set();

        await first;
        await Task.WhenAll(waiting);
        Assert.InRange(commits, 1, 2); // the first may have been taken together with some
    }

    [Fact]
    public async Task A_write_that_waits_too_long_is_given_up_and_never_happens()
    {
        var time = new ManualTime();
        await using var store = await SqliteStore.OpenAsync(_folder.File(), new() { QueueCapacity = 2, Time = time }, None);
        using var gate = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = store.Writer.RunAsync(
            "x",
            _ =>
            {
                begun.SetResult();
                return gate.Wait(TimeSpan.FromSeconds(30));
            },
            None);
        await begun.Task;

        // Two fit in the queue, the third does not.
        var waiting = Enumerable.Range(1, 3).Select(i => store.AddFeedbackAsync([Make.Feedback(i)], None)).ToList();
        time.RunOut();

        foreach (var write in waiting)
        {
            var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
            Assert.Contains("could not keep feedback: its writes have been waiting for", refused.Message, StringComparison.Ordinal);
        }

        gate.Set();
        Assert.True(await first); // what has begun is waited for
        Assert.Empty(await store.FeedbackAsync(1, 0, None).ToListAsync());
        Assert.Single(await store.AddFeedbackAsync([Make.Feedback(1)], None));
    }

    [Fact]
    public async Task Another_program_that_holds_the_file_is_told()
    {
        await using var store = await SqliteStore.OpenAsync(_folder.File(), None);
        await store.Writer.RunAsync("x", c => c.Execute("SELECT 1"), None);
        await using var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.File()};Pooling=False");
        await other.OpenAsync();
        await other.ExecuteAsync("BEGIN IMMEDIATE");

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.AddFeedbackAsync([Make.Feedback(1)], None));

        Assert.Contains("another program holds a lock on it", refused.Message, StringComparison.Ordinal);
        await other.ExecuteAsync("ROLLBACK");
        Assert.NotNull((await store.AddFeedbackAsync([Make.Feedback(1)], None))[0]);
    }

    [Fact]
    public async Task A_damaged_state_is_told_by_the_read_that_meets_it()
    {
        await StoreFile.CreateAsync(_folder.File(), 4);
        StoreFile.Execute(_folder.File(), "UPDATE rollout SET state = '{'; UPDATE evidence SET body = 'x' WHERE number = 2");
        await using var store = await SqliteStore.OpenAsync(_folder.File(), None);

        var rollouts = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.RolloutsAsync(None));
        var evidence = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.EvidenceAsync(1, None).ToListAsync().AsTask());

        Assert.All([rollouts, evidence], e => Assert.Contains("run `haldane ledger verify`", e.Message, StringComparison.Ordinal));
    }
}
