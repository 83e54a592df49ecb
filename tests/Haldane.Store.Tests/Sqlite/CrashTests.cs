using Haldane.Core.Ports;
using Haldane.Store.Sqlite;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Tests.Sqlite;

public sealed class CrashTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Whatever_moment_it_stops_at_the_store_is_whole_and_the_rollout_is_where_its_last_record_says()
    {
        await using var store = await SqliteStore.OpenAsync(_folder.File(), None);
        using var stop = new CancellationTokenSource();
        var acknowledged = 0L;
        var writing = Task.Run(async () =>
        {
            for (var i = 1; !stop.IsCancellationRequested; i++)
            {
                var digest = await store.AppendEvidenceAsync(1, Make.Slice(i), None);
                var next = Make.Running("a", 1, i % 3);
                var feedback = store.AddFeedbackAsync([Make.Feedback(i)], None);
                var record = await store.RecordAsync(
                    Make.Entry(next, why: new string('x', i % 5_000)) with { EvidenceUpTo = i, EvidenceDigest = digest }, next, None);
                await feedback;
                Interlocked.Exchange(ref acknowledged, record.Number);
            }
        });

        var last = 0L;
        for (var i = 0; i < 40; i++)
        {
            var copy = _folder.File($"copy-{i}.db");
            var before = await CopyAsync(copy, () => Interlocked.Read(ref acknowledged));

            await using var reopened = await SqliteStore.OpenAsync(copy, None);

            var check = await reopened.VerifyAsync(None);
            Assert.Empty(check.Problems);
            Assert.True(check.Records >= before, $"{before} records were acknowledged before the copy, {check.Records} are in it");
            last = await CheckAgreementAsync(reopened, check.Records);
        }

        await stop.CancelAsync();
        await writing;
        Assert.True(last > 40, $"the writer made {last} records");
    }

    [Fact]
    public async Task A_log_that_was_cut_anywhere_gives_a_whole_earlier_state()
    {
        var random = new Random(7);
        byte[] file, log;
        await using (var store = await SqliteStore.OpenAsync(_folder.File(), None))
        {
            for (var i = 1; i <= 60; i++)
            {
                var next = Make.Running("a", 1, i % 3);
                await store.RecordAsync(Make.Entry(next), next, None);
            }

            await StoreFile.CopyAsync(_folder.File(), _folder.File("file"));
            await StoreFile.CopyAsync(_folder.File() + "-wal", _folder.File("log"));
            file = await File.ReadAllBytesAsync(_folder.File("file"));
            log = await File.ReadAllBytesAsync(_folder.File("log"));
        }

        var seen = new HashSet<long>();
        for (var i = 0; i < 60; i++)
        {
            var copy = _folder.File($"cut-{i}.db");
            await File.WriteAllBytesAsync(copy, file);
            await File.WriteAllBytesAsync(copy + "-wal", log[..random.Next(60_000, log.Length + 1)]);

            await using var reopened = await SqliteStore.OpenAsync(copy, None);

            var check = await reopened.VerifyAsync(None);
            Assert.Empty(check.Problems);
            await CheckAgreementAsync(reopened, check.Records);
            seen.Add(check.Records);
        }

        Assert.True(seen.Count > 10, $"{seen.Count} different states");
    }

    private static async Task<long> CheckAgreementAsync(SqliteStore store, long records)
    {
        var newest = await store.LedgerAsync(null, 1, null, None);
        Assert.Equal(records, newest.Count == 0 ? 0 : newest[0].Number);
        var rollouts = await store.RolloutsAsync(None);
        if (records > 0)
        {
            Assert.Equal(newest[0].Entry.Stage, Assert.Single(rollouts).Stage);
        }

        // It goes on from there.
        var next = Make.Running("a", 1, 1);
        Assert.Equal(records + 1, (await store.RecordAsync(Make.Entry(next), next, None)).Number);
        Assert.Empty((await store.VerifyAsync(None)).Problems);
        return records;
    }

    // A reader that is kept open keeps the log from starting over, so that file and log, copied one after the other, belong to one moment:
    // that of the copied log. What the log ends with may be half a write, as after a power cut.
    private async Task<long> CopyAsync(string copy, Func<long> acknowledged)
    {
        await using var pin = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = _folder.File(), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        await pin.OpenAsync();
        await using var begin = pin.CreateCommand();
        begin.CommandText = "BEGIN; SELECT count(*) FROM ledger";
        await begin.ExecuteScalarAsync();

        await StoreFile.CopyAsync(_folder.File(), copy);
        var before = acknowledged();
        await StoreFile.CopyAsync(_folder.File() + "-wal", copy + "-wal");
        return before;
    }
}
