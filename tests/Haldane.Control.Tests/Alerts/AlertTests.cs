using Haldane.Control.Tests.Fakes;
using Haldane.Core.Access;
using Haldane.Core.Alerts;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Alerts;

/// <summary>Alerts of other systems, from the news to what rollouts make of it.</summary>
public sealed class AlertTests
{
    private static readonly string Id = AlertIds.Of("ann", "a1");
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Since = new(2026, 3, 4, 11, 58, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_alert_that_takes_back_takes_the_canary_back_with_the_next_tick()
    {
        using var world = await StartedAsync();

        var receipt = await TellAsync(world, Firing("a1", "Loss", "page"));
        await world.TickAsync();

        Assert.Equal(new(1, 0, 0, 0), receipt);
        Assert.Equal((Phase.RolledBack, "the alert Loss stands since 2026-03-04 11:58:00 UTC: too much"), (world.View.Rollout.Phase, world.View.Rollout.Reason));
        Assert.Equal([("set", "ann", "too much"), ("rolled-back", "alert", world.View.Rollout.Reason)], world.Disk.Entries.TakeLast(2).Select(e => (e.Kind, e.By, e.Why)));
    }

    [Fact]
    public async Task An_alert_that_holds_holds_until_it_is_over()
    {
        using var world = await StartedAsync();
        await TellAsync(world, Firing("a1", "Loss"));
        await world.TickAsync(9);
        var held = world.View.Rollout;
        var known = await TellAsync(world, Firing("a1", "Loss"));

        var over = await TellAsync(world, Firing("a1", "Loss") with { IsFiring = false });
        await world.TickAsync(2);

        Assert.Equal((0, HoldReason.Alert), (held.Stage, held.Hold));
        Assert.Equal((new(0, 0, 1, 0), new(0, 1, 0, 0)), (known, over));
        Assert.Equal((1, "the alert Loss is over"), (world.View.Rollout.Stage, world.Disk.Entries.Last(e => e.Kind == "removed").Why));
    }

    [Fact]
    public async Task It_stands_over_a_restart()
    {
        using var world = await StartedAsync();
        await TellAsync(world, Firing("a1", "Loss"));
        using var next = await world.RestartAsync();
        await next.TickAsync(9);

        Assert.Equal((0, HoldReason.Alert), (next.View.Rollout.Stage, next.View.Rollout.Hold));
        Assert.Equal(["fraud-v2"], Assert.Single(next.Controller.Alerts(next.By)).Holds);
    }

    [Fact]
    public async Task Nothing_starts_or_is_advanced_while_one_stands()
    {
        using var world = await StartedAsync();
        await world.TickAsync();
        await TellAsync(world, Firing("a1", "Loss"));

        var advanced = await world.AskAsync(RolloutCommand.Advance);
        await world.RollBackAsync();
        var started = await world.StartAsync();

        Assert.Equal(new(CommandOutcomeKind.Conflict, "the alert Loss stands since 2026-03-04 11:58:00 UTC: too much"), advanced);
        Assert.Equal(new(CommandOutcomeKind.Conflict, "fraud-v2 cannot start: the alert Loss stands since 2026-03-04 11:58:00 UTC: too much"), started);
    }

    [Fact]
    public async Task After_a_promotion_one_takes_back_while_the_old_version_is_ready()
    {
        using var world = await StartedAsync();
        await world.TickAsync(60);
        Assert.Equal(Phase.Promoted, world.View.Rollout.Phase);

        await TellAsync(world, Firing("a1", "Loss", "page"));
        await world.TickAsync();

        Assert.Equal(Phase.RolledBack, world.View.Rollout.Phase);
    }

    [Fact]
    public async Task What_matters_to_no_rollout_is_not_kept()
    {
        using var world = await StartedAsync();
        var before = world.Disk.Entries.Count;

        var receipt = await TellAsync(world, Firing("a1", "Other"), Firing("a2", "loss"), Firing("a3", "Other") with { IsFiring = false });

        Assert.Equal((new(0, 0, 3, 0), before, 0), (receipt, world.Disk.Entries.Count, world.Controller.Alerts(world.By).Count));
    }

    [Fact]
    public async Task Somebody_of_another_model_tells_nothing_of_this_one()
    {
        using var world = await StartedAsync();
        var chat = Person.Anyone with { Name = "chat", Models = ["chat"] };

        var told = await world.Controller.AlertAsync([Firing("a1", "Loss", "page")], chat, None);
        await TellAsync(world, Firing("a1", "Loss"));
        var ended = await world.Controller.AlertAsync([Firing("a1", "Loss") with { IsFiring = false }], chat, None);
        var cleared = await world.Controller.ClearAsync(Id, chat, "x", None);
        await world.TickAsync();

        Assert.Equal((new(0, 0, 1, 0), new(0, 0, 1, 0), CommandOutcomeKind.NotFound), (told, ended, cleared.Kind));
        Assert.Equal((Phase.Running, HoldReason.Alert, 0), (world.View.Rollout.Phase, world.View.Rollout.Hold, world.Controller.Alerts(chat).Count));
    }

    [Fact]
    public async Task One_whose_end_nobody_told_is_cleared_by_a_person()
    {
        using var world = await StartedAsync();
        await TellAsync(world, Firing("a1", "Loss"));

        var cleared = await world.Controller.ClearAsync(Id, world.By, "its sender is gone", None);

        Assert.Equal(new(CommandOutcomeKind.Done, "Loss counts as over; if its sender tells of it again, it stands again"), cleared);
        Assert.Equal(CommandOutcomeKind.NotFound, (await world.Controller.ClearAsync(Id, world.By, "again", None)).Kind);
        Assert.Equal(("removed", "ann", "its sender is gone"), world.Disk.Entries.Select(e => (e.Kind, e.By, e.Why)).Last());
    }

    [Fact]
    public async Task An_alert_belongs_to_who_told_of_it()
    {
        using var world = await StartedAsync();
        var ben = world.By with { Name = "ben" };
        await TellAsync(world, Firing("a1", "Loss"));

        var also = await world.Controller.AlertAsync([Firing("a1", "Loss")], ben, None);
        var over = await world.Controller.AlertAsync([Firing("a1", "Loss") with { IsFiring = false }], ben, None);
        var left = world.Controller.Alerts(world.By);

        Assert.Equal((new(1, 0, 0, 0), new(0, 1, 0, 0)), (also, over));
        Assert.Equal(("ann", Id), (Assert.Single(left).By, left[0].Id));
    }

    [Fact]
    public async Task What_no_longer_serves_is_not_taken_back()
    {
        var again = Make.Rollout("fraud-v3", baseline: "v2", canary: "v3") with { Alerts = [new([new("alertname", "Loss")], AlertThen.RollBack)] };
        using var world = await World.StartedAsync(Make.Rollout() with { Alerts = again.Alerts }, again);
        await world.TickAsync(60);
        await world.StartAsync("fraud-v3");
        await world.TickAsync();

        await TellAsync(world, Firing("a1", "Loss"));
        await world.TickAsync(2);

        Assert.Equal([("fraud-v2", Phase.Promoted), ("fraud-v3", Phase.RolledBack)], world.Controller.Rollouts.Select(r => (r.Rollout.Name, r.Rollout.Phase)).Order());
        Assert.Equal("v2", world.Controller.Models[0].Serving);
    }

    [Fact]
    public async Task A_store_that_is_down_takes_nothing()
    {
        using var world = await StartedAsync();
        world.Store.IsDown = (_, _) => true;

        await Assert.ThrowsAsync<StoreUnavailableException>(() => TellAsync(world, Firing("a1", "Loss")));

        Assert.Empty(world.Controller.Alerts(world.By));
    }

    private static Task<AlertReceipt> TellAsync(World world, params AlertNews[] news) => world.Controller.AlertAsync(news, world.By, None);

    private static AlertNews Firing(string fingerprint, string name, string severity = "warn") => new(true, fingerprint, [new("alertname", name), new("severity", severity), new("team", "risk")], "too much", Since);

    private static Task<World> StartedAsync() => World.StartedAsync(Make.Rollout() with
    {
        Alerts = [new([new("alertname", "Loss")], AlertThen.Hold), new([new("alertname", "Loss"), new("severity", "page")], AlertThen.RollBack)],
    });
}
