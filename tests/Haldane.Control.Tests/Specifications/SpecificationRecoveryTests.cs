using Haldane.Control.Tests.Fakes;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using static Haldane.Control.Tests.Specifications.SpecificationWorld;

namespace Haldane.Control.Tests.Specifications;

/// <summary>A change of the specification outlives faults of the store, crashes and restarts.</summary>
public sealed class SpecificationRecoveryTests : IDisposable
{
    private readonly SpecificationWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_store_that_fails_leaves_all_as_it_was()
    {
        await _world.OpenAsync(Model());
        _world.Store.IsDown = (_, call) => call.StartsWith("record", StringComparison.Ordinal);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => _world.SendAsync(Plan()));
        _world.Store.IsDown = (_, _) => false;

        Assert.Empty(_world.Controller.Rollouts);
        Assert.Equal((1, 0), (_world.Desk.Current.Documents.Count, _world.Outside.Committed));
        Assert.Equal(ChangeOutcome.Applied, (await _world.SendAsync(Plan())).Outcome);
    }

    [Fact]
    public async Task A_store_that_fails_between_the_change_and_what_comes_of_it_is_caught_up_with()
    {
        await _world.OpenAsync(Model(), Plan());
        await _world.Controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);
        _world.Store.IsDown = (_, call) => call.StartsWith("record rolled-back", StringComparison.Ordinal);
        var changed = new ChangeOrder { Sources = [Source(Plan().Replace("share: 5%", "share: 2%", StringComparison.Ordinal))], MayMoveTraffic = true };

        await Assert.ThrowsAsync<StoreUnavailableException>(() => _world.ApplyAsync(changed));
        var between = _world.Controller.Rollouts[0].Rollout;
        _world.Store.IsDown = (_, _) => false;
        await _world.Controller.TickAsync(None);

        Assert.Equal(Phase.Running, between.Phase);
        Assert.Equal((Phase.Draft, 200), (_world.Controller.Rollouts[0].Rollout.Phase, _world.Controller.Rollouts[0].Rollout.Spec.Stages[0].Share.BasisPoints));
        Assert.Equal("publish fraud v1", _world.Journal.Lines[^1]);
    }

    [Fact]
    public async Task Whatever_the_call_a_crash_follows_the_next_process_stands_before_or_after_the_change()
    {
        var changed = Plan().Replace("share: 5%", "share: 2%", StringComparison.Ordinal);
        var ends = new HashSet<(int, Phase)>();
        for (var after = 1; after < 6; after++)
        {
            using var test = new SpecificationWorld();
            await test.OpenAsync(Model(), Plan());
            await test.Controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);
            test.Store.DiesAfter = test.Store.Calls + after;
            try
            {
                await test.ApplyAsync(new() { Sources = [Source(changed)], MayMoveTraffic = true });
            }
            catch (CrashException)
            {
                // As was to be.
            }

            await test.OpenAsync();
            var rollout = test.Controller.Rollouts[0].Rollout;
            ends.Add((rollout.Spec.Stages[0].Share.BasisPoints, rollout.Phase));
            Assert.Equal(rollout.Phase == Phase.Running ? "publish fraud fraud-v2 run 1 stage 0 5%" : "publish fraud v1", test.Journal.Lines[^1]);
            Assert.Equal(test.Disk.Ledger.Count, test.Disk.Ledger.DistinctBy(r => r.Hash).Count());
            Assert.True(test.Disk.Kinds.Count(k => k == "rolled-back") <= 1);
        }

        Assert.Equal([(200, Phase.Draft)], ends);
    }

    [Fact]
    public async Task What_was_applied_is_there_after_a_restart_with_the_same_files()
    {
        await _world.OpenAsync(Model(), Plan());
        await _world.ApplyAsync(new() { Sources = [Source(Plan().Replace("share: 5%", "share: 2%", StringComparison.Ordinal))] });
        await _world.SendAsync(Plan(name: "fraud-v3", canary: "v3"));

        await _world.OpenAsync(Model(), Plan());

        Assert.Equal(["fraud-v2", "fraud-v3"], _world.Controller.Rollouts.Select(r => r.Rollout.Name));
        Assert.Equal(200, _world.Controller.Rollouts[0].Rollout.Spec.Stages[0].Share.BasisPoints);
    }

    [Fact]
    public async Task A_plan_that_comes_back_stands_where_it_stood()
    {
        await _world.OpenAsync(Model(), Plan());
        await _world.Controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);
        await _world.Controller.CommandAsync("fraud-v2", RolloutCommand.RollBack, Ann, "enough", None);
        await _world.SendAsync(Plan().Replace("share: 5%", "share: 2%", StringComparison.Ordinal));
        var changed = _world.Controller.Rollouts[0].Rollout.Phase;

        await _world.SendAsync(Plan());

        Assert.Equal((Phase.Draft, Phase.RolledBack), (changed, _world.Controller.Rollouts[0].Rollout.Phase));
    }
}
