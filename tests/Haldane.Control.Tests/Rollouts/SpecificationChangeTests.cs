using Haldane.Control.Tests.Fakes;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Rollouts;

/// <summary>A restart with other files than before.</summary>
public sealed class SpecificationChangeTests
{
    private static readonly RolloutSpec Changed = Make.Rollout() with { Promise = new() { FalsePromotion = 0.01 } };

    [Fact]
    public async Task A_plan_that_changed_while_it_ran_is_taken_back_and_the_new_one_is_a_draft()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(4);

        using var next = await world.RestartAsync(Make.Set(Changed));

        var entry = world.Disk.Entries[^1];
        Assert.Equal(("rolled-back", "specification", 1), (entry.Kind, entry.By, entry.Run));
        Assert.Equal("specification: the rollout's specification was changed while it ran", entry.Why);
        Assert.Equal((Phase.Draft, 0, Changed), (next.View.Rollout.Phase, next.View.Rollout.Run, next.View.Rollout.Spec));
        Assert.Equal("publish fraud v1", next.Journal.Lines[^1]);
    }

    [Fact]
    public async Task The_new_plan_runs_from_its_first_stage_on_its_own_evidence()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(4);
        using var next = await world.RestartAsync(Make.Set(Changed with { Start = StartMode.Auto }));
        var version = next.View.Version;
        _ = next.Run();

        var view = await next.Controller.ChangedAsync("fraud-v2", version, CancellationToken.None).Soon();
        await next.StopAsync();

        Assert.Equal((Phase.Running, 2, 0), (view!.Rollout.Phase, view.Rollout.Run, view.Rollout.Stage));
        Assert.Empty(view.Series);
    }

    [Fact]
    public async Task A_rollout_that_was_removed_while_it_ran_is_taken_back_and_seen_no_more()
    {
        using var world = await World.StartedAsync();

        using var next = await world.RestartAsync(Make.Set());

        Assert.Equal("specification: the rollout is no longer in the specification", world.Disk.Entries[^1].Why);
        Assert.Empty(next.Controller.Rollouts);
        Assert.Null(await next.Controller.ChangedAsync("fraud-v2", 0, CancellationToken.None));
        Assert.Equal(CommandOutcomeKind.NotFound, (await next.StartAsync("fraud-v2")).Kind);
        Assert.Equal("publish fraud v1", next.Journal.Lines[^1]);
    }

    [Fact]
    public async Task A_rollout_whose_model_was_removed_is_taken_back()
    {
        using var world = await World.StartedAsync();

        using var next = await world.RestartAsync(new([Make.Model("chat")], []));

        Assert.Equal("rolled-back", world.Disk.Kinds[^1]);
        Assert.Equal("publish chat v1", next.Journal.Lines[^1]);
    }

    [Fact]
    public async Task Recovery_publishes_once_and_only_the_whole_picture()
    {
        var set = new SpecificationSet([Make.Model(), Make.Model("chat")], [Make.Rollout("a-chat", "chat"), Make.Rollout()]);
        using var world = await World.OpenAsync(set);
        await world.StartAsync("a-chat");
        await world.StartAsync("fraud-v2");

        using var next = await world.RestartAsync(set with { Rollouts = [Changed with { Name = "a-chat", Model = "chat" }, Make.Rollout()] });

        Assert.Equal(
            ["publish fraud fraud-v2 run 2 stage 0 10%; chat v1"],
            next.Journal.Lines.Where(l => l.StartsWith("publish", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_promoted_version_that_is_no_longer_there_gives_way_to_what_is()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(8);
        var model = Make.Model();

        using var next = await world.RestartAsync(new([model with { Versions = [model.Versions[0], model.Versions[2]] }], []));

        Assert.Equal("publish fraud v1", next.Journal.Lines[^1]);
    }

    [Fact]
    public async Task An_unchanged_specification_records_nothing()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(4);
        var before = world.Disk.Ledger.Count;

        using var next = await world.RestartAsync();

        Assert.Equal(before, world.Disk.Ledger.Count);
        Assert.Equal("publish fraud fraud-v2 run 1 stage 1 50%", next.Journal.Lines[^1]);
    }
}
