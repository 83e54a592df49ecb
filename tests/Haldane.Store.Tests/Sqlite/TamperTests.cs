using Haldane.Core.Ports;
using Haldane.Store.Sqlite;

namespace Haldane.Store.Tests.Sqlite;

/// <summary>Changes that an intruder makes with an SQLite tool: each must be named.</summary>
public sealed class TamperTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("UPDATE ledger SET body = replace(body, 'reason 5', 'reason 9') WHERE number = 5", "record 5: was altered")]
    [InlineData("UPDATE ledger SET body = replace(body, '\"judge\"', '\"me\"') WHERE number = 12", "record 12: was altered")]
    [InlineData("UPDATE ledger SET body = body || ' ' WHERE number = 5", "record 5: was altered")]
    [InlineData("UPDATE ledger SET body = CAST(body AS BLOB) WHERE number = 5", "record 5: body, previous or hash is not text")]
    [InlineData("UPDATE ledger SET hash = CAST(hash AS BLOB) WHERE number = 5", "record 5: body, previous or hash is not text")]
    [InlineData("UPDATE ledger SET previous = CAST(previous AS BLOB) WHERE number = 12", "record 12: body, previous or hash is not text")]
    [InlineData("UPDATE ledger SET previous = 7 WHERE number = 5", "record 5: was altered")] // column affinity makes it text
    [InlineData("UPDATE ledger SET body = CAST(x'ff' AS TEXT) WHERE number = 5", "record 5: body, previous or hash is not text")]
    [InlineData("UPDATE ledger SET body = '' WHERE number = 5", "record 5: was altered")]
    [InlineData("UPDATE ledger SET hash = upper(hash) WHERE number = 5", "record 5: was altered")]
    [InlineData("UPDATE ledger SET previous = hash WHERE number = 5", "record 5: was altered")]
    [InlineData("UPDATE ledger SET number = 55 WHERE number = 5", "record 5: is missing")]
    [InlineData("UPDATE ledger SET number = -5 WHERE number = 5", "record 1: stands under the number -5|record -5: stands after")]
    [InlineData("DELETE FROM ledger WHERE number = 5", "record 5: is missing")]
    [InlineData("DELETE FROM ledger WHERE number BETWEEN 3 AND 9", "record 3: is missing, and all before record 10")]
    [InlineData("DELETE FROM ledger WHERE number > 9", "record 10: is missing: the ledger ends at record 9, its recorded end is record 12")]
    [InlineData("DELETE FROM ledger", "record 1: is missing")]
    [InlineData("UPDATE head SET number = 11", "record 12: stands after the recorded end of the ledger, record 11")]
    [InlineData("UPDATE head SET number = 13", "record 13: is missing")]
    [InlineData("UPDATE head SET hash = replace(hash, substr(hash, 9, 1), 'x')", "record 12: is not the recorded end")]
    [InlineData("UPDATE head SET hash = CAST(hash AS BLOB)", "record 12: the recorded end of the ledger is not as it was written")]
    [InlineData("DELETE FROM head", "record 12: the recorded end of the ledger is missing")]
    [InlineData("UPDATE rollout SET ledger_number = 10 WHERE name = 'even'", "record 10: is not the last record of rollout 'even'")]
    [InlineData("UPDATE rollout SET ledger_number = 99 WHERE name = 'even'", "record 99: is not the last record of rollout 'even'")]
    [InlineData("UPDATE rollout SET run = 2 WHERE name = 'even'", "record 12: the state of rollout 'even' does not agree")]
    [InlineData("UPDATE rollout SET state = replace(state, '\"stage\":0', '\"stage\":2') WHERE name = 'even'", "record 12: the state of rollout 'even' does not agree")]
    [InlineData("UPDATE rollout SET state = replace(state, 'Running', 'Promoted') WHERE name = 'even'", "record 12: the state of rollout 'even' does not agree")]
    [InlineData("UPDATE rollout SET state = replace(state, '\"share\":100,', '\"share\":9000,') WHERE name = 'even'", "record 12: the state of rollout 'even' does not agree")]
    [InlineData("UPDATE rollout SET state = json_set(state, '$.startedBy', 'eve') WHERE name = 'even'", "record 12: the state of rollout 'even' does not agree with it: the state says that eve has started it")]
    [InlineData("UPDATE rollout SET state = json_set(state, '$.approvals', json('[{\"stage\":0,\"by\":\"eve\",\"why\":\"x\",\"at\":\"2026-01-01T00:00:00+00:00\"}]')) WHERE name = 'even'", "record 12: the state of rollout 'even' does not agree")]
    [InlineData("UPDATE rollout SET state = '{' WHERE name = 'odd'", "record 11: the state of rollout 'odd' cannot be read")]
    [InlineData("DELETE FROM rollout WHERE name = 'odd'", "record 11: the state of rollout 'odd' is missing")]
    [InlineData("UPDATE ledger_rollout SET rollout = 'odd' WHERE number = 4", "record 4: the index has it under rollout 'odd'")]
    [InlineData("DELETE FROM ledger_rollout WHERE number = 4", "record 4: is missing in the index of rollout 'even'")]
    [InlineData("UPDATE evidence SET body = replace(body, '17', '18') WHERE number = 4", "record 4: the evidence that it rests on")]
    [InlineData("UPDATE evidence SET body = replace(body, '17', '18') WHERE number = 4", "evidence of run 1, slice 4: was altered")]
    [InlineData("UPDATE evidence SET body = CAST(body AS BLOB) WHERE number = 4", "evidence of run 1, slice 4: its body or digest is not text")]
    [InlineData("UPDATE evidence SET digest = hex(digest) WHERE number = 4", "evidence of run 1, slice 4: was altered")]
    [InlineData("DELETE FROM evidence WHERE number = 12", "record 12: rests on slice 12 of run 1, which is missing")]
    [InlineData("DELETE FROM evidence WHERE number = 4", "record 4: rests on slice 4 of run 1, which is missing")]
    [InlineData("DELETE FROM evidence", "record 1: rests on slice 1 of run 1, which is missing")]
    public async Task A_change_is_named(string change, string problem)
    {
        await StoreFile.CreateAsync(_folder.File(), 12);
        Assert.Empty((await StoreFile.VerifyAsync(_folder.File())).Problems);

        StoreFile.Execute(_folder.File(), change);

        var check = await StoreFile.VerifyAsync(_folder.File());
        Assert.Contains(check.Problems, found => problem.Split('|').Any(expected => found.StartsWith(expected, StringComparison.Ordinal)));
        Assert.False(check.IsWhole);
    }

    [Theory]
    [InlineData("INSERT INTO setting VALUES ('token', 'eve', '{\"role\":\"Admin\"}', 2)", "the token 'eve' is in no record")]
    [InlineData("UPDATE setting SET body = replace(body, 'Viewer', 'Admin') WHERE name = 'ada'", "record 1: the token 'ada' is not what it says")]
    [InlineData("UPDATE setting SET body = '{' WHERE name = 'ada'", "record 1: the token 'ada' is not what it says")]
    [InlineData("UPDATE setting SET body = CAST(body AS BLOB) WHERE name = 'ada'", "record 1: the token 'ada' is not as it was written")]
    [InlineData("UPDATE setting SET name = 'eve' WHERE name = 'ada'", "the token 'eve' is in no record|record 1: the token 'ada' is missing")]
    [InlineData("INSERT INTO setting VALUES ('token', 'ben', '{\"role\":\"Viewer\"}', 3)", "record 3: the token 'ben' is not what it says")]
    [InlineData("DELETE FROM setting", "record 1: the token 'ada' is missing")]
    [InlineData("DROP TABLE setting", "the settings cannot be read")]
    public async Task A_change_to_what_is_set_is_named(string change, string problem)
    {
        await using (var store = await SqliteStore.OpenAsync(_folder.File(), CancellationToken.None))
        {
            await store.RecordAsync(RolloutStoreContract.Set("token", "ada", """{"role":"Viewer"}"""), CancellationToken.None);
            await store.RecordAsync(RolloutStoreContract.Set("token", "ben", """{"role":"Viewer"}"""), CancellationToken.None);
            await store.RecordAsync(RolloutStoreContract.Set("token", "ben", null), CancellationToken.None);
        }

        Assert.Empty((await StoreFile.VerifyAsync(_folder.File())).Problems);

        StoreFile.Execute(_folder.File(), change);

        Assert.Contains((await StoreFile.VerifyAsync(_folder.File())).Problems, found => problem.Split('|').Any(expected => found.StartsWith(expected, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Two_swapped_records_are_both_named()
    {
        await StoreFile.CreateAsync(_folder.File(), 12);

        StoreFile.Execute(_folder.File(), """
            UPDATE ledger SET number = -1 WHERE number = 4;
            UPDATE ledger SET number = 4 WHERE number = 6;
            UPDATE ledger SET number = 6 WHERE number = -1;
            """);

        Assert.Equal(
            [
                "record 4: was altered: body, previous and hash do not belong together",
                "record 5: does not follow record 4: one of the two was replaced",
                "record 6: was altered: body, previous and hash do not belong together",
                "record 7: does not follow record 6: one of the two was replaced",
            ],
            (await StoreFile.VerifyAsync(_folder.File())).Problems.Where(p => p.Contains("belong", StringComparison.Ordinal) || p.Contains("follow", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_record_rewritten_with_its_hash_breaks_the_link_of_the_next()
    {
        await StoreFile.CreateAsync(_folder.File(), 12);
        var body = StoreFile.Query<string>(_folder.File(), "SELECT body FROM ledger WHERE number = 5").Replace("judge", "me", StringComparison.Ordinal);
        var previous = StoreFile.Query<string>(_folder.File(), "SELECT previous FROM ledger WHERE number = 5");
        var hash = Core.Ledger.LedgerChain.HashOf(5, previous, body);

        StoreFile.Execute(_folder.File(), "UPDATE ledger SET body = @body, hash = @hash WHERE number = 5", new { body, hash });

        Assert.Equal(["record 6: does not follow record 5: one of the two was replaced"], (await StoreFile.VerifyAsync(_folder.File())).Problems);
    }

    [Fact]
    public async Task One_altered_record_is_the_only_one_named()
    {
        await StoreFile.CreateAsync(_folder.File(), 12);

        StoreFile.Execute(_folder.File(), "UPDATE ledger SET hash = upper(hash) WHERE number = 8");

        Assert.Equal(
            ["record 8: was altered: body, previous and hash do not belong together"], (await StoreFile.VerifyAsync(_folder.File())).Problems);
    }

    [Fact]
    public async Task A_body_that_is_no_entry_is_named_even_when_its_chain_is_whole()
    {
        await StoreFile.CreateAsync(_folder.File(), 0);
        var hash = Core.Ledger.LedgerChain.HashOf(1, Core.Ledger.LedgerChain.Beginning, "{}");
        StoreFile.Execute(
            _folder.File(),
            "INSERT INTO ledger VALUES (1, '{}', @previous, @hash); UPDATE head SET number = 1, hash = @hash",
            new { previous = Core.Ledger.LedgerChain.Beginning, hash });

        var problem = Assert.Single((await StoreFile.VerifyAsync(_folder.File())).Problems);

        Assert.StartsWith("record 1: its body is not a ledger entry", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_problems_are_counted_after_the_first_ones()
    {
        await StoreFile.CreateAsync(_folder.File(), 60);

        StoreFile.Execute(_folder.File(), "UPDATE ledger SET hash = upper(hash)");

        var problems = (await StoreFile.VerifyAsync(_folder.File())).Problems;
        Assert.Equal(20, problems.Count);
        Assert.Equal("record 19: was altered: body, previous and hash do not belong together", problems[18]);
        Assert.Matches("^and [0-9]+ more problems$", problems[19]);
    }

    [Fact]
    public async Task Verify_names_damage_made_while_the_store_is_open()
    {
        await StoreFile.CreateAsync(_folder.File(), 12);
        await using var store = await Haldane.Store.Sqlite.SqliteStore.OpenAsync(_folder.File(), CancellationToken.None);
        Assert.Empty((await store.VerifyAsync(CancellationToken.None)).Problems);

        StoreFile.Execute(_folder.File(), "UPDATE ledger SET hash = upper(hash) WHERE number = 8");

        Assert.Single((await store.VerifyAsync(CancellationToken.None)).Problems);
    }
}
