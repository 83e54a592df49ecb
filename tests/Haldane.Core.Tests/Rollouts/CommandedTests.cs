using Haldane.Core.Judging;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using static Haldane.Core.Tests.Rollouts.Made;

namespace Haldane.Core.Tests.Rollouts;

/// <summary>What people may do with a rollout, and how a canary goes.</summary>
public sealed class CommandedTests
{
    private static readonly ReturnSpec InSteps = new([new(2_500), new(500)], TimeSpan.FromMinutes(1));

    [Fact]
    public void A_paused_rollout_keeps_its_share_and_does_not_move_on()
    {
        var paused = RolloutMachine.Next(Running(1), new Signal.Pause("ada", "lunch", Bake), Now);
        var judged = RolloutMachine.Next(paused.Next, new Signal.Judged(Judge(1, VerdictKind.Pass, VerdictKind.Pass)), Now);

        Assert.Equal((Move.Paused, "ada", "paused by ada: lunch"), (paused.Move, paused.By, paused.Next.Reason));
        Assert.Equal((Move.None, HoldReason.Paused, 1, new Share(1_000)), (judged.Move, judged.Next.Hold, judged.Next.Stage, judged.Next.CanaryShare));
    }

    [Fact]
    public void Harm_takes_a_paused_canary_back()
    {
        var paused = Running(1) with { Pause = new("ada", "lunch", Bake), Hold = HoldReason.Paused };

        var next = RolloutMachine.Next(paused, new Signal.Judged(Judge(1, VerdictKind.Fail, VerdictKind.Pass)), Now).Next;

        Assert.Equal((Phase.RolledBack, null), (next.Phase, next.Pause));
    }

    [Fact]
    public void An_advance_enters_the_next_stage_and_says_who_and_why()
    {
        var moved = RolloutMachine.Next(Running(0), new Signal.Advance("ada", "the fix is urgent", Judge(0, VerdictKind.Undecided, VerdictKind.NoData, TimeSpan.Zero, "silent")), Now);

        Assert.Equal((Move.StageEntered, "ada", 1, "ada: the fix is urgent", Now), (moved.Move, moved.By, moved.Next.Stage, moved.Next.Reason, moved.Next.Since));
    }

    [Theory]
    [InlineData(0, 1)] // the judge still speaks of the stage before
    [InlineData(1, 0)] // nothing has come at all
    public void Nobody_advances_from_a_stage_of_which_nothing_was_seen(int stage, long slice)
    {
        var moved = RolloutMachine.Next(Running(1), new Signal.Advance("ada", "again", Judge(stage, VerdictKind.Pass, VerdictKind.Pass) with { UpToSlice = slice }), Now);

        Assert.Equal("nothing has been seen of fraud-v2 in this stage yet", moved.Refusal);
    }

    [Fact]
    public void A_clock_that_was_set_back_keeps_no_canary_on_its_way()
    {
        var returning = RolloutMachine.Next(Running(2) with { Spec = Spec with { Return = InSteps } }, new Signal.RollBack("ada", "no more"), Now).Next;

        Assert.Equal(Move.None, RolloutMachine.Next(returning, new Signal.Elapsed(), Now).Move);
        Assert.Equal(new Share(500), RolloutMachine.Next(returning, new Signal.Elapsed(), Now.AddHours(-1)).Next.CanaryShare);
    }

    [Fact]
    public void Who_cannot_wait_for_the_steps_does_not_take_the_blame()
    {
        var returning = RolloutMachine.Next(Running(2) with { Spec = Spec with { Return = InSteps } }, new Signal.Judged(Judge(2, VerdictKind.Fail, VerdictKind.Pass)), Now).Next;

        var next = RolloutMachine.Next(returning, new Signal.RollBack("ada", "no more"), Now).Next;

        Assert.Equal((Phase.RolledBack, "errors", "errors is Fail; at once by ada: no more"), (next.Phase, next.Guard, next.Reason));
    }

    [Fact]
    public void Nobody_promotes_without_proof()
    {
        var moved = RolloutMachine.Next(Running(2), new Signal.Advance("ada", "trust me", Judge(2, VerdictKind.Pass, VerdictKind.Pass)), Now);

        Assert.Equal("fraud-v2 is in its last stage: behind it comes the promotion, which takes proof on every guard", moved.Refusal);
        Assert.Equal(Running(2), moved.Next);
    }

