using Haldane.Control.Tests.Fakes;
using Haldane.Core;
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

    [Fact]
    public async Task A_promoted_version_goes_on_serving_when_its_plan_is_edited()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(8);

        using var next = await world.RestartAsync(Make.Set(Changed));
        var outcome = await next.StartAsync();

        Assert.Equal("publish fraud v2", next.Journal.Lines[^1]);
        Assert.Equal(new(CommandOutcomeKind.Conflict, "model fraud is served by v2, but the baseline of fraud-v2 is v1"), outcome);
    }

    [Fact]
    public async Task A_canary_that_was_taken_back_does_not_serve_because_the_next_plan_calls_it_the_baseline()
    {
        using var world = await World.StartedAsync();

        using var next = await world.RestartAsync(Make.Set(Make.Rollout(baseline: "v2", canary: "v3")));

        Assert.Equal("publish fraud v1", next.Journal.Lines[^1]);
        Assert.Equal(CommandOutcomeKind.Conflict, (await next.StartAsync()).Kind);
    }

    [Fact]
    public async Task One_name_may_move_the_model_again_and_again()
    {
        // v3 -> v1 by the first, v1 -> v2 by the second, v2 -> v3 by the second again, taken back: v2 serves, not what the first has promoted.
        var first = Make.Rollout("first", baseline: "v3", canary: "v1");
        var second = Make.Rollout("second");
        using var world = await World.OpenAsync(Make.Set(first, second));
        await world.StartAsync("first");
        await world.TickAsync(8);
        await world.StartAsync("second");
        await world.TickAsync(8);
        using var next = await world.RestartAsync(Make.Set(first, Make.Rollout("second", baseline: "v2", canary: "v3")));
        await next.StartAsync("second");
        using var again = await next.RestartAsync();

        await again.RollBackAsync("second");

        Assert.Equal("publish fraud v2", again.Journal.Lines[^1]);
    }

    [Fact]
    public async Task A_model_whose_segments_changed_under_a_run_takes_the_canary_back()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(2);

        using var next = await world.RestartAsync(new([Make.Model() with { Segments = [] }], [Make.Rollout()]));

        Assert.Equal("specification: the model's specification was changed while it ran", world.Disk.Entries[^1].Why);
        Assert.Equal(Phase.RolledBack, next.View.Rollout.Phase);
        Assert.Equal("publish fraud v1", next.Journal.Lines[^1]);
    }

    [Fact]
    public async Task A_model_whose_canary_moved_to_other_endpoints_under_a_run_takes_the_canary_back()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(2);
        var model = Make.Model();
        var elsewhere = model with { Versions = model.Versions.Select(v => v with { Endpoints = ["http://127.0.0.1:9"] }).ToValueList() };

        using var next = await world.RestartAsync(new([elsewhere], [Make.Rollout()]));

        Assert.Equal((Phase.RolledBack, "specification: all endpoints of v1 were replaced while it ran"), (next.View.Rollout.Phase, world.Disk.Entries[^1].Why));
    }

    [Fact]
    public async Task Servers_of_a_version_may_come_and_go_under_a_run()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(2);
        var model = Make.Model();
        var larger = model with { Versions = model.Versions.Select(v => v with { Endpoints = ["http://127.0.0.1:9", .. v.Endpoints] }).ToValueList() };

        using var next = await world.RestartAsync(new([larger], [Make.Rollout()]));

        Assert.Equal(Phase.Running, next.View.Rollout.Phase);
    }

    [Fact]
    public async Task The_record_of_a_start_holds_plan_and_model()
    {
        using var world = await World.StartedAsync();

        var started = world.Disk.Entries.Single(e => e.Kind == "started");

        Assert.Equal("v2", started.Specification!.Value.GetProperty("canary").GetString());
        Assert.Equal("fraud", started.ModelSpecification!.Value.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_model_whose_classes_changed_under_a_run_takes_the_canary_back()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(2);
        var model = Make.Model() with { Signals = new() { Prediction = new("/class", ["good", "odd", "fraud"]) } };

        using var next = await world.RestartAsync(new([model], [Make.Rollout()]));

        Assert.Equal(Phase.RolledBack, next.View.Rollout.Phase);
    }
}
