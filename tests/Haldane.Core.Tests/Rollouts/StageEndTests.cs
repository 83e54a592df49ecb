using Haldane.Core.Judging;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using static Haldane.Core.Tests.Rollouts.Made;

namespace Haldane.Core.Tests.Rollouts;

/// <summary>What a stage may ask for before it is left, and what happens when it is never given.</summary>
public sealed class StageEndTests
{
    private static readonly TimeSpan Stay = TimeSpan.FromHours(2);

    [Theory]
    [InlineData(999, 50, HoldReason.TooFew, "the canary has served 999 exchanges in this stage, 1,000 are asked")]
    [InlineData(1_000, 49, HoldReason.TooFew, "the canary has served some 49 subjects in this stage, 50 are asked")]
    [InlineData(1_000, 50, null, null)]
    public void A_stage_may_ask_for_exchanges_and_subjects(long exchanges, long subjects, HoldReason? hold, string? reason)
    {
        var rollout = With(new(new(100), Bake) { Exchanges = 1_000, Subjects = 50 });

        var moved = RolloutMachine.Next(rollout, Judged(VerdictKind.Pass, exchanges: exchanges, subjects: subjects), Now);

        Assert.Equal(hold is null ? Move.StageEntered : Move.Held, moved.Move);
        if (hold is not null)
        {
            Assert.Equal((hold, reason), (moved.Next.Hold, moved.Next.Reason));
        }
    }

    [Theory]
    [InlineData(VerdictKind.Undecided, Move.Held)]
    [InlineData(VerdictKind.Pass, Move.StageEntered)]
    public void A_stage_may_ask_for_guards_by_name(VerdictKind accuracy, Move expected) =>
        Assert.Equal(expected, RolloutMachine.Next(With(new(new(100), Bake) { Guards = ["accuracy"] }), Judged(accuracy), Now).Move);

    [Theory]
    [InlineData(WhenUndecided.Hold, VerdictKind.Undecided, -1, Phase.Running, HoldReason.Undecided)]
    [InlineData(WhenUndecided.Hold, VerdictKind.Undecided, 0, Phase.Running, HoldReason.Undecided)]
    [InlineData(WhenUndecided.Hold, VerdictKind.Pass, 0, Phase.Running, HoldReason.Baking)] // moved on, late as it is
    [InlineData(WhenUndecided.Ask, VerdictKind.Undecided, -1, Phase.Running, HoldReason.Undecided)]
    [InlineData(WhenUndecided.Ask, VerdictKind.Undecided, 0, Phase.Running, HoldReason.Overstayed)]
    [InlineData(WhenUndecided.Ask, VerdictKind.Pass, 0, Phase.Running, HoldReason.Overstayed)] // by then it is a person's
    [InlineData(WhenUndecided.RollBack, VerdictKind.Undecided, -1, Phase.Running, HoldReason.Undecided)]
    [InlineData(WhenUndecided.RollBack, VerdictKind.Undecided, 0, Phase.RolledBack, null)]
    [InlineData(WhenUndecided.RollBack, VerdictKind.NoData, 0, Phase.RolledBack, null)]
    [InlineData(WhenUndecided.RollBack, VerdictKind.Pass, 0, Phase.Running, HoldReason.Baking)]
    [InlineData(WhenUndecided.RollBack, VerdictKind.Broken, 0, Phase.Running, HoldReason.Broken)] // what cannot be measured is not the canary's fault
    public void A_stage_is_stayed_in_no_longer_than_it_says(WhenUndecided when, VerdictKind accuracy, int ticksPast, Phase phase, HoldReason? hold)
    {
        var rollout = With(new(new(100), Bake) { Guards = ["accuracy"], Stay = Stay, WhenUndecided = when });

        var next = RolloutMachine.Next(rollout, Judged(accuracy, inStage: Stay + TimeSpan.FromTicks(ticksPast)), Now).Next;

        Assert.Equal((phase, hold), (next.Phase, next.Hold));
    }

    [Theory]
    [InlineData(VerdictKind.Undecided, Phase.Running, HoldReason.Overstayed)]
    [InlineData(VerdictKind.Pass, Phase.Promoted, null)] // nobody advances it there, so proof is enough
    public void The_last_stage_is_left_by_proof_also_when_a_person_was_asked(VerdictKind accuracy, Phase phase, HoldReason? hold)
    {
        var rollout = Running(0) with { Spec = Spec with { Stages = [new(new(5_000), Bake) { Stay = Stay, WhenUndecided = WhenUndecided.Ask }] } };

        var next = RolloutMachine.Next(rollout, Judged(accuracy, inStage: Stay), Now).Next;

        Assert.Equal((phase, hold), (next.Phase, next.Hold));
    }

