using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Store.Sqlite;

namespace Haldane.Store.Tests.Sqlite;

/// <summary>A file that an older program wrote.</summary>
public sealed class UpgradeTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TempFolder _folder = new();

    public UpgradeTests()
    {
        using var reader = new StreamReader(typeof(UpgradeTests).Assembly.GetManifestResourceStream("version1.sql")!);
        StoreFile.Execute(_folder.File(), reader.ReadToEnd());
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_in_it_is_still_there_and_still_verifies()
    {
        await using var store = await SqliteStore.OpenAsync(_folder.File(), None);

        Assert.Equal(6, StoreFile.Query<int>(_folder.File(), "PRAGMA user_version"));
        Assert.Equal(new LedgerCheck(2, []), (await store.VerifyAsync(None)).WithoutHeads());
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (byte)i), await store.InstallationKeyAsync(None));
        var rollout = Assert.Single(await store.RolloutsAsync(None));
        Assert.Equal((Phase.Running, 2, 1), (rollout.Phase, rollout.Stage, rollout.Run));
        Assert.Equal(Make.Running("a", 1, 2).Spec, rollout.Spec);
        var feedback = await store.FeedbackAsync(1, 0, None).ToListAsync();
        Assert.Equal([true, null], feedback.Select(f => f.Feedback.Wrong));
        Assert.All(feedback, f => Assert.Equal((0, null), (f.Feedback.Events.Count, f.Feedback.Confidence)));
    }

    [Fact]
    public async Task What_its_slices_do_not_say_is_nothing()
    {
        await using var store = await SqliteStore.OpenAsync(_folder.File(), None);

        var slices = await store.EvidenceAsync(1, None).ToListAsync();

        var slice = slices[0].Slice;
        Assert.Equal((901, 6), (slice.Baseline.Cells[0].Exchanges, slice.Baseline.Cells[0].Latency.Total()));
        Assert.Equal([1u, uint.MaxValue], slice.Canary.ErrorSubjects);
        Assert.Equal([new LabelCounts(0, Arm.Canary, 2, 10, 3)], slice.Labels);
        Assert.Equal((0, 0, 0), (slice.Calibration.Count, slice.Events.Count, slice.Pairs.Count));
        Assert.All([slice.Baseline, slice.Canary], arm => Assert.Equal((0, 0), (arm.EventSubjects.Count, arm.AnswersByGroup.Count)));
        Assert.Null(slice.Baseline.ByGroup);
        Assert.Equal(SparseCounts.Empty, slice.Baseline.Cells[0].FirstToken);
        JsonSerializer.Serialize(slice, CoreJson.Default.EvidenceSlice);
    }

    [Fact]
    public async Task New_feedback_and_evidence_go_into_it()
    {
        await using (var store = await SqliteStore.OpenAsync(_folder.File(), None))
        {
            Assert.Equal([false, true], (await store.AddFeedbackAsync([Make.Feedback(1), Make.Feedback(3)], None)).Select(p => p > 2));
            await store.AppendEvidenceAsync(1, Make.Slice(3), None);
        }

        await using var again = await SqliteStore.OpenAsync(_folder.File(), None);
        Assert.Equal(Make.Feedback(3).Events, (await again.FeedbackAsync(1, 2, None).ToListAsync())[0].Feedback.Events);
        Assert.Equal(Make.Slice(3), (await again.EvidenceAsync(1, None).ToListAsync())[2].Slice);
        Assert.True((await again.VerifyAsync(None)).IsWhole);
    }

    [Theory]
    [InlineData("PRAGMA user_version = 1")]
    [InlineData("ALTER TABLE feedback ADD COLUMN events TEXT; ALTER TABLE feedback ADD COLUMN confidence REAL; PRAGMA user_version = 2")]
    public async Task Its_tables_become_those_of_a_new_file(string before)
    {
        StoreFile.Execute(_folder.File(), before);
        await (await SqliteStore.OpenAsync(_folder.File(), None)).DisposeAsync();
        await (await SqliteStore.OpenAsync(_folder.File("new.db"), None)).DisposeAsync();

        Assert.Equal(Columns(_folder.File("new.db")), Columns(_folder.File()));
    }

    [Fact]
    public async Task A_file_of_version_3_gets_the_tables_of_webhooks_and_they_begin_at_its_end()
    {
        await StoreFile.CreateAsync(_folder.File("old.db"), 3);
        StoreFile.Execute(_folder.File("old.db"), "DROP TABLE webhook; DROP TABLE webhook_dead; DROP TABLE run_summary; PRAGMA user_version = 3");

        await using (var store = await SqliteStore.OpenAsync(_folder.File("old.db"), None))
        {
            Assert.Equal(3, Assert.Single(await store.Webhooks.TakeUpAsync(["ops"], None)).Position);
        }

        await (await SqliteStore.OpenAsync(_folder.File("new.db"), None)).DisposeAsync();
        Assert.Equal(Columns(_folder.File("new.db")), Columns(_folder.File("old.db")));
        Assert.True((await StoreFile.VerifyAsync(_folder.File("old.db"))).IsWhole);
    }

    [Fact]
    public async Task What_was_set_for_a_rollout_is_filed_when_a_file_of_version_5_is_opened()
    {
        var path = _folder.File("old.db");
        await StoreFile.CreateAsync(path, 3);
        await using (var store = await SqliteStore.OpenAsync(path, None))
        {
            await store.RecordAsync([RolloutStoreContract.Set("override", "even", "{}"), RolloutStoreContract.Set("freeze", "even", "{}"), RolloutStoreContract.Set("override", "odd", "{}")], None);
        }

        StoreFile.Execute(path, "DELETE FROM ledger_rollout WHERE number > 3; PRAGMA user_version = 5");
        var asItWas = await StoreFile.VerifyAsync(path);
        await using var now = await SqliteStore.OpenAsync(path, None);

        Assert.True(asItWas.IsWhole);
        Assert.Equal([4, 2], (await now.LedgerAsync(null, 10, "even", None)).Select(r => r.Number));
        Assert.Equal([6, 3, 1], (await now.LedgerAsync(null, 10, "odd", None)).Select(r => r.Number));
        Assert.True((await now.VerifyAsync(None)).IsWhole);
    }

    [Fact]
    public async Task A_setting_that_was_altered_does_not_keep_an_old_file_from_being_opened()
    {
        var path = _folder.File("old.db");
        await using (var store = await SqliteStore.OpenAsync(path, None))
        {
            await store.RecordAsync([RolloutStoreContract.Set("override", "even", "{}"), RolloutStoreContract.Set("override", "odd", "{}")], None);
        }

        StoreFile.Execute(path, "DELETE FROM ledger_rollout; UPDATE ledger SET body = body || '}' WHERE number = 1; PRAGMA user_version = 5");
        await using var now = await SqliteStore.OpenAsync(path, None);

        Assert.Equal([2], (await now.LedgerAsync(null, 10, "odd", None)).Select(r => r.Number));
        Assert.Contains((await now.VerifyAsync(None)).Problems, p => p.StartsWith("record 1: was altered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_records_are_signed_when_the_store_is_closed()
    {
        await (await SqliteStore.OpenAsync(_folder.File(), None)).DisposeAsync();

        var check = await StoreFile.VerifyAsync(_folder.File());

        Assert.True(check.IsWhole);
        Assert.Equal((1, 2), (check.Heads.Count, check.Heads.Last));
    }

    [Fact]
    public async Task Before_it_is_brought_up_to_date_it_has_no_signatures()
    {
        await using var ledger = await SqliteStore.OpenReadOnlyAsync(_folder.File(), None);

        Assert.Empty(await ledger.SignedHeadsAsync(0, 10, None));
        Assert.Null(await ledger.KeyAsync(None));
    }

    [Fact]
    public async Task Reading_its_ledger_leaves_it_as_it_is()
    {
        var before = await File.ReadAllBytesAsync(_folder.File());

        Assert.Equal(new LedgerCheck(2, []), (await StoreFile.VerifyAsync(_folder.File())).WithoutHeads());

        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.File()));
        Assert.Equal(1, StoreFile.Query<int>(_folder.File(), "PRAGMA user_version"));
    }

    [Fact]
    public async Task An_upgrade_that_fails_leaves_it_as_it_was()
    {
        StoreFile.Execute(_folder.File(), "ALTER TABLE feedback ADD COLUMN confidence REAL"); // the second of the two columns is there already

        await Assert.ThrowsAsync<StoreUnavailableException>(() => SqliteStore.OpenAsync(_folder.File(), None));

        Assert.Equal(1, StoreFile.Query<int>(_folder.File(), "PRAGMA user_version"));
        Assert.Equal(0, StoreFile.Query<int>(_folder.File(), "SELECT count(*) FROM pragma_table_info('feedback') WHERE name = 'events'"));
    }

    private static string Columns(string path) => StoreFile.Query<string>(path, """
        SELECT group_concat(line, char(10)) FROM (
            SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk AS line
            FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY line)
        """);
}
