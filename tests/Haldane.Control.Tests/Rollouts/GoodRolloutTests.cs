using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Tests.Rollouts;

public sealed class GoodRolloutTests
{
    [Fact]
    public async Task A_good_canary_goes_through_its_stages_to_everyone()
    {
        using var world = await World.StartedAsync();

        await world.TickAsync(8);

        Assert.Equal((Phase.Promoted, Share.Full), (world.View.Rollout.Phase, world.View.Rollout.CanaryShare));
        Assert.Equal(["started", "stage-entered", "promoted"], world.Disk.Kinds.Where(k => k != "held"));
        Assert.Equal("v2", world.Controller.Models[0].Serving);
        Assert.Null(world.Controller.Models[0].Rollout);
        Assert.Equal([new(Arm.Baseline, 24_000, 0), new(Arm.Canary, 24_000, 0)], world.View.Totals);
    }

    [Fact]
    public async Task Every_transition_is_in_the_ledger_before_it_is_published()
    {
        using var world = await World.StartedAsync();

        await world.TickAsync(8);

        Assert.Equal(
            [
                "publish fraud v1",
                "record started fraud-v2 run 1 stage 0 10%",
                "publish fraud fraud-v2 run 1 stage 0 10%",
                "record stage-entered fraud-v2 run 1 stage 1 50%",
                "publish fraud fraud-v2 run 1 stage 1 50%",
                "record promoted fraud-v2 run 1 stage 1 100%",
                "publish fraud v2",
            ],
            world.Journal.Lines.Where(l => l.StartsWith("publish", StringComparison.Ordinal) || l.StartsWith("record", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_transition_rests_on_the_evidence_that_was_stored_before_it()
    {
        using var world = await World.StartedAsync();

        await world.TickAsync(8);

        var promoted = world.Disk.Entries[^1];
        Assert.Equal(6, promoted.EvidenceUpTo);
        Assert.Equal(world.Disk.Evidence[1][5].Digest, promoted.EvidenceDigest);
        Assert.Equal("judge", promoted.By);
        Assert.NotEmpty(promoted.Verdicts);
        var started = world.Disk.Entries[0];
        Assert.Equal((0, "", "ann"), (started.EvidenceUpTo, started.EvidenceDigest, started.By));
        Assert.NotNull(started.Specification);
    }

    [Fact]
    public async Task Errors_of_the_canary_roll_it_back()
    {
        using var world = await World.StartedAsync();
        world.Router.Traffic = split => Make.Traffic(split, canaryErrors: 800);

        await world.TickAsync(2);

        Assert.Equal((Phase.RolledBack, Share.None, "errors"), (world.View.Rollout.Phase, world.View.Rollout.CanaryShare, world.View.Rollout.Guard));
        Assert.Equal(
            ["evidence 1/2", "record rolled-back fraud-v2 run 1 stage 0 0%", "publish fraud v1"], world.Journal.Lines.TakeLast(3));
        Assert.Equal((new Share(1_000), Share.None), (world.Disk.Entries[^1].From, world.Disk.Entries[^1].To));
    }

    [Fact]
    public async Task A_stage_is_not_left_before_its_bake_is_over()
    {
        using var world = await World.StartedAsync();

        await world.TickAsync(2);

        Assert.Equal((Phase.Running, 0, HoldReason.Baking), (world.View.Rollout.Phase, world.View.Rollout.Stage, world.View.Rollout.Hold));
    }

    [Fact]
    public async Task A_guard_that_is_undecided_holds_the_last_stage_for_ever()
    {
        var rollout = Make.Rollout();
        using var world = await World.StartedAsync(rollout with { Guards = [rollout.Guards[0] with { Bad = 0.001 }] });
        world.Router.Traffic = split => Make.Traffic(split, exchanges: 12);

        await world.TickAsync(20);

        Assert.Equal((Phase.Running, 1, HoldReason.Undecided), (world.View.Rollout.Phase, world.View.Rollout.Stage, world.View.Rollout.Hold));
    }

    [Fact]
    public async Task A_guard_that_is_required_early_holds_its_stage_until_it_has_passed()
    {
        var rollout = Make.Rollout();
        using var world = await World.StartedAsync(rollout with { Guards = [rollout.Guards[0] with { RequiredFrom = new(1_000) }] });
        world.Router.Traffic = split => Make.Traffic(split, exchanges: 12);
        await world.TickAsync(10);
        var held = world.View.Rollout;
        world.Router.Traffic = split => Make.Traffic(split);

        await world.TickAsync();

        Assert.Equal((0, HoldReason.Undecided), (held.Stage, held.Hold));
        Assert.Equal(1, world.View.Rollout.Stage);
    }

    [Fact]
    public async Task No_traffic_is_never_a_pass()
    {
        using var world = await World.StartedAsync();
        world.Router.Traffic = split => Make.Traffic(split, exchanges: 0);

        await world.TickAsync(120);

        Assert.Equal((Phase.Running, 0, HoldReason.NoData), (world.View.Rollout.Phase, world.View.Rollout.Stage, world.View.Rollout.Hold));
    }

    [Fact]
    public async Task A_run_that_is_not_routed_holds()
    {
        using var world = await World.StartedAsync();
        world.Router.Traffic = _ => null;

        await world.TickAsync(20);

        Assert.Equal((Phase.Running, 0, HoldReason.NoData), (world.View.Rollout.Phase, world.View.Rollout.Stage, world.View.Rollout.Hold));
        Assert.Empty(world.Disk.Slices(1));
    }

    [Fact]
    public async Task Silence_in_a_stage_does_not_leave_it()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(3);
        world.Router.Traffic = split => Make.Traffic(split, exchanges: 0);

        await world.TickAsync(60);

        Assert.Equal((Phase.Running, 1, HoldReason.NoData), (world.View.Rollout.Phase, world.View.Rollout.Stage, world.View.Rollout.Hold));
    }

    [Fact]
    public async Task Slices_are_numbered_without_gaps_and_say_how_long_they_lasted()
    {
        using var world = await World.StartedAsync();

        await world.TickAsync(5);

        var slices = world.Disk.Slices(1);
        Assert.Equal([1, 2, 3, 4, 5], slices.Select(s => s.Number));
        Assert.Equal([0, 0, 0, 1, 1], slices.Select(s => s.Stage));
        Assert.All(slices, s => Assert.Equal(1, s.Length.TotalSeconds, 6));
        Assert.Equal([true, false, false, false, false], slices.Select(s => s.Fresh));
    }

    [Fact]
    public async Task Only_a_new_kind_of_hold_is_recorded()
    {
        using var world = await World.StartedAsync();
        world.Router.Traffic = split => Make.Traffic(split, exchanges: 0);

        await world.TickAsync(30);

        Assert.Equal(["started", "held"], world.Disk.Kinds);
        Assert.Equal(2, world.Journal.Lines.Count(l => l.StartsWith("publish", StringComparison.Ordinal)));
    }
}
