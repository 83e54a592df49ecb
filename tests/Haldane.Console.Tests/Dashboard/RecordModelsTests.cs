using System.Text.Json;
using Haldane.Console.Dashboard.Records;
using Haldane.Core.Ledger;

namespace Haldane.Console.Tests.Dashboard;

public class RecordModelsTests
{
    private static readonly LedgerEntry Held = new()
    {
        At = new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero),
        Kind = "held",
        Rollout = "fraud-v2",
        Run = 3,
        Model = "fraud",
        By = "judge",
        Why = "it bakes",
        Stage = 0,
        From = new(100),
        To = new(100),
    };

    private static readonly LedgerEntry Aside = Held with { Kind = LedgerKinds.Set, Rollout = "", Run = 0, By = "ann", Setting = new(Setting.Override, "fraud-v2", JsonElement.Parse("{}")) };

    [Fact]
    public void In_the_ledger_of_all_each_says_what_it_is_about_and_leads_there()
    {
        var freeze = Aside with { Setting = new(Setting.Freeze, "weekend", null) };

        var records = Of(null, Held, Aside, freeze).Records;

        Assert.Equal([("fraud-v2, run 3", "/rollouts/fraud-v2"), ("override fraud-v2", "/rollouts/fraud-v2"), ("freeze weekend", null)], records.Select(r => (r.About, r.Href)));
        Assert.Equal(["1%", null, null], records.Select(r => r.Shares));
    }

    [Fact]
    public void On_its_own_page_a_rollout_is_named_only_where_something_was_set_for_it()
    {
        var records = Of("fraud-v2", Held, Aside).Records;

        Assert.Equal([(null, null), ("override fraud-v2", (string?)null)], records.Select(r => (r.About, r.Href)));
    }

    [Fact]
    public void A_record_that_was_altered_is_said_to_be()
    {
        var altered = RecordModels.Of("/ledger", null, [new(7, "{", "aa", "bb")], 30).Records[0];

        Assert.Equal((7, "unreadable", null, null), (altered.Number, altered.Kind, altered.About, altered.Href));
    }

    [Fact]
    public void Older_ones_are_asked_for_where_as_many_came_as_were_asked_for()
    {
        Assert.Equal("/ledger?before=1", RecordModels.Of("/ledger", null, [Record(1, Held)], 1).Older);
        Assert.Null(RecordModels.Of("/ledger", null, [Record(1, Held)], 2).Older);
    }

    private static RecordsModel Of(string? rollout, params LedgerEntry[] entries) =>
        RecordModels.Of("/ledger", rollout, [.. entries.Select((e, i) => Record(i + 1, e))], 30);

    private static LedgerRecord Record(long number, LedgerEntry entry) => LedgerChain.Append(entry, number, LedgerChain.Beginning);
}
