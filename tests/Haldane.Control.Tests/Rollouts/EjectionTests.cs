using Haldane.Control.Tests.Fakes;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Tests.Rollouts;

/// <summary>What becomes of a rollout whose canary the router has ejected.</summary>
public sealed class EjectionTests
{
    [Fact]
    public async Task An_ejected_canary_holds_its_rollout_and_the_ledger_says_so_once()
    {
        using var world = await DeadAsync(_ => TimeSpan.FromSeconds(1));

        await world.TickAsync(10);

        Assert.Equal((Phase.Running, HoldReason.Ejected, 0), (world.View.Rollout.Phase, world.View.Rollout.Hold, world.View.Rollout.Stage));
        Assert.Equal(new Ejection(TimeSpan.FromSeconds(1), EjectionCause.Unreachable, 7), world.View.Ejection);
        Assert.Equal(["started", "held"], world.Disk.Kinds);
        Assert.Contains("7 calls in a row failed: nobody accepts connections", world.View.Rollout.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canary_that_stays_dead_is_taken_back_by_the_gateway()
    {
        using var world = await DeadAsync(ticks => TimeSpan.FromSeconds(ticks));

        await world.TickAsync(29);
        var before = world.View.Rollout.Phase;
        await world.TickAsync();

        Assert.Equal((Phase.Running, Phase.RolledBack), (before, world.View.Rollout.Phase));
        Assert.Equal(["started", "held", "rolled-back"], world.Disk.Kinds);
        Assert.Null(world.View.Ejection);
        Assert.Equal("publish fraud v1", world.Journal.Lines[^1]);
    }

    [Fact]
    public async Task A_canary_that_is_back_goes_on()
    {
        using var world = await DeadAsync(ticks => ticks <= 5 ? TimeSpan.FromSeconds(ticks) : null);

        await world.TickAsync(5);
        var ejected = world.View;
        await world.TickAsync();
        var back = world.View;
        await world.TickAsync(10);

        Assert.Equal((HoldReason.Ejected, true), (ejected.Rollout.Hold, ejected.Ejection is not null));
        Assert.Equal((false, false), (back.Rollout.Hold == HoldReason.Ejected, back.Ejection is not null));
        Assert.Equal(Phase.Promoted, world.View.Rollout.Phase);
    }

    // The canary is dead for so long, by the number of the tick; null while it is well.
    private static async Task<World> DeadAsync(Func<int, TimeSpan?> dead)
    {
        var world = await World.StartedAsync();
        var (ticks, traffic) = (0, world.Router.Traffic);
        world.Router.Traffic = split => dead(++ticks) is { } time
            ? traffic(split)! with { Ejection = new(time, EjectionCause.Unreachable, 7) }
            : traffic(split);
        return world;
    }
}
