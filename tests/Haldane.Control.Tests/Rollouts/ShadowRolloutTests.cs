using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Rollouts;

/// <summary>A rollout that begins in the shadow.</summary>
public sealed class ShadowRolloutTests
{
    private static readonly RolloutSpec Plan = Make.Rollout() with
    {
        Stages = [new(Share.None, TimeSpan.FromSeconds(3)) { Kind = StageKind.Shadow, Shadow = new() { Sample = new(2_500) } }, new(new(5_000), TimeSpan.FromSeconds(3))],
        Guards = [.. Make.Rollout().Guards, new() { Name = "same", Signal = new(SignalKind.Agreement), Scale = Scale.Value, Bad = 0.95, AtLeast = true, Segments = SegmentScan.None }],
    };

    [Fact]
    public async Task A_canary_that_agrees_goes_from_the_shadow_over_a_share_to_everyone()
    {
        using var world = await StartedAsync(different: 0);

        await world.TickAsync(8);

        Assert.Equal(Phase.Promoted, world.View.Rollout.Phase);
        Assert.Equal(
            ["publish fraud fraud-v2 run 1 stage 0 0%", "publish fraud fraud-v2 run 1 stage 1 50%", "publish fraud v2"],
            world.Journal.Lines.Where(l => l.StartsWith("publish", StringComparison.Ordinal)).Skip(1));
    }

    [Fact]
    public async Task A_canary_that_does_not_agree_is_taken_back_before_it_has_served_anybody()
    {
        using var world = await StartedAsync(different: 400);

        await world.TickAsync(8);

        Assert.Equal((Phase.RolledBack, "same", 0), (world.View.Rollout.Phase, world.View.Rollout.Guard, world.View.Rollout.Stage));
    }

    [Fact]
    public async Task Without_pairs_it_stays_in_the_shadow()
    {
        using var world = await StartedAsync(different: null);

        await world.TickAsync(8);

        Assert.Equal((Phase.Running, 0, HoldReason.NoData, Share.None), (world.View.Rollout.Phase, world.View.Rollout.Stage, world.View.Rollout.Hold, world.View.Rollout.CanaryShare));
    }

    [Fact]
    public async Task The_router_is_told_how_to_copy_in_the_shadow_only()
    {
        using var world = await StartedAsync(different: 0);

        var shadow = world.Router.Picture.Models[0].Split!.Shadow;
        await world.TickAsync(5);

        Assert.Equal(Plan.Stages[0].Shadow, shadow);
        Assert.Null(world.Router.Picture.Models[0].Split!.Shadow);
    }

    [Fact]
    public async Task Pairs_are_stored_with_the_evidence_and_a_restart_goes_on_with_them()
    {
        using var world = await StartedAsync(different: 3);
        await world.TickAsync(2);

        using var next = await world.RestartAsync();

        Assert.Contains("\"pairs\":[{\"cell\":0,\"pairs\":1000,\"different\":3,", world.Disk.Evidence[1][0].Body, StringComparison.Ordinal);
        Assert.Equal((Phase.Running, 0), (next.View.Rollout.Phase, next.View.Rollout.Stage));
        Assert.Equal(2_000, next.View.Judgement!.Verdicts[1].CanaryCount);
        Assert.Equal(world.View.Judgement!.Verdicts[1].PassEvidence, next.View.Judgement.Verdicts[1].PassEvidence);
    }

    [Fact]
    public async Task What_a_subject_does_in_the_shadow_is_no_evidence()
    {
        using var world = await StartedAsync(different: 0);

        var receipt = await world.FeedbackAsync(new Core.Feedback.FeedbackItem { Subject = "ann", Events = ["conversion"] });

        Assert.Equal((0, 0, 1), (receipt.Joined, receipt.Unknown, receipt.Uncounted));
    }

    private static async Task<World> StartedAsync(long? different)
    {
        var world = await World.StartedAsync(Plan);
        world.Router.Traffic = split => Make.Traffic(split) with { Pairs = split.Shadow is null || different is not { } pairs ? [] : [new PairCounts(0, 1_000, pairs, 0, 0, 0, 0, 0)] };
        return world;
    }
}
