using Haldane.Control.Tests.Fakes;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Tests.Rollouts;

public sealed class ClockTests
{
    [Fact]
    public async Task A_clock_that_is_set_forward_does_not_bake()
    {
        using var world = await World.StartedAsync();
        world.Time.SetBy(TimeSpan.FromHours(1));

        await world.TickAsync();

        Assert.Equal((0, HoldReason.Baking), (world.View.Rollout.Stage, world.View.Rollout.Hold));
        Assert.Equal(1, world.View.Judgement!.Baked.TotalSeconds, 3);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_stop_the_bake()
    {
        using var world = await World.StartedAsync();
        world.Time.SetBy(TimeSpan.FromHours(-1));

        await world.TickAsync(3);

        Assert.Equal(1, world.View.Rollout.Stage);
    }
}
