using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Rollouts;

/// <summary>What people do with a rollout, from the command to the ledger and the router.</summary>
public sealed class PeopleTests
{
    private static readonly RolloutSpec InSteps = Make.Rollout() with { Return = new([new(500), new(100)], TimeSpan.FromSeconds(2)) };

    [Fact]
    public async Task A_paused_rollout_stays_and_goes_on_when_it_is_resumed()
    {
        using var world = await World.StartedAsync();

        var paused = await world.AskAsync(RolloutCommand.Pause);
        await world.TickAsync(9);
        var stayed = world.View.Rollout;
        var resumed = await world.AskAsync(RolloutCommand.Resume, why: null);
        await world.TickAsync(2);

        Assert.Equal(new(CommandOutcomeKind.Done, "fraud-v2 is paused: v2 keeps 10%, its guards are judged on"), paused);
        Assert.Equal((0, HoldReason.Paused, "paused by ann: a smell"), (stayed.Stage, stayed.Hold, stayed.Reason));
        Assert.Equal((CommandOutcomeKind.Done, 1), (resumed.Kind, world.View.Rollout.Stage));
        Assert.Equal(["started", "paused", "resumed", "stage-entered"], world.Disk.Kinds.Where(k => k != "held"));
    }

    [Fact]
    public async Task A_pause_outlives_a_restart()
    {
        using var world = await World.StartedAsync();
        await world.AskAsync(RolloutCommand.Pause);

        using var next = await world.RestartAsync();
        await next.TickAsync(9);

        Assert.Equal((0, HoldReason.Paused), (next.View.Rollout.Stage, next.View.Rollout.Hold));
    }

    [Fact]
    public async Task An_advance_is_recorded_with_who_and_why_and_routed()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync();

        var outcome = await world.AskAsync(RolloutCommand.Advance);
        var again = await world.AskAsync(RolloutCommand.Advance);

