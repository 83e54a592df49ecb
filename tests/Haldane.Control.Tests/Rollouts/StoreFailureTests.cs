using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Rollouts;

public sealed class StoreFailureTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    // A whole good rollout makes fewer calls than this; the numbers past its end test that nothing is done twice.
    private const int Calls = 14;

    public static TheoryData<int> EachCall => [.. Enumerable.Range(1, Calls)];

    [Theory]
    [MemberData(nameof(EachCall))]
    public async Task A_store_that_fails_at_one_call_delays_and_loses_nothing(int failing)
    {
        using var world = await World.OpenAsync(Make.Set(Make.Rollout()));
        var before = world.Store.Calls;
        world.Store.IsDown = (call, _) => call == before + failing;
        await IgnoringAsync(() => world.StartAsync());

        await world.TickAsync(2);
        await IgnoringAsync(() => world.StartAsync());
        await world.TickAsync(12);

        AssertWholeRun(world);
    }

    [Fact]
    public async Task A_slice_that_could_not_be_stored_is_tried_again_as_it_was()
    {
        using var world = await World.StartedAsync();
        world.Router.Traffic = split => Make.Traffic(split, occurrences: [new(Occurrence.Failure, 7, Arm.Canary, 0)]);
        world.Store.IsDown = (_, name) => name.StartsWith("evidence", StringComparison.Ordinal);
        await world.TickAsync(3);
        world.Store.IsDown = (_, _) => false;

        await world.TickAsync(1);

        var slice = Assert.Single(world.Disk.Slices(1));
        Assert.Single(world.Router.Handed);
        Assert.Equal((1, 4_000), (slice.Number, slice.Canary.Cells[0].Exchanges));
        Assert.Equal([7u], slice.Canary.ErrorSubjects);
        Assert.Equal(1, slice.Canary.Cells[0].ErrorSubjects);
    }

    [Fact]
    public async Task Time_without_a_store_is_in_the_next_slice()
    {
        using var world = await World.StartedAsync();
        world.Store.IsDown = (_, name) => name.StartsWith("evidence", StringComparison.Ordinal);
        await world.TickAsync(5);
        world.Store.IsDown = (_, _) => false;

        await world.TickAsync(2);

        Assert.Equal([1, 6], world.Disk.Slices(1).Select(s => Math.Round(s.Length.TotalSeconds, 3)));
    }

    [Fact]
    public async Task Health_says_that_the_store_is_down_and_that_it_is_back()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync();
        var well = world.Controller.Health;
        world.Store.IsDown = (_, _) => true;
        await world.TickAsync();
        var ill = world.Controller.Health;
        world.Store.IsDown = (_, _) => false;

        await world.TickAsync();

        Assert.Equal((true, "ok"), (well.Ready, well.Message));
        Assert.Equal((false, "the disk is gone", well.LastTick), (ill.Ready, ill.Message, ill.LastTick));
        Assert.Equal((true, "ok", world.Time.GetUtcNow()), (world.Controller.Health.Ready, world.Controller.Health.Message, world.Controller.Health.LastTick));
    }

    [Fact]
    public async Task A_transition_that_was_not_recorded_is_not_published()
    {
        using var world = await World.StartedAsync();
        world.Store.IsDown = (_, name) => name.StartsWith("record", StringComparison.Ordinal);
        world.Router.Traffic = split => Make.Traffic(split, canaryErrors: 800);

        await world.TickAsync(5);

        Assert.Equal(2, world.Journal.Lines.Count(l => l.StartsWith("publish", StringComparison.Ordinal)));
        Assert.Equal(Phase.Running, world.View.Rollout.Phase);
        Assert.False(world.Controller.Health.Ready);
    }

    [Fact]
    public async Task A_start_that_was_not_recorded_is_refused_and_can_be_tried_again()
    {
        using var world = await World.OpenAsync(Make.Set(Make.Rollout()));
        world.Store.IsDown = (_, _) => true;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => world.StartAsync());
        var phase = world.View.Rollout.Phase;
        world.Store.IsDown = (_, _) => false;

        var outcome = await world.StartAsync();

        Assert.Equal(Phase.Draft, phase);
        Assert.Equal((CommandOutcomeKind.Done, 1), (outcome.Kind, world.View.Rollout.Run));
    }

    [Fact]
    public async Task A_rollback_that_was_not_recorded_leaves_the_canary_where_it_is()
    {
        using var world = await World.StartedAsync();
        world.Store.IsDown = (_, _) => true;

        await Assert.ThrowsAsync<StoreUnavailableException>(() => world.RollBackAsync());

        Assert.Equal(Phase.Running, world.View.Rollout.Phase);
        Assert.StartsWith("publish fraud fraud-v2", world.Journal.Lines.Last(l => l.StartsWith("publish", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_down_at_recovery_stops_the_start_with_its_own_words()
    {
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => World.OpenAsync(Make.Set(Make.Rollout()), null, w => w.Store.IsDown = (_, _) => true));

        Assert.Equal("the disk is gone", failure.Message);
    }

    [Fact]
    public async Task A_start_that_was_not_recorded_is_not_in_the_way_of_another_rollout()
    {
        var other = Make.Rollout("fraud-v3", canary: "v3");
        using var world = await World.OpenAsync(Make.Set(Make.Rollout(), other));
        world.Store.IsDown = (_, _) => true;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => world.StartAsync());
        world.Store.IsDown = (_, _) => false;

        var outcome = await world.StartAsync(other.Name);

        Assert.Equal(CommandOutcomeKind.Done, outcome.Kind);
        Assert.Equal("publish fraud fraud-v3 run 1 stage 0 10%", world.Journal.Lines[^1]);
    }

    [Fact]
    public async Task A_rollout_that_starts_by_itself_starts_once_the_store_is_back()
    {
        using var world = await World.OpenAsync(Make.Set(Make.Rollout() with { Start = StartMode.Auto }));
        var (first, version) = (world.Store.Calls + 1, world.View.Version);
        world.Store.IsDown = (call, _) => call == first;
        _ = world.Run();
        await world.Time.TimerMade.Soon();

        world.Time.Fire();
        var view = await world.Controller.ChangedAsync("fraud-v2", version, None).Soon();
        await world.StopAsync();

        Assert.Equal(Phase.Running, view!.Rollout.Phase);
        Assert.Equal(["store down: record started fraud-v2 run 1 stage 0 10%", "record started fraud-v2 run 1 stage 0 10%"],
            world.Journal.Lines.Where(l => l.Contains("record", StringComparison.Ordinal)));
    }

    private static async Task IgnoringAsync(Func<Task<CommandOutcome>> command)
    {
        try
        {
            await command();
        }
        catch (StoreUnavailableException)
        {
            // The person tries again later.
        }
    }

    private static void AssertWholeRun(World world)
    {
        Assert.Equal(["started", "stage-entered", "promoted"], world.Disk.Kinds.Where(k => k != "held"));
        Assert.Equal("publish fraud v2", world.Journal.Lines[^1]);
        Assert.Equal(world.Router.Handed.Sum(h => h.Traffic.Canary.Cells[0].Exchanges), world.Disk.Slices(1).Sum(s => s.Canary.Cells[0].Exchanges));
        Assert.Equal(Enumerable.Range(1, world.Disk.Slices(1).Count).Select(n => (long)n), world.Disk.Slices(1).Select(s => s.Number));
        Assert.Equal(world.Disk.Slices(1).Sum(s => s.Canary.Cells[0].Exchanges), world.View.Totals[1].Exchanges);
        Assert.True(world.Controller.Health.Ready);
    }
}
