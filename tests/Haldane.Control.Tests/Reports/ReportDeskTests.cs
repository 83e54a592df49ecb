using Haldane.Control.Reports;
using Haldane.Control.Tests.Fakes;
using Haldane.Core.Access;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Reports;

public sealed class ReportDeskTests
{
    private static readonly SpecificationSet Two = new([Make.Model() with { About = new() { Owner = "payments-risk", Risk = RiskClass.Limited } }, Make.Model("chat")], [Make.Rollout()]);

    [Fact]
    public async Task The_inventory_follows_what_is_decided()
    {
        using var world = await World.OpenAsync(Two);
        using var desk = Desk(world);

        var before = await desk.InventoryAsync(Person.Anyone, CancellationToken.None);
        await world.StartAsync();
        var running = await desk.InventoryAsync(Person.Anyone, CancellationToken.None);
        await world.TickAsync(8);
        var after = await desk.InventoryAsync(Person.Anyone, CancellationToken.None);

        Assert.Equal(["fraud", "chat"], before.Select(e => e.Model));
        Assert.Equal(("payments-risk", RiskClass.Limited, "v1", null, null), (before[0].Owner, before[0].Risk, before[0].Serving, before[0].Rollout, before[0].Changed));
        Assert.Equal((Phase.Running, "started", "ann"), (running[0].Rollout!.Phase, running[0].Changed!.Kind, running[0].Changed!.By));
        Assert.Equal((Phase.Promoted, "v2", "promoted", "judge"), (after[0].Rollout!.Phase, after[0].Serving, after[0].Changed!.Kind, after[0].Promoted!.By));
        Assert.Equal((null, RiskClass.Unclassified), (after[1].Changed, after[1].Risk));
    }

    [Fact]
    public async Task Who_may_see_some_models_sees_no_others()
    {
        using var world = await World.OpenAsync(Two);
        using var desk = Desk(world);

        var seen = await desk.InventoryAsync(new("ada") { Models = ["chat"] }, CancellationToken.None);

        Assert.Equal(["chat"], seen.Select(e => e.Model));
    }

    private static ReportDesk Desk(World world) => new(new(world.Store, world.Store, static (_, _, _) => true), world.Store, world.Controller, () => world.Set.Models, world.Time);
}
