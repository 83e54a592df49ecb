using Haldane.Control.Tests.Fakes;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Rollouts;

public sealed class CommandTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_manual_rollout_waits_for_a_person()
    {
        using var world = await World.OpenAsync(Make.Set(Make.Rollout()));
        await world.TickAsync(3);
        var waited = world.View.Rollout;

        var outcome = await world.StartAsync();

        Assert.Equal((Phase.Draft, 0), (waited.Phase, waited.Run));
        Assert.Equal(new(CommandOutcomeKind.Done, "fraud-v2 runs: v2 serves 10%"), outcome);
        Assert.Equal(("ann", "started by ann"), (world.Disk.Entries[0].By, world.Disk.Entries[0].Why));
    }

    [Fact]
    public async Task A_rollout_starts_by_itself_when_the_specification_says_so()
    {
        using var world = await World.OpenAsync(Make.Set(Make.Rollout() with { Start = StartMode.Auto }));
        var version = world.View.Version;
        var loop = world.Run();

        var view = await world.Controller.ChangedAsync("fraud-v2", version, None).Soon();
        await world.StopAsync();

        Assert.Equal(Phase.Running, view!.Rollout.Phase);
        Assert.Equal("specification", world.Disk.Entries[0].By);
        Assert.True(loop.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task The_loop_judges_each_time_the_timer_fires()
    {
        using var world = await World.StartedAsync();
        _ = world.Run();
        await world.Time.TimerMade.Soon();

        for (var n = 1; n <= 3; n++)
        {
            var version = world.View.Version;
            world.Time.Pass(TimeSpan.FromSeconds(1));
            world.Time.Fire();
            await world.Controller.ChangedAsync("fraud-v2", version, None).Soon();
        }

        await world.StopAsync();
        Assert.Equal(3, world.Disk.Slices(1).Count);
    }

    [Fact]
    public async Task An_unknown_rollout_is_not_found()
    {
        using var world = await World.OpenAsync(Make.Set(Make.Rollout()));

        Assert.Equal(CommandOutcomeKind.NotFound, (await world.StartAsync("nobody")).Kind);
        Assert.Equal(CommandOutcomeKind.NotFound, (await world.RollBackAsync("nobody")).Kind);
        Assert.Null(await world.Controller.ChangedAsync("nobody", 0, None));
    }

    [Fact]
    public async Task A_running_rollout_cannot_be_started_again()
    {
        using var world = await World.StartedAsync();

        var outcome = await world.StartAsync();

        Assert.Equal(new(CommandOutcomeKind.Conflict, "fraud-v2 is running already"), outcome);
        Assert.Equal(["started"], world.Disk.Kinds);
    }

    [Fact]
    public async Task One_rollout_moves_a_model_at_a_time()
    {
        using var world = await World.StartedAsync(Make.Rollout(), Make.Rollout("fraud-v3", canary: "v3"));

        var outcome = await world.StartAsync("fraud-v3");

        Assert.Equal(new(CommandOutcomeKind.Conflict, "fraud-v2 is running on model fraud; one rollout moves a model at a time"), outcome);
    }

    [Fact]
    public async Task Rollouts_of_two_models_run_beside_each_other()
    {
        var chat = Make.Rollout("chat-v2", "chat");
        using var world = await World.OpenAsync(new([Make.Model(), Make.Model("chat")], [Make.Rollout(), chat]));
        await world.StartAsync();
        await world.StartAsync("chat-v2");
        world.Router.Traffic = split => Make.Traffic(split, canaryErrors: split.Rollout == "chat-v2" ? 800 : 0);

        await world.TickAsync(8);

        Assert.Equal([Phase.Promoted, Phase.RolledBack], world.Controller.Rollouts.Select(r => r.Rollout.Phase));
        Assert.Equal([1, 2], world.Controller.Rollouts.Select(r => r.Rollout.Run));
        Assert.Equal("publish fraud v2; chat v1", world.Journal.Lines[^1]);
    }

    [Fact]
    public async Task A_rollout_does_not_start_when_another_version_serves_than_its_baseline()
    {
        using var world = await World.StartedAsync(Make.Rollout(), Make.Rollout("fraud-v3", canary: "v3"));
        await world.TickAsync(8);

        var outcome = await world.StartAsync("fraud-v3");

        Assert.Equal(new(CommandOutcomeKind.Conflict, "model fraud is served by v2, but the baseline of fraud-v3 is v1"), outcome);
    }

    [Fact]
    public async Task The_next_rollout_starts_from_the_promoted_version()
    {
        using var world = await World.StartedAsync(Make.Rollout(), Make.Rollout("fraud-v3", baseline: "v2", canary: "v3"));
        await world.TickAsync(8);

        var outcome = await world.StartAsync("fraud-v3");

        Assert.Equal(CommandOutcomeKind.Done, outcome.Kind);
        Assert.Equal("publish fraud fraud-v3 run 2 stage 0 10%", world.Journal.Lines[^1]);
        Assert.Equal(2, world.Disk.Entries[^1].Run);
    }

    [Fact]
    public async Task A_rollback_takes_the_canary_back_and_says_who_and_why()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync();

        var outcome = await world.RollBackAsync();

        Assert.Equal(CommandOutcomeKind.Done, outcome.Kind);
        var entry = world.Disk.Entries[^1];
        Assert.Equal(("rolled-back", "ann", "ann: a smell", 1), (entry.Kind, entry.By, entry.Why, entry.EvidenceUpTo));
        Assert.Equal("publish fraud v1", world.Journal.Lines[^1]);
        Assert.Equal(Phase.RolledBack, world.View.Rollout.Phase);
        Assert.NotNull(world.View.Judgement);
    }

    [Fact]
    public async Task What_does_not_run_cannot_be_rolled_back()
    {
        using var world = await World.OpenAsync(Make.Set(Make.Rollout()));

        Assert.Equal(CommandOutcomeKind.Conflict, (await world.RollBackAsync()).Kind);
        Assert.Empty(world.Disk.Ledger);
    }

    [Fact]
    public async Task Run_numbers_rise_also_over_a_restart()
    {
        using var world = await World.StartedAsync();
        await world.RollBackAsync();
        await world.StartAsync();
        await world.RollBackAsync();

        using var next = await world.RestartAsync();
        await next.StartAsync();

        Assert.Equal([1, 1, 2, 2, 3], world.Disk.Entries.Select(e => e.Run));
        Assert.Equal(Phase.Running, next.View.Rollout.Phase);
        Assert.Null(next.View.Rollout.Guard);
    }

    [Fact]
    public async Task A_second_run_begins_with_no_evidence()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(2);
        await world.RollBackAsync();

        await world.StartAsync();
        await world.TickAsync();

        Assert.Equal(1, world.View.Judgement!.UpToSlice);
        Assert.Equal(4_000, world.View.Totals[1].Exchanges);
        Assert.Single(world.View.Series);
    }

    [Fact]
    public async Task Commands_and_ticks_from_many_threads_take_turns()
    {
        using var world = await World.OpenAsync(Make.Set(Make.Rollout()));

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => (i % 4) switch
        {
            0 => world.StartAsync(),
            1 => world.RollBackAsync(),
            _ => world.Controller.TickAsync(None),
        })));

        var runs = world.Disk.Entries.GroupBy(e => e.Run).ToList();
        Assert.Equal(Enumerable.Range(1, runs.Count), runs.Select(r => r.Key));
        Assert.All(runs, r => Assert.Single(r, e => e.Kind == "started"));
        Assert.All(runs, r => Assert.True(r.Count(e => e.Kind is "rolled-back" or "promoted") <= 1));
    }

    [Fact]
    public async Task Followers_wake_up_when_something_changes()
    {
        using var world = await World.StartedAsync();
        var version = world.View.Version;
        var waiting = world.Controller.ChangedAsync("fraud-v2", version, None);
        var before = waiting.IsCompleted;

        await world.TickAsync();

        Assert.False(before);
        Assert.True((await waiting)!.Version > version);
        Assert.Equal((await waiting)!.Version, (await world.Controller.ChangedAsync("fraud-v2", 0, None))!.Version);
    }

    [Fact]
    public async Task A_follower_that_leaves_stops_to_wait()
    {
        using var world = await World.StartedAsync();
        using var left = new CancellationTokenSource();
        var waiting = world.Controller.ChangedAsync("fraud-v2", world.View.Version, left.Token);

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Whoever_leaves_in_the_middle_of_a_command_does_not_leave_it_half_done()
    {
        using var world = await World.StartedAsync();
        using var caller = new CancellationTokenSource();
        world.Store.Written = _ => caller.Cancel();

        await IgnoreAsync(world.Controller.CommandAsync("fraud-v2", RolloutCommand.RollBack, world.By, "left", caller.Token));

        Assert.Equal("rolled-back", world.Disk.Kinds[^1]);
        Assert.Equal("publish fraud v1", world.Journal.Lines[^1]);
        Assert.Equal(Phase.RolledBack, world.View.Rollout.Phase);
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_tick_leaves_evidence_that_the_last_tick_can_go_on_from()
    {
        using var world = await World.StartedAsync();
        using var stop = new CancellationTokenSource();
        world.Store.Written = _ => stop.Cancel();
        world.Time.Pass(TimeSpan.FromSeconds(1));
        await IgnoreAsync(world.Controller.TickAsync(stop.Token));
        world.Store.Written = null;

        await world.TickAsync();

        Assert.Equal([1, 2], world.Disk.Slices(1).Select(s => s.Number));
        Assert.Equal(8_000, world.View.Totals[1].Exchanges);
    }

    private static async Task IgnoreAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // Whoever has left hears nothing.
        }
    }
}
