using System.Text;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Store.Signing;
using Haldane.Store.Sqlite;

namespace Haldane.Store.Tests.Sqlite;

/// <summary>When the ledger's end is signed, and what a signature finds out that the chain alone cannot.</summary>
public sealed class SignedHeadTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_record_every_hundredth_after_it_and_the_last_are_signed()
    {
        await using (var store = await OpenAsync())
        {
            await RecordAsync(store, 205);

            Assert.Equal([1, 101, 201], await SignedAsync(store));
        }

        Assert.Equal([1, 101, 201, 205], await SignedAsync());
        var check = await StoreFile.VerifyAsync(_folder.File());
        Assert.Empty(check.Problems);
        Assert.Equal((4, 205), (check.Heads.Count, check.Heads.Last));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_day_does_not_pass_without_a_signature_while_there_is_something_to_sign()
    {
        await using var store = await OpenAsync();
        await RecordAsync(store, 3);

        _time.Now += TimeSpan.FromHours(24);
        _time.RunOut();
        while (!(await SignedAsync(store)).Contains(3))
        {
            await Task.Delay(1, None); // the hourly look works in its own time
        }

        Assert.Equal([1, 3], await SignedAsync(store));
    }

    [Fact]
    public async Task A_record_that_comes_a_day_after_the_last_signature_is_signed_with_it()
    {
        await using var store = await OpenAsync();
        await RecordAsync(store, 3);

        _time.Now += TimeSpan.FromHours(23);
        await RecordAsync(store, 2);

        Assert.Equal([1, 4], await SignedAsync(store));
    }

    [Fact]
    public async Task What_is_signed_already_is_not_signed_again()
    {
        await using (var store = await OpenAsync())
        {
            await RecordAsync(store, 2);
        }

        var before = await File.ReadAllBytesAsync(_folder.File());
        await using (await OpenAsync())
        {
        }

        Assert.Equal([1, 2], await SignedAsync());
        Assert.Equal(before.Length, new FileInfo(_folder.File()).Length);
    }

    [Fact]
    public async Task The_key_is_made_with_the_first_signature_and_outlives_the_process()
    {
        LedgerKey? key;
        await using (var store = await OpenAsync())
        {
            Assert.Null(await store.KeyAsync(None));
            await RecordAsync(store, 1);
            key = await store.KeyAsync(None);
        }

        await using var again = await OpenAsync();
        await RecordAsync(again, 1);

        Assert.Equal(key, await again.KeyAsync(None));
        Assert.Equal(key, Ed25519.PublicKeyOf(StoreFile.Query<byte[]>(_folder.File(), "SELECT private FROM signing_key")));
    }

    [Fact]
    public async Task Each_head_is_what_its_message_says_signed_by_the_key_that_is_shown()
    {
        await using var store = await OpenAsync();
        await RecordAsync(store, 1);

        var head = Assert.Single(await store.SignedHeadsAsync(0, 10, None));

        var key = (await store.KeyAsync(None))!;
        var message = Encoding.UTF8.GetBytes($"haldane-ledger-head 1 {(await store.LedgerAsync(null, 1, null, None))[0].Hash} 2026-03-04T12:00:00.000Z");
        Assert.Equal(message, head.Message());
        Assert.Equal(key.Fingerprint, head.Key);
        Assert.True(Ed25519.Fits(key, message, Convert.FromHexString(head.Signature)));
    }

    [Theory]
    [InlineData("UPDATE signed_head SET signature = replace(signature, substr(signature, 1, 8), '00000000') WHERE number = 101", "signed head of record 101: its signature does not fit")]
    [InlineData("UPDATE signed_head SET signature = 'xy' WHERE number = 101", "signed head of record 101: its signature does not fit")]
    [InlineData("UPDATE signed_head SET signature = '' WHERE number = 101", "signed head of record 101: its signature does not fit")]
    [InlineData("UPDATE signed_head SET at = '2026-03-04T12:00:01.000Z' WHERE number = 101", "signed head of record 101: its signature does not fit")]
    [InlineData("UPDATE signed_head SET hash = (SELECT hash FROM ledger WHERE number = 100) WHERE number = 101", "signed head of record 101: its signature does not fit")]
    [InlineData("UPDATE signed_head SET number = 100 WHERE number = 101", "signed head of record 100: its signature does not fit")]
    [InlineData("UPDATE signed_head SET key = 'other' WHERE number = 101", "signed head of record 101: is of the key other, not of ")]
    [InlineData("UPDATE signed_head SET signature = CAST(signature AS BLOB) WHERE number = 101", "signed head of record 101: is not as it was written")]
    [InlineData("UPDATE signing_key SET public = randomblob(32)", "signed head of record 101: is of the key ")]
    [InlineData("UPDATE signing_key SET public = 'x'", "key: the public key is not as it was written")]
    [InlineData("DELETE FROM signing_key", "signed head of record 101: the key to check it with is missing")]
    [InlineData("DELETE FROM ledger WHERE number = 101", "record 101: is missing: the ledger ended there when its head was signed at 2026-03-04T12:00:00.000Z")]
    [InlineData("DROP TABLE signed_head", "signed heads: cannot be read: ")]
    public async Task A_change_is_named(string change, string problem)
    {
        await CreateAsync(120);

        StoreFile.Execute(_folder.File(), change);

        Assert.Contains((await StoreFile.VerifyAsync(_folder.File())).Problems, found => found.StartsWith(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ledger_that_was_cut_back_together_with_its_recorded_end_is_found_out()
    {
        await CreateAsync(120);

        StoreFile.Execute(_folder.File(), """
            DELETE FROM ledger WHERE number > 90;
            DELETE FROM ledger_rollout WHERE number > 90;
            UPDATE head SET number = 90, hash = (SELECT hash FROM ledger WHERE number = 90);
            UPDATE rollout SET ledger_number = 90;
            """);

        var problems = (await StoreFile.VerifyAsync(_folder.File())).Problems;
        Assert.Contains(problems, p => p.StartsWith("record 101: is missing: the ledger ended there", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("record 120: is missing: the ledger ended there", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ledger_that_was_rewritten_with_all_its_hashes_is_found_out()
    {
        await CreateAsync(120);

        Rewrite("reason 50", "reason 51");

        Assert.Equal(
            ["record 101: is not the one whose hash was signed at 2026-03-04T12:00:00.000Z: it, or one before it, was replaced", "record 120: is not the one whose hash was signed at 2026-03-04T12:00:00.000Z: it, or one before it, was replaced"],
            (await StoreFile.VerifyAsync(_folder.File())).Problems);
    }

    [Fact]
    public async Task A_store_that_was_rewritten_with_another_key_is_whole_by_itself_and_found_out_by_the_key_that_was_kept()
    {
        await CreateAsync(120);
        await using var ledger = await SqliteStore.OpenReadOnlyAsync(_folder.File(), None);
        var kept = (await ledger.KeyAsync(None))!;
        Assert.True((await ledger.VerifyAsync(kept, None)).IsWhole);

        Rewrite("reason 50", "reason 51");
        StoreFile.Execute(_folder.File(), "DELETE FROM signed_head; DELETE FROM signing_key");
        await using (await OpenAsync())
        {
            // Signs the new end, with a new key, when it is closed.
        }

        Assert.True((await StoreFile.VerifyAsync(_folder.File())).IsWhole);
        var problems = (await ledger.VerifyAsync(kept, None)).Problems;
        Assert.StartsWith("key: the ledger's own key is ", problems[0], StringComparison.Ordinal);
        Assert.StartsWith("signed head of record 120: is of the key ", problems[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_without_any_signature_does_not_stand_up_to_a_key_that_was_kept()
    {
        await CreateAsync(3);
        await using var ledger = await SqliteStore.OpenReadOnlyAsync(_folder.File(), None);
        var kept = (await ledger.KeyAsync(None))!;

        StoreFile.Execute(_folder.File(), "DELETE FROM signed_head; DELETE FROM signing_key");

        Assert.True((await ledger.VerifyAsync(None)).IsWhole);
        Assert.StartsWith("signed heads: there is none", Assert.Single((await ledger.VerifyAsync(kept, None)).Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(101, true)] // 19 records behind it may be younger than the next signature
    [InlineData(20, false)]
    [InlineData(1, false)]
    public async Task A_key_that_was_kept_misses_signatures_that_were_taken_away(long last, bool isWhole)
    {
        await CreateAsync(120);
        await using var ledger = await SqliteStore.OpenReadOnlyAsync(_folder.File(), None);
        var kept = (await ledger.KeyAsync(None))!;

        StoreFile.Execute(_folder.File(), $"DELETE FROM signed_head WHERE number > {last}");

        var check = await ledger.VerifyAsync(kept, None);
        Assert.Equal(isWhole, check.IsWhole);
        Assert.All(check.Problems, p => Assert.Equal("signed heads: the last one that fits is of record 1, so nothing shows that the 119 records behind it are of the key that they were to be checked with", p));
    }

    [Fact]
    public async Task A_damaged_key_does_not_keep_a_decision_from_being_recorded()
    {
        await CreateAsync(1);
        StoreFile.Execute(_folder.File(), "UPDATE signing_key SET private = x'00'");
        _time.Now += TimeSpan.FromDays(2);
        await using var store = await OpenAsync();
        var early = store.SigningFault;

        await RecordAsync(store, 1);

        Assert.All([early, store.SigningFault], fault => Assert.Equal("the store's signing key is damaged; restore the file from a backup", fault));
        Assert.Equal([1], await SignedAsync(store));
        Assert.Equal(2, (await store.VerifyAsync(None)).Records);
    }

    [Theory]
    [InlineData("SELECT 1", null)]
    [InlineData("UPDATE signing_key SET public = randomblob(32)", "the store's signing key is damaged; restore the file from a backup")]
    [InlineData("UPDATE signing_key SET public = 'x'", "the store's signing key is damaged; restore the file from a backup")]
    [InlineData("UPDATE signing_key SET private = 7", "the store's signing key is damaged; restore the file from a backup")]
    public async Task A_key_whose_halves_do_not_belong_together_is_told_when_the_store_is_opened(string change, string? fault)
    {
        await CreateAsync(1);
        StoreFile.Execute(_folder.File(), change);

        await using var store = await OpenAsync();

        Assert.Equal(fault, store.SigningFault);
    }

    [Fact]
    public async Task Heads_and_records_are_read_in_pages()
    {
        await CreateAsync(205);
        await using var ledger = await SqliteStore.OpenReadOnlyAsync(_folder.File(), None);

        Assert.Equal([101, 201], (await ledger.SignedHeadsAsync(1, 2, None)).Select(h => h.Number));
        Assert.Equal([203, 204, 205], (await ledger.RecordsAsync(202, 10, null, None)).Select(r => r.Number));
        Assert.Equal([4, 6], (await ledger.RecordsAsync(2, 2, "even", None)).Select(r => r.Number));
    }

    private Task<SqliteStore> OpenAsync() => SqliteStore.OpenAsync(_folder.File(), new() { Time = _time }, None);

    private async Task CreateAsync(int records)
    {
        await using var store = await OpenAsync();
        await RecordAsync(store, records);
    }

    private static async Task RecordAsync(SqliteStore store, int records)
    {
        for (var i = 1; i <= records; i++)
        {
            var next = Make.Running(i % 2 == 0 ? "even" : "odd");
            await store.RecordAsync(Make.Entry(next, why: $"reason {i}"), next, None);
        }
    }

    private static async Task<IEnumerable<long>> SignedAsync(ILedgerReader ledger) => (await ledger.SignedHeadsAsync(0, 100, None)).Select(h => h.Number);

    private async Task<IEnumerable<long>> SignedAsync()
    {
        await using var ledger = await SqliteStore.OpenReadOnlyAsync(_folder.File(), None);
        return await SignedAsync(ledger);
    }

    // As somebody would who knows how the chain is made.
    private void Rewrite(string from, string to)
    {
        var previous = LedgerChain.Beginning;
        for (var number = 1; number <= 120; number++)
        {
            var body = StoreFile.Query<string>(_folder.File(), $"SELECT body FROM ledger WHERE number = {number}").Replace($"\"{from}\"", $"\"{to}\"", StringComparison.Ordinal);
            var hash = LedgerChain.HashOf(number, previous, body);
            StoreFile.Execute(_folder.File(), "UPDATE ledger SET body = @body, previous = @previous, hash = @hash WHERE number = @number; UPDATE head SET hash = @hash", new { body, previous, hash, number });
            previous = hash;
        }
    }
}