        Assert.Equal(new(CommandOutcomeKind.Done, "fraud-v2 runs: v2 serves 50%"), outcome);
        Assert.Equal(CommandOutcomeKind.Conflict, again.Kind);
        Assert.Equal(("stage-entered", "ann", "ann: a smell"), (world.Disk.Last!.Kind, world.Disk.Last.By, world.Disk.Last.Why));
        Assert.Equal("publish fraud fraud-v2 run 1 stage 1 50%", world.Journal.Lines[^1]);
    }

    [Fact]
    public async Task A_canary_goes_back_in_steps_each_recorded_before_it_is_routed()
    {
        using var world = await World.StartedAsync(InSteps);
        await world.TickAsync(4);

        await world.AskAsync(RolloutCommand.RollBack);
        var begun = world.View.Rollout;
        await world.TickAsync(5);

        Assert.Equal((Phase.Returning, new Share(500)), (begun.Phase, begun.CanaryShare));
        Assert.Equal(
            ["record returning fraud-v2 run 1 stage 1 5%", "publish fraud fraud-v2 run 1 stage 1 5%", "record returning fraud-v2 run 1 stage 1 1%", "publish fraud fraud-v2 run 1 stage 1 1%", "record rolled-back fraud-v2 run 1 stage 1 0%", "publish fraud v1"],
            world.Journal.Lines.Where(l => l.StartsWith("record", StringComparison.Ordinal) || l.StartsWith("publish", StringComparison.Ordinal)).TakeLast(6));
    }

    [Fact]
    public async Task A_way_back_goes_on_after_a_restart()
    {
        using var world = await World.StartedAsync(InSteps);
        await world.TickAsync(4);
        await world.AskAsync(RolloutCommand.RollBack);

        using var next = await world.RestartAsync();
        next.Time.Pass(TimeSpan.FromSeconds(6));
        var taken = next.View.Rollout;
        await next.TickAsync(4);

        Assert.Equal((Phase.Returning, Phase.RolledBack), (taken.Phase, next.View.Rollout.Phase));
    }

    [Fact]
    public async Task On_its_way_back_the_verdict_that_took_it_back_stands()
    {
        using var world = await World.StartedAsync(InSteps);
        world.Router.Traffic = split => Make.Traffic(split, canaryErrors: 2_000);
        for (var second = 0; second < 20 && world.View.Rollout.Phase == Phase.Running; second++)
        {
            await world.TickAsync();
        }

        var decided = world.View;

        await world.TickAsync(5);
        using var next = await world.RestartAsync();

        Assert.Equal(Phase.Returning, decided.Rollout.Phase);
        Assert.Equal(decided.Judgement, world.View.Judgement);
        Assert.Equal(("rolled-back", Core.Judging.VerdictKind.Fail), (world.Disk.Last!.Kind, world.Disk.Last.Verdicts[0].Kind));
        Assert.True(world.Disk.Slices(1).Count > 1); // kept for the record
    }

    [Fact]
    public async Task A_pause_in_the_first_second_of_a_stage_counts_from_its_beginning()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(2);
        await world.AskAsync(RolloutCommand.Advance);

        await world.AskAsync(RolloutCommand.Pause);
        await world.TickAsync(9);
        await world.AskAsync(RolloutCommand.Resume);

        Assert.Equal(9, world.View.Rollout.PausedFor.TotalSeconds, 3);
    }

    [Theory]
    [InlineData("v2")]
    [InlineData("v3")]
    public async Task A_plan_that_was_changed_takes_no_steps_back(string canary)
    {
        using var world = await World.StartedAsync(InSteps);
        await world.TickAsync(4);
        var plan = InSteps with { Canary = canary, Promise = new() { FalseRollback = 0.02 } };
        var model = Make.Model() with { Versions = [.. Make.Model().Versions.Where(v => v.Name is "v1" || v.Name == canary)] };

        using var next = await world.RestartAsync(new([model], [plan]));

        Assert.Equal(("rolled-back", Share.None), (world.Disk.Last!.Kind, world.Disk.Last.To));
        Assert.Equal("publish fraud v1", next.Journal.Lines[^1]);
        Assert.Equal(Phase.Draft, next.View.Rollout.Phase);
    }

    [Fact]
    public async Task A_promotion_is_taken_back_at_once_while_the_old_version_is_warm()
    {
        using var world = await World.StartedAsync(Make.Rollout() with { Warm = TimeSpan.FromMinutes(1) });
        await world.TickAsync(8);
        var promoted = world.View.Rollout.Phase;

        var outcome = await world.AskAsync(RolloutCommand.RollBack);

        Assert.Equal(Phase.Promoted, promoted);
        Assert.Equal(new(CommandOutcomeKind.Done, "fraud-v2 is rolled back: v1 serves everyone"), outcome);
        Assert.Equal(("rolled-back", Share.Full, Share.None), (world.Disk.Last!.Kind, world.Disk.Last.From, world.Disk.Last.To));
        Assert.Equal("publish fraud v1", world.Journal.Lines[^1]);
    }

    [Fact]
    public async Task The_old_version_is_retired_once()
    {
        using var world = await World.StartedAsync(Make.Rollout() with { Warm = TimeSpan.FromSeconds(5) });
        await world.TickAsync(8);
        var version = world.View.Version;
        await world.TickAsync(2);
        var unchanged = world.View.Version;

        await world.TickAsync(10);
        var outcome = await world.AskAsync(RolloutCommand.RollBack);

        Assert.Equal(version, unchanged);
        Assert.Equal(["promoted", "retired"], world.Disk.Kinds.TakeLast(2));
        Assert.Equal((CommandOutcomeKind.Conflict, "fraud-v2 was promoted and v1 is no longer kept ready: start a rollout from v2 to v1"), (outcome.Kind, outcome.Message));
    }

    [Fact]
    public async Task A_promotion_that_another_has_followed_is_not_taken_back()
    {
        using var world = await World.StartedAsync(Make.Rollout(), Make.Rollout("fraud-v3", baseline: "v2", canary: "v3"));
        await world.TickAsync(8);
        await world.StartAsync("fraud-v3");

        var outcome = await world.AskAsync(RolloutCommand.RollBack, "fraud-v2");

        Assert.Equal(new(CommandOutcomeKind.Conflict, "fraud-v3 has run on model fraud since: it is Running"), outcome);
    }

    [Fact]
    public async Task A_rollout_that_has_ended_is_tried_again_and_no_other()
    {
        using var world = await World.StartedAsync();

        var running = await world.AskAsync(RolloutCommand.Retry);
        await world.AskAsync(RolloutCommand.RollBack);
        var again = await world.AskAsync(RolloutCommand.Retry);

        Assert.Equal(new(CommandOutcomeKind.Conflict, "fraud-v2 has not ended: it is Running"), running);
        Assert.Equal((CommandOutcomeKind.Done, 2), (again.Kind, world.View.Rollout.Run));
    }

    [Fact]
    public async Task An_experiment_is_concluded_with_its_verdicts_and_the_baseline_serves()
    {
        using var world = await World.StartedAsync(Make.Rollout() with { Stages = [new(new(5_000), TimeSpan.FromSeconds(3)) { Kind = StageKind.Experiment }] });

        await world.TickAsync(5);

        Assert.Equal((Phase.Concluded, Share.None), (world.View.Rollout.Phase, world.View.Rollout.CanaryShare));
        Assert.Equal(("concluded", 1), (world.Disk.Last!.Kind, world.Disk.Last.Verdicts.Count));
        Assert.Equal("publish fraud v1", world.Journal.Lines[^1]);
    }

    [Theory]
    [InlineData(RolloutCommand.Pause)]
    [InlineData(RolloutCommand.Resume)]
    [InlineData(RolloutCommand.Advance)]
    [InlineData(RolloutCommand.RollBack)]
    public async Task What_does_not_run_cannot_be_moved(RolloutCommand command)
    {
        using var world = await World.OpenAsync(Make.Set(Make.Rollout()));

        Assert.Equal(new(CommandOutcomeKind.Conflict, "fraud-v2 is not running: it is Draft"), await world.AskAsync(command));
        Assert.Empty(world.Disk.Kinds);
    }
}
