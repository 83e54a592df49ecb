using Haldane.Control.Tests.Fakes;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Policies;

/// <summary>Freezes, limits and approvals, from the command to the ledger.</summary>
public sealed class FreezeTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_frozen_rollout_keeps_its_share_and_goes_on_when_the_freeze_is_lifted()
    {
        using var world = await World.StartedAsync();

        var begun = await FreezeAsync(world);
        await world.TickAsync(9);
        var frozen = world.View.Rollout;
        var lifted = await world.Controller.LiftAsync("incident", world.By, "over", None);
        await world.TickAsync(2);

        Assert.Equal(new(CommandOutcomeKind.Done, "all models are frozen until somebody lifts incident"), begun);
        Assert.Equal((0, HoldReason.Frozen, "frozen by incident: ann: an outage"), (frozen.Stage, frozen.Hold, frozen.Reason));
        Assert.Equal((CommandOutcomeKind.Done, 1), (lifted.Kind, world.View.Rollout.Stage));
        Assert.Equal(["set", "removed"], world.Disk.Entries.Where(e => e.Setting is not null).Select(e => e.Kind));
        Assert.Equal(("ann", "an outage"), (world.Disk.Entries.First(e => e.Setting is not null).By, world.Disk.Entries.First(e => e.Setting is not null).Why));
    }

    [Fact]
    public async Task A_stage_with_a_schedule_is_left_when_its_hours_have_come()
    {
        var rollout = Make.Rollout();
        var (soon, time) = (new HandTime().GetUtcNow().AddMinutes(2), TimeSpan.FromMinutes(10));
        using var world = await World.StartedAsync(rollout with { Stages = [rollout.Stages[0] with { Schedule = [new($"{soon.Minute} {soon.Hour} * * *", time, "UTC")] }, rollout.Stages[1]] });
        await world.TickAsync(30);
        var closed = world.View.Rollout;
        var advance = await world.AskAsync(RolloutCommand.Advance);
        await world.TickAsync(150);

        Assert.Equal((0, HoldReason.Frozen, $"frozen by the schedule of its stage, {soon.Minute} {soon.Hour} * * * for 10m (UTC)"), (closed.Stage, closed.Hold, closed.Reason));
        Assert.Equal(CommandOutcomeKind.Conflict, advance.Kind);
        Assert.NotEqual(0, world.View.Rollout.Stage);
    }

    [Fact]
    public async Task A_freeze_outlives_a_restart_and_so_does_its_end()
    {
        using var world = await World.StartedAsync();
        await FreezeAsync(world);

        using var next = await world.RestartAsync();
        await next.TickAsync(9);
        await next.Controller.LiftAsync("incident", next.By, null, None);
        using var last = await next.RestartAsync();
        await last.TickAsync(2);

        Assert.Equal((0, HoldReason.Frozen), (next.View.Rollout.Stage, next.View.Rollout.Hold));
        Assert.Equal(1, last.View.Rollout.Stage);
    }

    [Fact]
    public async Task A_frozen_rollout_does_not_start_but_can_be_taken_back()
    {
        using var world = await World.StartedAsync();
        await FreezeAsync(world);

        var back = await world.RollBackAsync();
        var start = await world.StartAsync();

        Assert.Equal(CommandOutcomeKind.Done, back.Kind);
        Assert.Equal(new(CommandOutcomeKind.Conflict, "fraud-v2 cannot start: it is frozen by incident: ann: an outage"), start);
    }

    [Fact]
    public async Task A_freeze_can_be_set_aside_for_one_rollout_by_name()
    {
        using var world = await World.StartedAsync();
        var nothing = await world.AskAsync(RolloutCommand.Override);
        await FreezeAsync(world);
        await world.TickAsync(9);

        var aside = await world.AskAsync(RolloutCommand.Override);
        await world.TickAsync();

        Assert.Equal("no freeze holds fraud-v2", nothing.Message);
        Assert.Equal((CommandOutcomeKind.Done, 1), (aside.Kind, world.View.Rollout.Stage));
        Assert.Contains(world.Disk.Entries, e => e is { Kind: "set", By: "ann", Why: "a smell", Model: "fraud", FiledUnder: "fraud-v2", Setting: { Kind: "override", Name: "fraud-v2" } });
        Assert.Equal("ann sets incident aside for fraud-v2: a smell", aside.Message);
    }

    [Fact]
    public async Task An_override_holds_for_its_freeze_only_and_outlives_a_restart()
    {
        using var world = await World.StartedAsync();
        await FreezeAsync(world);
        await world.AskAsync(RolloutCommand.Override);
        using var next = await world.RestartAsync();
        await next.TickAsync(4);
        var moved = next.View.Rollout.Stage;
        await next.Controller.LiftAsync("incident", next.By, null, None);
        next.Time.Pass(TimeSpan.FromMinutes(1));
        await FreezeAsync(next);
        await next.TickAsync(9);

        Assert.Equal(1, moved);
        Assert.Equal((1, HoldReason.Frozen), (next.View.Rollout.Stage, next.View.Rollout.Hold));
    }

    // What is only known, and not running, has nothing that an override could write over: not what an older plan of the name has left.
    [Fact]
    public async Task An_override_before_the_start_leaves_what_was_promoted()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(30);
        var promoted = world.View.Rollout.Phase;
        var changed = world.Set.Rollouts[0] with { Warm = TimeSpan.FromMinutes(3) };
        using var next = await world.RestartAsync(world.Set with { Rollouts = [changed] });
        await FreezeAsync(next);
        await next.AskAsync(RolloutCommand.Override);

        using var last = await next.RestartAsync();

        Assert.Equal(Phase.Promoted, promoted);
        Assert.Equal("v2", last.Controller.Models[0].Serving);
    }

    [Fact]
    public async Task Lowering_the_risk_of_a_model_while_it_moves_does_not_make_one_person_enough()
    {
        var rollout = Make.Rollout() with { Stages = [.. Make.Rollout().Stages.Select(s => s with { Approval = new() })] };
        var set = Make.Set(rollout);
        using var world = await World.OpenAsync(set with { Models = [.. set.Models.Select(m => m with { About = new() { Risk = RiskClass.High } })] });
        world.By = new("ann") { Role = Role.Admin, IsProven = true };
        await world.StartAsync();
        using var next = await world.RestartAsync(set);
        next.By = world.By;

        var refused = await next.AskAsync(RolloutCommand.Approve);

        Assert.Contains("ann has started this run", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_to_start_by_itself_waits_for_the_end_of_a_freeze()
    {
        var set = Make.Set(Make.Rollout() with { Start = StartMode.Auto });
        using var world = await World.OpenAsync(set);
        await FreezeAsync(world);
        _ = world.Run();
        await world.Time.TimerMade.Soon();
        var (waiting, version) = (world.View.Rollout.Phase, world.View.Version);

        await world.Controller.LiftAsync("incident", world.By, null, None);
        world.Time.Fire();
        await world.Controller.ChangedAsync("fraud-v2", version, None).Soon();

        Assert.Single(world.Log.All, l => l.Text.Contains("cannot start: it is frozen by incident", StringComparison.Ordinal));
        Assert.Equal((Phase.Draft, Phase.Running), (waiting, world.View.Rollout.Phase));
        await world.StopAsync();
    }

    [Fact]
    public async Task As_many_rollouts_move_as_the_policy_lets()
    {
        var set = Make.Set(Make.Rollout(), Make.Rollout() with { Name = "chat-v2", Model = "chat" });
        var chat = set.Models[0] with { Name = "chat", Route = new("/chat") };
        using var world = await World.OpenAsync(set with { Models = [.. set.Models, chat], Policies = [new() { Name = "house", AtMost = 1 }] });

        var first = await world.StartAsync();
        var second = await world.StartAsync("chat-v2");
        await world.RollBackAsync();
        var later = await world.StartAsync("chat-v2");

        Assert.Equal((CommandOutcomeKind.Done, CommandOutcomeKind.Done), (first.Kind, later.Kind));
        Assert.Equal(new(CommandOutcomeKind.Conflict, "the policy house lets 1 rollout move at once, and 1 moves: fraud-v2"), second);
    }

    [Theory]
    [InlineData("incident", "fraud", 5, "there is a freeze incident already")]
    [InlineData("other", "frud", 5, "there is no model frud")]
    [InlineData("other", "fraud", -5, "which is past")]
    public async Task A_freeze_that_cannot_be_is_refused(string name, string model, int minutes, string message)
    {
        using var world = await World.StartedAsync();
        await FreezeAsync(world);

        var refused = await world.Controller.FreezeAsync(new(name, [model], world.Time.GetUtcNow(), world.Time.GetUtcNow().AddMinutes(minutes), "ann", "x"), None);

        Assert.NotEqual(CommandOutcomeKind.Done, refused.Kind);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Single(world.Disk.Entries, e => e.Setting is not null);
    }

    [Fact]
    public async Task A_store_that_is_down_leaves_no_freeze_behind()
    {
        using var world = await World.StartedAsync();
        world.Store.IsDown = (_, name) => name.StartsWith("record set", StringComparison.Ordinal);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => FreezeAsync(world));

        Assert.Empty(world.Controller.Freezes);
    }

    [Fact]
    public async Task Who_may_see_some_models_only_lifts_no_freeze_of_others()
    {
        using var world = await World.StartedAsync();
        await FreezeAsync(world);

        var refused = await world.Controller.LiftAsync("incident", new("ben") { Role = Role.Approver, Models = ["fraud"] }, null, None);

        Assert.Equal(new(CommandOutcomeKind.Conflict, "the freeze incident holds models that ben has nothing to do with"), refused);
    }

    [Fact]
    public async Task An_agreement_is_recorded_with_who_and_why_and_outlives_a_restart()
    {
        using var world = await World.StartedAsync(Make.Rollout() with { Stages = [.. Make.Rollout().Stages.Select(s => s with { Approval = new() })] });
        await world.TickAsync(9);
        var waiting = world.View.Rollout;

        var agreed = await world.AskAsync(RolloutCommand.Approve);
        using var next = await world.RestartAsync();
        await next.TickAsync(2);

        Assert.Equal((0, HoldReason.Approval), (waiting.Stage, waiting.Hold));
        Assert.Equal((CommandOutcomeKind.Done, 1), (agreed.Kind, next.View.Rollout.Stage));
        Assert.Contains(world.Disk.Entries, e => e is { Kind: "approved", By: "ann", Why: "ann agrees: a smell", Verdicts.Count: > 0 });
    }

    [Fact]
    public async Task Where_the_risk_is_high_a_name_that_is_only_said_moves_nothing_up_but_takes_back()
    {
        var rollout = Make.Rollout() with { Stages = [.. Make.Rollout().Stages.Select(s => s with { Approval = new() })] };
        var set = Make.Set(rollout);
        using var world = await World.OpenAsync(set with { Models = [.. set.Models.Select(m => m with { About = new() { Risk = RiskClass.High } })] });

        var said = await world.StartAsync();
        world.By = new("ann") { Role = Role.Admin, IsProven = true };
        var proven = await world.StartAsync();
        await world.TickAsync(9);
        var same = await world.AskAsync(RolloutCommand.Approve);
        world.By = world.By with { Name = "ben" };
        var other = await world.AskAsync(RolloutCommand.Approve);
        world.By = Person.Anyone;
        var back = await world.RollBackAsync();

        Assert.Contains("known by a token of his own", said.Message, StringComparison.Ordinal);
        Assert.Contains("somebody else must agree", same.Message, StringComparison.Ordinal);
        Assert.Equal([CommandOutcomeKind.Conflict, CommandOutcomeKind.Done, CommandOutcomeKind.Conflict, CommandOutcomeKind.Done, CommandOutcomeKind.Done], [said.Kind, proven.Kind, same.Kind, other.Kind, back.Kind]);
    }

    private static Task<CommandOutcome> FreezeAsync(World world) =>
        world.Controller.FreezeAsync(new("incident", [], world.Time.GetUtcNow(), null, "ann", "an outage"), None);
}