    [Fact]
    public void Why_it_was_taken_back_says_what_was_missing()
    {
        var rollout = With(new(new(100), Bake) { Guards = ["accuracy"], Stay = Stay, WhenUndecided = WhenUndecided.RollBack });

        var moved = RolloutMachine.Next(rollout, Judged(VerdictKind.Undecided, inStage: Stay), Now);

        Assert.Equal(("judge", "still undecided after the longest stay of 2h: accuracy: accuracy is Undecided"), (moved.By, moved.Next.Reason));
        Assert.Null(moved.Next.Guard); // nothing has failed
    }

    [Fact]
    public void A_pause_is_no_staying()
    {
        var rollout = With(new(new(100), Bake) { Guards = ["accuracy"], Stay = Stay, WhenUndecided = WhenUndecided.RollBack });

        var paused = RolloutMachine.Next(rollout, new Signal.Pause("ada", "lunch", TimeSpan.FromHours(1)), Now).Next;
        var meanwhile = RolloutMachine.Next(paused, Judged(VerdictKind.Undecided, inStage: TimeSpan.FromHours(9)), Now).Next;
        var resumed = RolloutMachine.Next(meanwhile, new Signal.Resume("ada", null, TimeSpan.FromHours(9)), Now).Next;
        var before = RolloutMachine.Next(resumed, Judged(VerdictKind.Undecided, inStage: TimeSpan.FromHours(9.9)), Now).Next;
        var after = RolloutMachine.Next(before, Judged(VerdictKind.Undecided, inStage: TimeSpan.FromHours(10)), Now).Next;

        Assert.Equal((HoldReason.Paused, Phase.Running, Phase.RolledBack), (meanwhile.Hold, before.Phase, after.Phase));
    }

    [Fact]
    public void The_next_stage_counts_its_own_stay()
    {
        var paused = With(new(new(100), Bake)) with { PausedFor = TimeSpan.FromHours(3) };

        Assert.Equal(TimeSpan.Zero, RolloutMachine.Next(paused, Judged(VerdictKind.Pass), Now).Next.PausedFor);
    }

    [Theory]
    [InlineData(VerdictKind.Undecided, -1, Move.None)]
    [InlineData(VerdictKind.Undecided, 0, Move.Concluded)]
    [InlineData(VerdictKind.Pass, 0, Move.Concluded)]
    [InlineData(VerdictKind.Fail, -1, Move.RolledBack)]
    public void An_experiment_ends_with_its_time_and_promotes_nothing(VerdictKind accuracy, int ticksPast, Move expected)
    {
        var rollout = Running(0) with { Spec = Spec with { Stages = [new(new(5_000), Bake) { Kind = StageKind.Experiment }] } };

        var moved = RolloutMachine.Next(rollout, new Signal.Judged(Judge(0, VerdictKind.Undecided, accuracy, baked: Bake.Add(TimeSpan.FromTicks(ticksPast)))), Now);

        Assert.Equal(expected, moved.Move);
        Assert.Equal(expected == Move.None ? new(5_000) : Share.None, moved.Next.CanaryShare);
    }

    [Fact]
    public void A_switch_is_left_by_promotion_when_every_guard_has_passed()
    {
        var rollout = Running(0) with { Spec = Spec with { Stages = [new(new(9_500), Bake) { Kind = StageKind.Switch }] } };

        Assert.Equal(Move.Held, RolloutMachine.Next(rollout, new Signal.Judged(Judge(0, VerdictKind.Pass, VerdictKind.Undecided)), Now).Move);
        Assert.Equal(Move.Promoted, RolloutMachine.Next(rollout, new Signal.Judged(Judge(0, VerdictKind.Pass, VerdictKind.Pass)), Now).Move);
    }

    // In the first of two stages.
    private static Rollout With(StageSpec stage) => Running(0) with { Spec = Spec with { Stages = [stage, new(new(5_000), Bake)] } };

    private static Signal.Judged Judged(VerdictKind accuracy, TimeSpan? inStage = null, long exchanges = 1_000, long subjects = 1_000) =>
        new(Judge(0, VerdictKind.Pass, accuracy, inStage: inStage) with { CanaryExchanges = exchanges, CanarySubjects = subjects });
}
