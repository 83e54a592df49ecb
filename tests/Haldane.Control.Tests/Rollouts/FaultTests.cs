using Haldane.Control.Tests.Fakes;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Microsoft.Extensions.Logging;

namespace Haldane.Control.Tests.Rollouts;

/// <summary>Faults that nobody has foreseen: they are told, they hold what they hit, and nothing else.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task A_fault_in_a_tick_is_told_and_the_next_tick_goes_on()
    {
        using var world = await World.StartedAsync();
        world.Store.Surprise = new InvalidOperationException("a bug");
        await world.TickAsync();
        var ill = world.Controller.Health;

        await world.TickAsync();

        Assert.Equal((false, "fraud-v2 could not be judged: a bug"), (ill.Ready, ill.Message));
        Assert.Contains(world.Log.All, l => l is { Level: LogLevel.Error, Event.Id: 2004 });
        Assert.True(world.Controller.Health.Ready);
        Assert.Equal(4_000, Assert.Single(world.Disk.Slices(1)).Canary.Cells[0].Exchanges);
    }

    [Fact]
    public async Task A_fault_of_one_rollout_does_not_hold_another()
    {
        var set = new SpecificationSet([Make.Model(), Make.Model("chat")], [Make.Rollout(), Make.Rollout("chat-v2", "chat")]);
        using var world = await World.OpenAsync(set);
        await world.StartAsync();
        await world.StartAsync("chat-v2");
        var good = world.Router.Traffic;
        world.Router.Traffic = split => split.Rollout == "fraud-v2" ? throw new InvalidOperationException("a bug") : good(split);

        await world.TickAsync(8);

        Assert.Equal([Phase.Running, Phase.Promoted], world.Controller.Rollouts.Select(r => r.Rollout.Phase));
        Assert.False(world.Controller.Health.Ready);
    }

    [Fact]
    public async Task A_fault_that_lasts_is_logged_once()
    {
        using var world = await World.StartedAsync();
        world.Router.Traffic = _ => throw new InvalidOperationException("a bug");

        await world.TickAsync(50);

        Assert.Single(world.Log.All, l => l.Level == LogLevel.Error);
    }

    [Fact]
    public async Task A_store_that_is_down_for_long_is_logged_once()
    {
        using var world = await World.StartedAsync();
        world.Store.IsDown = (_, _) => true;

        await world.TickAsync(50);

        Assert.Single(world.Log.All, l => l.Event.Id == 2001);
    }

    [Fact]
    public async Task A_fault_does_not_end_the_loop()
    {
        using var world = await World.StartedAsync();
        world.Store.Surprise = new InvalidOperationException("a bug");
        var version = world.View.Version;
        var loop = world.Run();
        await world.Time.TimerMade.Soon();

        for (var view = world.View; view.Version == version; view = world.View)
        {
            Assert.False(loop.IsCompleted);
            world.Time.Pass(TimeSpan.FromSeconds(1));
            world.Time.Fire();
            await Task.Yield();
        }

        await world.StopAsync();
        Assert.True(loop.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_publication_that_failed_is_repeated_at_the_next_tick()
    {
        using var world = await World.OpenAsync(Make.Set(Make.Rollout()));
        world.Router.Surprise = new InvalidOperationException("the router is away");
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.StartAsync());
        var published = world.Journal.Lines[^1];

        await world.TickAsync();

        Assert.Equal("record started fraud-v2 run 1 stage 0 10%", published);
        Assert.Contains("publish fraud fraud-v2 run 1 stage 0 10%", world.Journal.Lines);
        Assert.Equal(["started"], world.Disk.Kinds);
    }

    [Fact]
    public async Task A_rollout_that_cannot_start_by_itself_does_not_end_the_loop()
    {
        var other = Make.Rollout("fraud-v3", canary: "v3") with { Start = StartMode.Auto };
        using var world = await World.StartedAsync(Make.Rollout(), other);
        var loop = world.Run();
        await world.Time.TimerMade.Soon();

        await world.StopAsync();

        Assert.True(loop.IsCompletedSuccessfully);
        Assert.Contains(world.Log.All, l => l.Event.Id == 2003 && l.Text.Contains("one rollout moves a model at a time", StringComparison.Ordinal));
    }
}
