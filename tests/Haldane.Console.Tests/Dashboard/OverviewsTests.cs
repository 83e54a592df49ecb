using Haldane.Console.Dashboard.Overview;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Access;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.Console.Tests.Dashboard;

/// <summary>What the overview makes of views.</summary>
public sealed class OverviewsTests
{
    private static readonly Person Viewer = new("eve") { Role = Role.Viewer };

    [Fact]
    public void What_needs_a_person_comes_first_and_what_is_quiet_last()
    {
        var running = Views.Running("running");
        RolloutView[] rollouts =
        [
            Views.Draft("draft"),
            running,
            Phased("old", Phase.RolledBack, Views.Noon.AddDays(-2)),
            Phased("taken-back", Phase.RolledBack, Views.Noon.AddHours(-1)),
            running with { Rollout = running.Rollout with { Spec = running.Rollout.Spec with { Name = "asks" }, Hold = HoldReason.Approval } },
        ];

        var overview = Overviews.Of([new("fraud", "/fraud/**", "v1", ["v1", "v2"], "running", new(1_000)), new("idle", "/idle/**", "v7", ["v7"], null, new(0))], rollouts, Viewer, Views.Noon);

        Assert.Equal(["asks", "taken-back", "running", "old", "draft", null], overview.Rows.Select(r => r.Rollout));
        Assert.Equal("One needs a person. Taken back: 1. Under way: 1. Quiet: 3.", overview.Summary);
        Assert.Equal(("idle", "v7"), (overview.Rows[^1].Model, overview.Rows[^1].Serving));
    }

    [Fact]
    public void A_row_tells_share_stage_and_the_guard_that_matters_most()
    {
        var row = Overviews.Of([new("fraud", "/fraud/**", "v2", ["v1", "v2"], "fraud-v2", new(1_000))], [Views.Running("fraud-v2")], Viewer, Views.Noon).Rows[0];

        Assert.Equal(("10%", "stage 1 of 1", "v1", "v2"), (row.Share.ToString(), row.Stage, row.Serving, row.Canary));
        Assert.Equal(("errors", VerdictKind.Undecided), (row.Guard, row.Verdict));
    }

    [Fact]
    public void Who_may_take_it_back_can_do_so_from_here()
    {
        ModelView[] models = [new("fraud", "/fraud/**", "v2", ["v1", "v2"], "fraud-v2", new(1_000))];
        bool Offers(Role role) => Overviews.Of(models, [Views.Running("fraud-v2")], new("ada") { Role = role }, Views.Noon).Rows[0].MayRollBack;

        Assert.True(Offers(Role.Operator));
        Assert.False(Offers(Role.Viewer));
    }

    [Fact]
    public void Nothing_to_see_is_said() => Assert.Equal("There is no model that you may see.", Overviews.Of([], [], Viewer, Views.Noon).Summary);

    [Fact]
    public void A_row_changes_only_every_ten_seconds_while_all_goes_well()
    {
        ModelView[] models = [new("fraud", "/fraud/**", "v1", ["v1", "v2"], "fraud-v2", new(1_000))];
        var rows = Enumerable.Range(30, 40).Select(points => Overviews.Of(models, [Views.Running("fraud-v2", points: points)], Viewer, Views.Noon).Rows[0]).ToList();

        Assert.NotNull(rows[0].Spark);
        Assert.InRange(rows.Distinct().Count(), 4, 5);
    }

    private static RolloutView Phased(string name, Phase phase, DateTimeOffset since)
    {
        var view = Views.Running(name);
        return view with { Rollout = view.Rollout with { Phase = phase, Hold = null, Since = since } };
    }
}
