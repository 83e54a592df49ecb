using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification.Changes;
using static Haldane.Control.Tests.Specifications.SpecificationWorld;

namespace Haldane.Control.Tests.Specifications;

/// <summary>The specification is changed while everything runs.</summary>
public sealed class SpecificationDeskTests : IDisposable
{
    private readonly SpecificationWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_new_rollout_can_be_started_and_stands_in_the_ledger()
    {
        await _world.OpenAsync(Model());

        var report = await _world.SendAsync(Plan());
        var started = await _world.Controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);

        Assert.Equal((ChangeOutcome.Applied, "rollout fraud-v2 added"), (report.Outcome, report.Message));
        Assert.Equal(CommandOutcomeKind.Done, started.Kind);
        var entry = _world.Disk.Entries.Single(e => e.Setting?.Name == "fraud-v2");
        Assert.Equal(("set", "ann", "rollout fraud-v2 added: because", "fraud"), (entry.Kind, entry.By, entry.Why, entry.Model));
        Assert.Equal("publish fraud fraud-v2 run 1 stage 0 5%", _world.Journal.Lines[^1]);
    }

    [Fact]
    public async Task What_is_said_already_changes_nothing_however_it_is_written()
    {
        await _world.OpenAsync(Model(), Plan());
        var records = _world.Disk.Ledger.Count;

        var report = await _world.SendAsync("# the same\n" + Plan().Replace("share: 5%", "share: 5.00%", StringComparison.Ordinal));

        Assert.Equal((ChangeOutcome.Unchanged, records), (report.Outcome, _world.Disk.Ledger.Count));
        Assert.Empty(report.Changes);
    }

    [Fact]
    public async Task A_plan_is_not_changed_under_a_run_unless_somebody_agrees()
    {
        await _world.OpenAsync(Model(), Plan());
        await _world.Controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);
        var changed = Plan().Replace("share: 5%", "share: 2%", StringComparison.Ordinal);

        var refused = await _world.SendAsync(changed);
        var standing = _world.Controller.Rollouts[0].Rollout;
        var agreed = await _world.ApplyAsync(new() { Sources = [Source(changed)], MayMoveTraffic = true, Why = "smaller" });

        Assert.Equal((ChangeOutcome.MovesTraffic, Phase.Running), (refused.Outcome, standing.Phase));
        Assert.Contains(refused.Effects, e => e is { MovesTraffic: true } && e.Message.StartsWith("fraud-v2 is taken back", StringComparison.Ordinal));
        Assert.Equal((ChangeOutcome.Applied, Phase.Draft, 200), (agreed.Outcome, _world.Controller.Rollouts[0].Rollout.Phase, _world.Controller.Rollouts[0].Rollout.Spec.Stages[0].Share.BasisPoints));
        Assert.Equal("ann: the rollout's specification was changed while it ran: smaller", _world.Disk.Entries[^1].Why);
        Assert.Equal("publish fraud v1", _world.Journal.Lines[^1]);
        Assert.Equal(new FieldChange("spec.stages[0].share", "5%", "2%"), Assert.Single(agreed.Changes[0].Fields));
    }

    [Fact]
    public async Task Servers_come_and_go_under_a_run()
    {
        await _world.OpenAsync(Model(), Plan());
        await _world.Controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);

        var report = await _world.SendAsync(Model().Replace("9002\"]", "9002\", \"http://127.0.0.1:9003\"]", StringComparison.Ordinal));

        Assert.Equal((ChangeOutcome.Applied, Phase.Running), (report.Outcome, _world.Controller.Rollouts[0].Rollout.Phase));
        Assert.Empty(report.Effects);
        Assert.Equal("publish fraud fraud-v2 run 1 stage 0 5%", _world.Journal.Lines[^1]);
    }

    [Fact]
    public async Task A_dry_run_says_all_and_changes_nothing()
    {
        await _world.OpenAsync(Model());
        var (records, lines) = (_world.Disk.Ledger.Count, _world.Journal.Lines.Count);

        var report = await _world.ApplyAsync(new() { Sources = [Source(Plan("auto"))], IsDryRun = true });

        Assert.Equal((ChangeOutcome.WouldApply, _world.Desk.Current.Revision), (report.Outcome, report.Revision));
        Assert.Equal("fraud-v2 starts by itself: v2 serves a part of fraud", Assert.Single(report.Effects).Message);
        Assert.Equal((records, lines, 0), (_world.Disk.Ledger.Count, _world.Journal.Lines.Count, _world.Outside.Committed));
        Assert.Empty(_world.Controller.Rollouts);
    }

    [Fact]
    public async Task A_model_that_goes_is_served_no_longer_if_somebody_agrees()
    {
        await _world.OpenAsync(Model(), Model("chat"), Plan());

        var orphaned = await _world.ApplyAsync(new() { Remove = [new("Model", "fraud")], MayMoveTraffic = true });
        var refused = await _world.ApplyAsync(new() { Remove = [new("Model", "chat")] });
        var done = await _world.ApplyAsync(new() { Remove = [new("Model", "chat")], MayMoveTraffic = true });

        Assert.Equal(ChangeOutcome.Invalid, orphaned.Outcome);
        Assert.Equal("rollout fraud-v2 (in force)", Assert.Single(orphaned.Errors).File);
        Assert.Equal((ChangeOutcome.MovesTraffic, "chat is served no longer: callers of /chat get 404"), (refused.Outcome, Assert.Single(refused.Effects).Message));
        Assert.Equal(ChangeOutcome.Applied, done.Outcome);
        Assert.Equal(["fraud"], _world.Controller.Models.Select(m => m.Name));
    }

    [Fact]
    public async Task Whoever_looked_at_another_revision_is_told_so()
    {
        await _world.OpenAsync(Model());
        var seen = _world.Desk.Current.Revision;
        await _world.SendAsync(Plan());

        var report = await _world.ApplyAsync(new() { Remove = [new("Rollout", "fraud-v2")], Revision = seen });

        Assert.Equal((ChangeOutcome.Stale, _world.Desk.Current.Revision), (report.Outcome, report.Revision));
        Assert.Single(_world.Controller.Rollouts);
    }

    [Fact]
    public async Task Pruning_takes_what_no_file_names_as_far_as_the_person_has_to_do_with_it()
    {
        await _world.OpenAsync(Model(), Model("chat"), Plan());
        var own = new ChangeOrder { Sources = [Source(Model())], Prune = true, MayMoveTraffic = true, IsDryRun = true };

        var all = await _world.Desk.ApplyAsync(own, Ann, None);
        var some = await _world.Desk.ApplyAsync(own, Ann with { Models = ["fraud"] }, None);

        Assert.Equal(["model chat", "rollout fraud-v2"], all.Changes.Select(c => c.Id.ToString()));
        Assert.Equal(["rollout fraud-v2"], some.Changes.Select(c => c.Id.ToString()));
    }

    [Theory]
    [InlineData(Role.Operator, "Rollout", true)]
    [InlineData(Role.Operator, "Model", false)]
    [InlineData(Role.Operator, "Policy", false)]
    [InlineData(Role.Operator, "Webhook", false)]
    [InlineData(Role.Approver, "Model", false)]
    [InlineData(Role.Admin, "Model", true)]
    [InlineData(Role.Admin, "Policy", true)]
    [InlineData(Role.Admin, "Webhook", true)]
    public async Task Plans_are_the_operators_and_all_else_is_the_admins(Role role, string kind, bool may)
    {
        await _world.OpenAsync(Model());
        var text = kind switch
        {
            "Rollout" => Plan(),
            "Model" => Model("chat"),
            "Policy" => Head("Policy", "one") + "spec: { atMost: 1 }\n",
            _ => Head("Webhook", "ops") + "spec: { url: \"http://127.0.0.1:9/x\" }\n",
        };

        var report = await _world.Desk.ApplyAsync(new() { Sources = [Source(text)] }, Ann with { Role = role }, None);

        Assert.Equal(may ? ChangeOutcome.Applied : ChangeOutcome.Forbidden, report.Outcome);
        Assert.Equal(may ? 2 : 1, _world.Desk.Current.Documents.Count);
    }

    [Theory]
    [InlineData("chat", ChangeOutcome.Forbidden)]
    [InlineData("fraud", ChangeOutcome.Applied)]
    public async Task Whoever_has_to_do_with_one_model_plans_for_that_one(string model, ChangeOutcome outcome)
    {
        await _world.OpenAsync(Model(), Model("chat"));

        var report = await _world.Desk.ApplyAsync(new() { Sources = [Source(Plan())] }, Ann with { Role = Role.Operator, Models = [model] }, None);
        var hidden = await _world.Desk.ApplyAsync(new() { Remove = [new("Model", model == "chat" ? "fraud" : "chat")] }, Ann with { Models = [model] }, None);

        Assert.Equal((outcome, ChangeOutcome.NotFound), (report.Outcome, hidden.Outcome));
    }

    [Fact]
    public async Task What_cannot_be_followed_outside_is_not_done_at_all()
    {
        await _world.OpenAsync(Model());
        _world.Outside.Fault = "header x of version v1 of model fraud: env SECRET is not there or empty";

        var report = await _world.SendAsync(Plan());

        Assert.Equal((ChangeOutcome.Invalid, _world.Outside.Fault), (report.Outcome, Assert.Single(report.Errors).Message));
        Assert.Empty(_world.Controller.Rollouts);
    }

    [Fact]
    public async Task Every_mistake_is_told_with_its_place_in_what_was_sent()
    {
        await _world.OpenAsync(Model());

        var report = await _world.SendAsync(Plan().Replace("model: fraud", "model: freud", StringComparison.Ordinal).Replace("ratio: 2", "ratio: two", StringComparison.Ordinal));

        Assert.Equal(ChangeOutcome.Invalid, report.Outcome);
        Assert.Equal([("sent.yaml", 5), ("sent.yaml", 10)], report.Errors.Select(e => (e.File, e.Line)));
    }
}
