using Haldane.Core.Judging;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using static Haldane.Core.Tests.Rollouts.Made;

namespace Haldane.Core.Tests.Rollouts;

public sealed class RolloutMachineTests
{
    [Fact]
    public void A_start_enters_the_first_stage_of_a_new_run_whatever_was_before()
    {
        var before = In(Phase.RolledBack) with { Run = 4, Stage = 2, Guard = "errors", Segment = "country=ID" };

        var moved = RolloutMachine.Next(before, new Signal.Start(5, "ada"), Now);

        Assert.Equal(
            before with
            {
                Run = 5,
                Phase = Phase.Running,
                Stage = 0,
                Since = Now,
                StartedAt = Now,
                StartedBy = "ada",
                Hold = HoldReason.Baking,
                Reason = "started by ada",
                Guard = null,
                Segment = null,
            },
            moved.Next);
        Assert.Equal("ada", moved.By);
        Assert.Equal(new(100), moved.Next.CanaryShare);
    }

    [Fact]
    public void A_rollback_takes_the_share_back_and_says_who_and_why()
    {
        var moved = RolloutMachine.Next(Running(1), new Signal.RollBack("ada", "callers complain"), Now);

        Assert.Equal((Phase.RolledBack, Share.None, "ada: callers complain", "ada"), (moved.Next.Phase, moved.Next.CanaryShare, moved.Next.Reason, moved.By));
        Assert.Equal((null, null, null), (moved.Next.Guard, moved.Next.Segment, moved.Next.Hold));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_failing_verdict_takes_the_canary_back_also_during_bake_and_in_silence(int stage)
    {
        var judgement = Judge(stage, VerdictKind.Fail, VerdictKind.Pass, baked: TimeSpan.Zero, noData: "callers are silent");

        var moved = RolloutMachine.Next(Running(stage), new Signal.Judged(judgement), Now);

        Assert.Equal((Move.RolledBack, Phase.RolledBack, Share.None), (moved.Move, moved.Next.Phase, moved.Next.CanaryShare));
        Assert.Equal(("errors", "judge", stage, Now), (moved.Next.Guard, moved.By, moved.Next.Stage, moved.Next.Since));
    }

    [Fact]
    public void Of_several_failures_the_one_furthest_past_its_line_is_the_reason()
    {
        var judgement = Judge(0, VerdictKind.Fail, VerdictKind.Fail) with
        {
            Verdicts =
            [
                Verdict("errors", VerdictKind.Fail) with { FailEvidence = 9, FailAt = 8 },
                Verdict("accuracy", VerdictKind.Fail) with { FailEvidence = 7, FailAt = 5, Segment = "country=ID", Reason = "worse in Indonesia" },
            ],
        };

        var next = RolloutMachine.Next(Running(0), new Signal.Judged(judgement), Now).Next;

        Assert.Equal(("accuracy", "country=ID", "worse in Indonesia"), (next.Guard, next.Segment, next.Reason));
    }

    [Fact]
    public void Proven_harm_takes_the_canary_back_while_another_measurement_is_broken()
    {
        var next = RolloutMachine.Next(Running(2), new Signal.Judged(Judge(2, VerdictKind.Broken, VerdictKind.Fail)), Now).Next;

        Assert.Equal(Phase.RolledBack, next.Phase);
    }

    [Theory]
    [InlineData(VerdictKind.Broken)]
    [InlineData(VerdictKind.Pass)]
    [InlineData(VerdictKind.NoData)]
    [InlineData(VerdictKind.Undecided)]
    public void What_cannot_be_trusted_holds_unless_harm_is_proven(VerdictKind other)
    {
        foreach (var judgement in new[] { Judge(2, VerdictKind.Broken, other), Judge(2, other, VerdictKind.Broken) })
        {
            var next = RolloutMachine.Next(Running(2), new Signal.Judged(judgement), Now).Next;

            Assert.Equal((Phase.Running, HoldReason.Broken, 2), (next.Phase, next.Hold, next.Stage));
        }
    }

    [Fact]
    public void Silence_holds_before_bake_and_requirement()
    {
        var judgement = Judge(2, VerdictKind.Undecided, VerdictKind.Undecided, baked: TimeSpan.Zero, noData: "callers are silent");

        var moved = RolloutMachine.Next(Running(2), new Signal.Judged(judgement), Now);

        Assert.Equal((Move.Held, HoldReason.NoData, "callers are silent"), (moved.Move, moved.Next.Hold, moved.Next.Reason));
    }

    [Theory]
    [InlineData(0, false, HoldReason.NoData)] // without late labels a guard must speak in every stage
    [InlineData(0, true, null)] // before it is required a late guard may be silent
    [InlineData(1, true, HoldReason.NoData)]
    [InlineData(2, true, HoldReason.NoData)]
    public void A_late_guard_may_be_silent_until_it_is_required(int stage, bool late, HoldReason? hold)
    {
        var judgement = Judge(stage, VerdictKind.Pass, VerdictKind.NoData);
        judgement = judgement with { Verdicts = [judgement.Verdicts[0], judgement.Verdicts[1] with { Late = late }] };

        var moved = RolloutMachine.Next(Running(stage), new Signal.Judged(judgement), Now);

        Assert.Equal(hold is null ? Move.StageEntered : Move.Held, moved.Move);
        Assert.Equal(hold ?? HoldReason.Baking, moved.Next.Hold);
    }

    [Fact]
    public void A_late_guard_without_data_does_not_hide_that_the_stage_still_bakes()
    {
        var judgement = Judge(1, VerdictKind.Pass, VerdictKind.NoData, baked: TimeSpan.Zero);
        judgement = judgement with { Verdicts = [judgement.Verdicts[0], judgement.Verdicts[1] with { Late = true }] };

        Assert.Equal(Move.None, RolloutMachine.Next(Running(1), new Signal.Judged(judgement), Now).Move);
    }

    [Theory]
    [InlineData(-1, Move.None)]
    [InlineData(0, Move.StageEntered)]
    public void A_stage_is_left_when_its_bake_is_over_and_not_before(int ticksPast, Move expected)
    {
        var judgement = Judge(0, VerdictKind.Pass, VerdictKind.Pass, baked: Bake.Add(TimeSpan.FromTicks(ticksPast)));

        Assert.Equal(expected, RolloutMachine.Next(Running(0), new Signal.Judged(judgement), Now).Move);
    }

    [Theory]
    [InlineData(0, VerdictKind.Undecided, VerdictKind.Undecided, Move.StageEntered)]
    [InlineData(1, VerdictKind.Undecided, VerdictKind.Pass, Move.StageEntered)]
    [InlineData(1, VerdictKind.Pass, VerdictKind.Undecided, Move.Held)] // accuracy is required from here on
    [InlineData(2, VerdictKind.Undecided, VerdictKind.Pass, Move.Held)] // the last stage asks for every guard
    [InlineData(2, VerdictKind.Pass, VerdictKind.Undecided, Move.Held)]
    [InlineData(2, VerdictKind.Pass, VerdictKind.Pass, Move.Promoted)]
    public void A_stage_is_left_when_the_guards_required_there_have_passed(int stage, VerdictKind errors, VerdictKind accuracy, Move expected)
    {
        var moved = RolloutMachine.Next(Running(stage), new Signal.Judged(Judge(stage, errors, accuracy)), Now);

        Assert.Equal(expected, moved.Move);
        Assert.Equal(expected == Move.Held ? HoldReason.Undecided : expected == Move.Promoted ? null : HoldReason.Baking, moved.Next.Hold);
    }

    [Fact]
    public void The_next_stage_is_entered_with_its_share_and_bakes_anew()
    {
        var next = RolloutMachine.Next(Running(0), new Signal.Judged(Judge(0, VerdictKind.Pass, VerdictKind.Pass)), Now).Next;

        Assert.Equal((1, new Share(1_000), HoldReason.Baking, Now), (next.Stage, next.CanaryShare, next.Hold, next.Since));
    }

    [Theory]
    [InlineData(30, 29.9, VerdictKind.Pass, HoldReason.Ejected)]
    [InlineData(30, 30, VerdictKind.Pass, null)]
    [InlineData(0, 0, VerdictKind.Pass, null)]
    [InlineData(30, 29.9, VerdictKind.NoData, HoldReason.Ejected)]
    [InlineData(30, 29.9, VerdictKind.Broken, HoldReason.Ejected)]
    [InlineData(30, 30, VerdictKind.Broken, null)]
    [InlineData(300, 30, VerdictKind.Pass, HoldReason.Ejected)]
    public void A_canary_that_is_plainly_dead_is_borne_for_as_long_as_was_asked(double patience, double dead, VerdictKind errors, HoldReason? hold)
    {
        var rollout = Running(2) with { Spec = Spec with { Unreachable = TimeSpan.FromSeconds(patience) } };

        var moved = RolloutMachine.Next(rollout, new Signal.Judged(Judge(2, errors, VerdictKind.Pass), Ejected(dead)), Now);

        Assert.Equal((hold, hold is null ? Phase.RolledBack : Phase.Running, "gateway"), (moved.Next.Hold, moved.Next.Phase, moved.By));
        Assert.Contains("5 calls in a row failed: nobody accepts connections", moved.Next.Reason, StringComparison.Ordinal);
        Assert.Null(moved.Next.Guard);
    }

    [Fact]
    public void What_the_judge_has_proven_of_a_dead_canary_goes_first()
    {
        var moved = RolloutMachine.Next(Running(0), new Signal.Judged(Judge(0, VerdictKind.Fail, VerdictKind.Pass), Ejected(90)), Now);

        Assert.Equal((Move.RolledBack, "judge", "errors"), (moved.Move, moved.By, moved.Next.Guard));
    }

    [Fact]
    public void A_canary_that_is_back_goes_on_where_it_stood()
    {
        var ejected = Running(1) with { Hold = HoldReason.Ejected };

        var moved = RolloutMachine.Next(ejected, new Signal.Judged(Judge(1, VerdictKind.Pass, VerdictKind.Pass, baked: TimeSpan.Zero)), Now);

        Assert.Equal((Move.Held, HoldReason.Baking, 1, ejected.Since), (moved.Move, moved.Next.Hold, moved.Next.Stage, moved.Next.Since));
    }

    [Fact]
    public void A_promoted_canary_serves_everyone()
    {
        var next = RolloutMachine.Next(Running(2), new Signal.Judged(Judge(2, VerdictKind.Pass, VerdictKind.Pass)), Now).Next;

        Assert.Equal((Phase.Promoted, Share.Full, null, true), (next.Phase, next.CanaryShare, next.Hold, next.Ended));
    }

    [Fact]
    public void Holding_on_for_the_same_reason_is_no_move_but_keeps_the_newest_words()
    {
        var held = Running(2) with { Hold = HoldReason.Undecided, Reason = "errors: e = 1" };
        var judgement = Judge(2, VerdictKind.Undecided, VerdictKind.Pass);

        var moved = RolloutMachine.Next(held, new Signal.Judged(judgement), Now);

        Assert.Equal((Move.None, false, "errors: errors is Undecided"), (moved.Move, moved.Changes, moved.Next.Reason));
        Assert.Equal(held.Since, moved.Next.Since);
    }

    [Theory]
    [InlineData(0, VerdictKind.Undecided, Move.StageEntered)] // another shadow stage follows
    [InlineData(1, VerdictKind.Undecided, Move.Held)] // behind it no pair ever comes
    [InlineData(1, VerdictKind.NoData, Move.Held)]
    [InlineData(1, VerdictKind.Pass, Move.StageEntered)]
    [InlineData(1, VerdictKind.Fail, Move.RolledBack)]
    [InlineData(2, VerdictKind.Undecided, Move.Held)]
    public void The_last_shadow_stage_is_left_when_agreement_has_passed(int stage, VerdictKind agreement, Move expected)
    {
        var shadow = new StageSpec(Share.None, Bake) { Kind = StageKind.Shadow, Shadow = new() };
        var rollout = Running(stage) with
        {
            Spec = Spec with
            {
                Stages = [shadow, shadow, new(new(5_000), Bake)],
                Guards = [Spec.Guards[0], new() { Name = "same", Signal = new(SignalKind.Agreement), Scale = Scale.Value, Bad = 0.98 }],
            },
        };

        var moved = RolloutMachine.Next(rollout, new Signal.Judged(Judge(stage, VerdictKind.Pass, agreement)), Now);

        Assert.Equal(expected, moved.Move);
        Assert.Equal(expected == Move.StageEntered && stage == 1 ? new(5_000) : stage == 2 ? new(5_000) : Share.None, moved.Next.CanaryShare);
    }
}
