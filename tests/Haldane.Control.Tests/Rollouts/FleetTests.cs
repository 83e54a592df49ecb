using Haldane.Control.Tests.Fakes;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Tests.Rollouts;

/// <summary>Many rollouts at once: what a tick costs must not grow faster than they do.</summary>
public sealed class FleetTests
{
    private const int Many = 200;

    [Theory]
    [InlineData("evidence")]
    [InlineData("record")]
    public async Task All_writes_of_a_tick_wait_for_the_store_at_the_same_time(string write)
    {
        using var world = await StartedAsync();
        await world.TickAsync(2); // the next one moves all
        var (waiting, all) = (0, new TaskCompletionSource());
        world.Store.Gate = name =>
        {
            if (!name.StartsWith(write, StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            // One after the other they would wait for ever.
            if (Interlocked.Increment(ref waiting) == Many)
            {
                all.SetResult();
            }

            return all.Task;
        };

        await world.TickAsync().Soon();

        Assert.Equal(Many, waiting);
        Assert.All(world.Controller.Rollouts, r => Assert.Equal(1, r.Rollout.Stage));
    }

    [Fact]
    public async Task One_publication_follows_however_many_move()
    {
        using var world = await StartedAsync();
        var before = Publications(world);

        await world.TickAsync(3);

        Assert.All(world.Controller.Rollouts, r => Assert.Equal(1, r.Rollout.Stage));
        Assert.Equal(before + 1, Publications(world));
    }

    [Fact]
    public async Task What_is_recorded_is_published_though_the_store_fails_before_the_rest_is()
    {
        using var world = await StartedAsync(5);
        world.Store.IsDown = (_, name) => name.StartsWith("record stage-entered rollout-3", StringComparison.Ordinal);

        await world.TickAsync(3);

        Assert.Equal([1, 1, 1, 0, 1], world.Router.Picture.Models.Select(m => m.Split!.Stage));
        Assert.Equal([1, 1, 1, 0, 1], world.Controller.Rollouts.Select(r => r.Rollout.Stage));
        Assert.Equal((false, "the disk is gone"), (world.Controller.Health.Ready, world.Controller.Health.Message));
    }

    [Fact]
    public async Task A_slice_that_the_store_does_not_take_holds_all_and_those_beside_it_count()
    {
        using var world = await StartedAsync(3);
        world.Store.IsDown = (_, name) => name.StartsWith("evidence 2/", StringComparison.Ordinal);

        await world.TickAsync(4);

        Assert.Equal([4, 0, 4], Enumerable.Range(1, 3).Select(run => world.Disk.Slices(run).Count));
        Assert.All(world.Controller.Rollouts, r => Assert.Equal((Phase.Running, 0), (r.Rollout.Phase, r.Rollout.Stage)));
        world.Store.IsDown = (_, _) => false;

        await world.TickAsync();

        Assert.Equal([5, 1, 5], Enumerable.Range(1, 3).Select(run => world.Disk.Slices(run).Count));
        Assert.Equal([1, 0, 1], world.Controller.Rollouts.Select(r => r.Rollout.Stage));
    }

    private static int Publications(World world) => world.Journal.Lines.Count(l => l.StartsWith("publish", StringComparison.Ordinal));

    private static async Task<World> StartedAsync(int rollouts = Many)
    {
        int[] all = [.. Enumerable.Range(0, rollouts)];
        var world = await World.OpenAsync(new([.. all.Select(i => Make.Model($"model-{i}"))], [.. all.Select(i => Make.Rollout($"rollout-{i}", $"model-{i}"))]));
        foreach (var rollout in world.Set.Rollouts)
        {
            await world.StartAsync(rollout.Name);
        }

        return world;
    }
}