    [Fact]
    public void Nobody_advances_on_proven_harm_or_to_a_dead_canary()
    {
        var harmed = RolloutMachine.Next(Running(0), new Signal.Advance("ada", "trust me", Judge(0, VerdictKind.Fail, VerdictKind.Pass)), Now);
        var dead = RolloutMachine.Next(Running(0), new Signal.Advance("ada", "trust me", Judge(0, VerdictKind.Pass, VerdictKind.Pass), Ejected(3)), Now);

        Assert.Equal("errors has failed: errors is Fail", harmed.Refusal);
        Assert.StartsWith("the canary of fraud-v2 is ejected: 5 calls in a row failed", dead.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_shadow_stage_is_not_left_without_the_agreement_that_nothing_behind_it_could_show()
    {
        var shadow = new StageSpec(Share.None, Bake) { Kind = StageKind.Shadow, Shadow = new() };
        var rollout = Running(0) with
        {
            Spec = Spec with { Stages = [shadow, new(new(5_000), Bake)], Guards = [Spec.Guards[0], new() { Name = "same", Signal = new(SignalKind.Agreement), Scale = Scale.Value, Bad = 0.98 }] },
        };

        var early = RolloutMachine.Next(rollout, new Signal.Advance("ada", "quick", Judge(0, VerdictKind.Undecided, VerdictKind.Undecided)), Now);
        var proven = RolloutMachine.Next(rollout, new Signal.Advance("ada", "quick", Judge(0, VerdictKind.Undecided, VerdictKind.Pass)), Now);

        Assert.Equal("same can be proven in this stage only, and has not passed yet: accuracy is Undecided", early.Refusal);
        Assert.Equal(Move.StageEntered, proven.Move);
    }

    [Fact]
    public void A_canary_is_taken_back_in_steps_where_that_is_asked()
    {
        var rollout = Running(2) with { Spec = Spec with { Return = InSteps } };
        var shares = new List<string>();

        var moved = RolloutMachine.Next(rollout, new Signal.Judged(Judge(2, VerdictKind.Fail, VerdictKind.Pass)), Now);
        for (var second = 0; !moved.Next.Ended; second++)
        {
            if (moved.Changes)
            {
                shares.Add($"{second}: {moved.Move} {moved.Next.CanaryShare} {moved.Next.Guard}");
            }

            moved = RolloutMachine.Next(moved.Next, new Signal.Elapsed(), Now.AddSeconds(second));
        }

        Assert.Equal(["0: Returning 25% errors", "61: Returning 5% errors"], shares);
        Assert.Equal((Move.RolledBack, "errors", "errors is Fail"), (moved.Move, moved.Next.Guard, moved.Next.Reason));
    }

    [Theory]
    [InlineData(0, Phase.RolledBack)] // 1 % is below every step
    [InlineData(1, Phase.Returning)]
    public void Steps_above_the_share_are_passed_over(int stage, Phase phase)
    {
        var next = RolloutMachine.Next(Running(stage) with { Spec = Spec with { Return = InSteps } }, new Signal.RollBack("ada", "no more"), Now).Next;

        Assert.Equal((phase, phase == Phase.Returning ? new Share(500) : Share.None), (next.Phase, next.CanaryShare));
    }

    [Fact]
    public void A_dead_canary_is_taken_back_at_once()
    {
        var rollout = Running(2) with { Spec = Spec with { Return = InSteps } };

        Assert.Equal(Phase.RolledBack, RolloutMachine.Next(rollout, new Signal.Judged(Judge(2, VerdictKind.Pass, VerdictKind.Pass), Ejected(30)), Now).Next.Phase);
    }

    [Theory]
    [InlineData(3599, null, Phase.RolledBack)]
    [InlineData(3600, "fraud-v2 was promoted and v1 is no longer kept ready: start a rollout from v2 to v1", Phase.Promoted)]
    public void A_promotion_can_be_taken_back_while_the_old_version_is_warm(int seconds, string? refusal, Phase phase)
    {
        var promoted = RolloutMachine.Next(Running(2), new Signal.Judged(Judge(2, VerdictKind.Pass, VerdictKind.Pass)), Now).Next;

        var moved = RolloutMachine.Next(promoted, new Signal.RollBack("ada", "support calls"), Now.AddSeconds(seconds));

        Assert.Equal((refusal, phase), (moved.Refusal, moved.Next.Phase));
    }

    [Fact]
    public void The_old_version_is_retired_when_its_time_is_over()
    {
        var promoted = RolloutMachine.Next(Running(2), new Signal.Judged(Judge(2, VerdictKind.Pass, VerdictKind.Pass)), Now).Next;

        var early = RolloutMachine.Next(promoted, new Signal.Elapsed(), Now.AddSeconds(3599));
        var retired = RolloutMachine.Next(promoted, new Signal.Elapsed(), Now.AddSeconds(3600));

        Assert.Equal((Move.None, Move.Retired, null, Phase.Promoted), (early.Move, retired.Move, retired.Next.WarmUntil, retired.Next.Phase));
        Assert.Equal(Move.None, RolloutMachine.Next(retired.Next, new Signal.Elapsed(), Now.AddDays(1)).Move);
    }
}
