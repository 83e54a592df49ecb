using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;

namespace Haldane.Store.Tests;

/// <summary>What people have set.</summary>
public abstract partial class RolloutStoreContract
{
    [Fact]
    public async Task What_is_set_comes_back_until_it_is_removed()
    {
        await _store.RecordAsync(Set("freeze", "b", """{"why":"x","n":1.50}"""), None);
        await _store.RecordAsync(Set("freeze", "a", """{"why":"y"}"""), None);
        await _store.RecordAsync(Set("token", "a", """{"id":"a"}"""), None);
        await _store.RecordAsync(Set("freeze", "b", """{"why":"z"}"""), None);
        await ReopenAsync();

        var set = await _store.SettingsAsync("freeze", None);
        await _store.RecordAsync(Set("freeze", "a", null), None);
        await _store.RecordAsync(Set("freeze", "nothing", null), None);

        Assert.Equal([("a", """{"why":"y"}"""), ("b", """{"why":"z"}""")], set.Select(s => (s.Name, s.Body!.Value.GetRawText())));
        Assert.Equal(["b"], (await _store.SettingsAsync("freeze", None)).Select(s => s.Name));
        Assert.Equal(["a"], (await _store.SettingsAsync("token", None)).Select(s => s.Name));
        Assert.Equal(6, (await _store.LedgerAsync(null, 10, null, None)).Count);
        Assert.Empty(await _store.LedgerAsync(null, 10, "freeze", None));
        Assert.True((await _store.VerifyAsync(None)).IsWhole);
    }

    [Fact]
    public async Task Settings_and_decisions_stand_in_one_chain()
    {
        await _store.RecordAsync(Set("freeze", "a", "{}"), None);
        var next = Make.Running("fraud-v2");
        await _store.RecordAsync(Make.Entry(next, "started"), next, None);
        await _store.RecordAsync(Set("freeze", "a", null), None);

        Assert.Equal([3, 2, 1], (await _store.LedgerAsync(null, 10, null, None)).Select(r => r.Number));
        Assert.Equal([2], (await _store.LedgerAsync(null, 10, "fraud-v2", None)).Select(r => r.Number));
        Assert.True((await _store.VerifyAsync(None)).IsWhole);
    }

    [Fact]
    public async Task What_is_set_for_a_rollout_stands_among_its_records()
    {
        var next = Make.Running("fraud-v2");
        await _store.RecordAsync([Set("rollout", "fraud-v2", "{}"), Set("freeze", "fraud-v2", "{}"), Set("override", "other", "{}")], None);
        await _store.RecordAsync(Make.Entry(next, "started"), next, None);
        await _store.RecordAsync(Set("override", "fraud-v2", "{}"), None);
        await _store.RecordAsync(Set("rollout", "fraud-v2", null), None);
        await ReopenAsync();

        Assert.Equal([6, 5, 4, 1], (await _store.LedgerAsync(null, 10, "fraud-v2", None)).Select(r => r.Number));
        Assert.Equal([5, 6], (await _store.RecordsAsync(4, 10, "fraud-v2", None)).Select(r => r.Number));
        Assert.Equal([3], (await _store.LedgerAsync(null, 10, "other", None)).Select(r => r.Number));
        Assert.True((await _store.VerifyAsync(None)).IsWhole);
    }

    [Fact]
    public async Task Several_settings_are_recorded_together_or_not_at_all()
    {
        var records = await _store.RecordAsync([Set("model", "a", "{}"), Set("rollout", "b", "{}"), Set("model", "a", null)], None);
        await Assert.ThrowsAsync<ArgumentException>(() => _store.RecordAsync([Set("model", "c", "{}"), Set("model", "d", "{}") with { Setting = null }], None));

        Assert.Equal([1, 2, 3], records.Select(r => r.Number));
        Assert.Empty(await _store.SettingsAsync("model", None));
        Assert.Equal(["b"], (await _store.SettingsAsync("rollout", None)).Select(s => s.Name));
        Assert.True((await _store.VerifyAsync(None)).IsWhole);
    }

    [Fact]
    public async Task An_entry_that_sets_nothing_is_no_setting()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _store.RecordAsync(Set("freeze", "a", "{}") with { Setting = null }, None));
        await Assert.ThrowsAsync<ArgumentException>(() => _store.RecordAsync(Set("freeze", "a", "{}") with { Rollout = "fraud-v2" }, None));

        Assert.Empty(await _store.LedgerAsync(null, 10, null, None));
    }

    internal static LedgerEntry Set(string kind, string name, string? body) => new()
    {
        At = new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero),
        Kind = body is null ? "removed" : "set",
        Rollout = "",
        Run = 0,
        Model = "",
        By = "ada",
        Why = "x",
        Stage = 0,
        From = Share.None,
        To = Share.None,
        Setting = new(kind, name, body is null ? null : JsonElement.Parse(body)),
    };
}
