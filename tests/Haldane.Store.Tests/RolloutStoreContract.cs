using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;

namespace Haldane.Store.Tests;

/// <summary>What every engine must do. A factory opens the same data again and again.</summary>
public abstract partial class RolloutStoreContract : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private IRolloutStore _store = null!;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Clean();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_new_store_is_empty_and_whole()
    {
        Assert.Empty(await _store.RolloutsAsync(None));
        Assert.Empty(await _store.LedgerAsync(null, 10, null, None));
        Assert.Empty(await _store.EvidenceAsync(1, None).ToListAsync());
        Assert.Empty(await _store.FeedbackAsync(1, 0, None).ToListAsync());
        Assert.Equal(0, await _store.LastRunAsync(None));
        Assert.Equal(new LedgerCheck(0, []), (await _store.VerifyAsync(None)).WithoutHeads());
    }

    [Fact]
    public async Task The_summary_of_a_run_is_kept_and_replaced()
    {
        var summary = new RunSummary(
            7,
            new() { UpToSlice = 2, Stage = 1, Baked = TimeSpan.FromSeconds(1), InStage = TimeSpan.FromSeconds(2), CanaryExchanges = 9, Verdicts = [] },
            [new(Arm.Baseline, 10, 1), new(Arm.Canary, 9, 0)],
            new(7, 1, [new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(1), 1, new(500), new(10, 0.1, 0.02, 0.04) { P95 = 0.03 }, new(9, null, null, null))], [new("p99", [new(1, DateTimeOffset.UnixEpoch, VerdictKind.Fail, 1.5, null, 2)])]));
        Assert.Null(await _store.SummaryAsync(7, None));

        await _store.KeepSummaryAsync(summary with { Totals = [] }, None);
        await _store.KeepSummaryAsync(summary, None);
        await ReopenAsync();

        Assert.Equal(summary, await _store.SummaryAsync(7, None));
        Assert.Null(await _store.SummaryAsync(8, None));
    }

    [Fact]
    public async Task The_installation_key_is_made_once_and_outlives_the_process()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _store.InstallationKeyAsync(None)));
        await ReopenAsync();

        var after = await _store.InstallationKeyAsync(None);

        Assert.Equal(32, after.Length);
        Assert.All(keys, key => Assert.Equal(after, key));
        Assert.True(after.Distinct().Count() > 8, "a random key has many different bytes");
    }

    [Fact]
    public async Task A_record_and_its_rollout_come_back_as_they_were()
    {
        var next = Make.Running("fraud-v2 🐤 'x'");
        var entry = Make.Entry(next, "started");

        var record = await _store.RecordAsync(entry, next, None);
        await ReopenAsync();

        Assert.Equal(LedgerChain.Append(entry, 1, LedgerChain.Beginning), record);
        Assert.Equal([record], await _store.LedgerAsync(null, 10, null, None));
        Assert.Equal(entry, record.Entry);
        Assert.Equal([next], await _store.RolloutsAsync(None));
        Assert.True((await _store.VerifyAsync(None)).IsWhole);
    }

    [Fact]
    public async Task Records_form_one_chain_over_all_rollouts()
    {
        await RecordAsync("a", 1);
        await RecordAsync("b", 2);
        await RecordAsync("a", 1, stage: 1);

        var records = await _store.LedgerAsync(null, 10, null, None);

        Assert.Equal([3, 2, 1], records.Select(r => r.Number));
        Assert.Equal(records[1].Hash, records[0].Previous);
        Assert.Equal(records[2].Hash, records[1].Previous);
        Assert.Equal(LedgerChain.Beginning, records[2].Previous);
        Assert.Equal(new LedgerCheck(3, []), (await _store.VerifyAsync(None)).WithoutHeads());
    }

    [Fact]
    public async Task Only_the_last_state_of_a_rollout_is_kept_and_rollouts_come_by_name()
    {
        await RecordAsync("b", 1);
        await RecordAsync("a", 2);
        await RecordAsync("b", 1, stage: 2);
        await RecordAsync("B", 3);

        var rollouts = await _store.RolloutsAsync(None);

        Assert.Equal([("B", 0), ("a", 0), ("b", 2)], rollouts.Select(r => (r.Name, r.Stage)));
    }

    [Fact]
    public async Task The_last_run_is_the_highest_ever_recorded()
    {
        await RecordAsync("a", 7);
        await RecordAsync("b", 3);
        await ReopenAsync();

        Assert.Equal(7, await _store.LastRunAsync(None));
    }

    [Theory]
    [InlineData(null, 100, null, "6 5 4 3 2 1")]
    [InlineData(null, 2, null, "6 5")]
    [InlineData(5L, 2, null, "4 3")]
    [InlineData(1L, 2, null, "")]
    [InlineData(null, 0, null, "")]
    [InlineData(null, 100, "a", "5 3 1")]
    [InlineData(null, 2, "a", "5 3")]
    [InlineData(5L, 100, "a", "3 1")]
    [InlineData(null, 100, "no such", "")]
    public async Task The_ledger_is_read_newest_first_in_pages_and_by_rollout(long? before, int limit, string? rollout, string expected)
    {
        foreach (var name in "ababab")
        {
            await RecordAsync(name.ToString(), 1);
        }

        var records = await _store.LedgerAsync(before, limit, rollout, None);

        Assert.Equal(expected, string.Join(' ', records.Select(r => r.Number)));
        Assert.All(records, r => Assert.True(rollout is null || r.Entry.Rollout == rollout));
    }

    [Fact]
    public async Task An_entry_that_does_not_belong_to_the_state_is_refused_and_leaves_nothing()
    {
        var next = Make.Running("a");
        LedgerEntry[] wrong =
        [
            Make.Entry(next) with { Rollout = "b" },
            Make.Entry(next) with { Run = 2 },
            Make.Entry(next) with { Stage = 1 },
            Make.Entry(next) with { To = new(101) },
            Make.Entry(next, "promoted"),
            Make.Entry(next, "rolled-back"),
            Make.Entry(next) with { EvidenceUpTo = 1, EvidenceDigest = "ab" },
        ];

        foreach (var entry in wrong)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => _store.RecordAsync(entry, next, None));
        }

        Assert.Empty(await _store.RolloutsAsync(None));
        Assert.Equal(new LedgerCheck(0, []), (await _store.VerifyAsync(None)).WithoutHeads());
    }

    [Fact]
    public async Task Evidence_comes_back_in_order_with_its_chained_digest()
    {
        var slices = Enumerable.Range(1, 600).Select(n => Make.Slice(n)).ToList();
        var digests = new List<string>();
        foreach (var slice in slices)
        {
            digests.Add(await _store.AppendEvidenceAsync(4, slice, None));
        }

        await _store.AppendEvidenceAsync(5, Make.Slice(1), None);
        await ReopenAsync();
        var stored = await _store.EvidenceAsync(4, None).ToListAsync();

        Assert.Equal(slices, stored.Select(s => s.Slice));
        Assert.Equal(digests, stored.Select(s => s.Digest));
        Assert.Equal(digests, Digests(slices));
        Assert.Single(await _store.EvidenceAsync(5, None).ToListAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(-1)]
    public async Task A_slice_that_does_not_follow_is_refused(long number)
    {
        await _store.AppendEvidenceAsync(1, Make.Slice(1), None);
        await _store.AppendEvidenceAsync(1, Make.Slice(2), None);

        await Assert.ThrowsAsync<ArgumentException>(() => _store.AppendEvidenceAsync(1, Make.Slice(number), None));

        Assert.Equal(2, (await _store.EvidenceAsync(1, None).ToListAsync()).Count);
        await _store.AppendEvidenceAsync(1, Make.Slice(3), None);
    }

    [Fact]
    public async Task A_record_that_rests_on_evidence_verifies()
    {
        var digest = "";
        for (var n = 1; n <= 3; n++)
        {
            digest = await _store.AppendEvidenceAsync(1, Make.Slice(n), None);
        }

        await _store.AppendEvidenceAsync(1, Make.Slice(4), None);
        var next = Make.Running("a");
        await _store.RecordAsync(Make.Entry(next) with { EvidenceUpTo = 3, EvidenceDigest = digest }, next, None);

        Assert.Equal(new LedgerCheck(1, []), (await _store.VerifyAsync(None)).WithoutHeads());
    }

    [Fact]
    public async Task Feedback_comes_back_as_it_was_and_in_order()
    {
        JoinedFeedback[] items = [Make.Feedback(7), Make.BareFeedback(3), Make.Feedback(9) with { Wrong = false, SegmentCode = SegmentCells.UnknownCode, Confidence = null }, Make.Feedback(8, run: 2)];

        var positions = await _store.AddFeedbackAsync(items, None);
        await ReopenAsync();

        var stored = await _store.FeedbackAsync(1, 0, None).ToListAsync();
        Assert.Equal(positions.Order(), positions);
        Assert.Equal(positions.Take(3), stored.Select(s => (long?)s.Position));
        Assert.Equal(items.Take(3).Select(Describe), stored.Select(s => Describe(s.Feedback)));
        Assert.Equal(positions.Skip(1).Take(2), await _store.FeedbackAsync(1, positions[0]!.Value, None).Select(s => (long?)s.Position).ToListAsync());
        Assert.Equal([positions[3]], await _store.FeedbackAsync(2, 0, None).Select(s => (long?)s.Position).ToListAsync());
    }

    [Fact]
    public async Task Feedback_that_is_known_is_not_stored_again()
    {
        var first = await _store.AddFeedbackAsync([Make.Feedback(1), Make.Feedback(2), Make.Feedback(1)], None);
        await ReopenAsync();
        var second = await _store.AddFeedbackAsync([Make.Feedback(2), Make.Feedback(3), Make.Feedback(1)], None);

        Assert.Equal([true, true, false], first.Select(p => p.HasValue));
        Assert.Equal([false, true, false], second.Select(p => p.HasValue));
        Assert.True(second[1] > first[1]);
        Assert.Equal(3, (await _store.FeedbackAsync(1, 0, None).ToListAsync()).Count);
        Assert.Empty(await _store.AddFeedbackAsync([], None));
    }

    [Fact]
    public async Task Much_feedback_is_read_in_order_without_a_gap()
    {
        var positions = await _store.AddFeedbackAsync([.. Enumerable.Range(0, 2_000).Select(i => Make.BareFeedback(i, run: 1 + i % 2))], None);

        var stored = await _store.FeedbackAsync(2, 0, None).ToListAsync();

        Assert.Equal(positions.Where((_, i) => i % 2 == 1), stored.Select(s => (long?)s.Position));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123")]
    [InlineData("0000000000000000000000000000000g")]
    public async Task A_key_that_is_not_sixteen_bytes_is_refused(string key) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _store.AddFeedbackAsync([Make.Feedback(1) with { Key = key }], None));

    /// <summary>Opens the data of this test; called again after a restart.</summary>
    protected abstract Task<IRolloutStore> OpenAsync();

    /// <summary>Removes the data of this test.</summary>
    protected abstract void Clean();

    private static IEnumerable<string> Digests(IEnumerable<EvidenceSlice> slices)
    {
        var digest = "";
        foreach (var slice in slices)
        {
            digest = LedgerChain.Extend(
                digest, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(slice, Core.CoreJson.Default.EvidenceSlice));
            yield return digest;
        }
    }

    private static string Describe(JoinedFeedback item) =>
        $"{item with { Values = null!, Events = null! }} {string.Join(',', item.Values.Select(v => $"{v.Key}={v.Value:R}"))} {string.Join(',', item.Events)}";

    private async Task ReopenAsync()
    {
        await _store.DisposeAsync();
        _store = await OpenAsync();
    }

    private Task<LedgerRecord> RecordAsync(string rollout, int run, int stage = 0)
    {
        var next = Make.Running(rollout, run, stage);
        return _store.RecordAsync(Make.Entry(next), next, None);
    }
}
