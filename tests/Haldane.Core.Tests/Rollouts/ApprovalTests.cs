using Haldane.Core.Access;
using Haldane.Core.Judging;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using static Haldane.Core.Tests.Rollouts.Made;

namespace Haldane.Core.Tests.Rollouts;

/// <summary>Who must agree before a stage is left.</summary>
public sealed class ApprovalTests
{
    [Fact]
    public void A_stage_waits_for_as_many_people_as_are_asked()
    {
        var waiting = Judged(Asked(new() { Count = 2 }));
        var one = Approve(waiting.Next, "ben").Next;
        var still = Judged(one);
        var two = Approve(still.Next, "cleo").Next;

        Assert.Equal((Move.Held, HoldReason.Approval, "waits for people to agree, 0 of 2"), (waiting.Move, waiting.Next.Hold, waiting.Next.Reason));
        Assert.Equal("waits for people to agree, 1 of 2 (ben)", still.Next.Reason);
        Assert.Equal(Move.StageEntered, Judged(two).Move);
    }

    [Fact]
    public void One_person_is_not_two()
    {
        var once = Approve(Asked(new() { Count = 2 }), "ben").Next;

        Assert.Equal("ben has agreed already", Approve(once, "ben").Refusal);
        Assert.Equal("BEN has agreed already", Approve(once, "BEN").Refusal);
    }

    [Fact]
    public void An_agreement_counts_in_its_stage_only()
    {
        var second = Judged(Approve(Asked(new()), "ben").Next).Next;

        Assert.Equal(1, second.Stage);
        Assert.Equal(HoldReason.Approval, RolloutMachine.Next(second, new Signal.Judged(Judge(1, VerdictKind.Pass, VerdictKind.Pass)), Now).Next.Hold);
    }

    [Fact]
    public void An_agreement_expires_and_may_be_given_anew()
    {
        var agreed = Approve(Asked(new() { Expires = TimeSpan.FromHours(1) }), "ben").Next;

        Assert.Equal(Move.StageEntered, Judged(agreed, Now.AddMinutes(59)).Move);
        Assert.Equal(HoldReason.Approval, Judged(agreed, Now.AddHours(1)).Next.Hold);
        Assert.Null(RolloutMachine.Next(agreed, new Signal.Approve(new("ben"), "still fine", false), Now.AddHours(1)).Refusal);
    }

    [Fact]
    public void A_new_run_begins_without_agreements()
    {
        var ended = Approve(Asked(new()), "ben").Next with { Phase = Phase.RolledBack };

        Assert.Empty(RolloutMachine.Next(ended, new Signal.Start(9, "ada"), Now).Next.Approvals);
    }

    [Theory]
    [InlineData("ben", null, null)]
    [InlineData("Ben", null, null)]
    [InlineData("cleo", "risk", null)]
    [InlineData("cleo", "legal", "cleo is not one of those who are asked: ben, group risk")]
    [InlineData("cleo", null, "cleo is not one of those who are asked: ben, group risk")]
    public void Only_those_who_are_asked_can_agree(string name, string? group, string? refusal)
    {
        var by = new Person(name) { Groups = group is null ? [] : [group] };

        Assert.Equal(refusal, RolloutMachine.Next(Asked(new() { People = ["ben"], Groups = ["risk"] }), new Signal.Approve(by, "fine", false), Now).Refusal);
    }

    [Fact]
    public void Where_the_risk_is_high_who_has_started_cannot_agree()
    {
        var started = Asked(new()) with { StartedBy = "Ada", StarterIsProven = true };

        Assert.Contains("ada has started this run; the risk", Refusal(started, new("ada"), fourEyes: true), StringComparison.Ordinal);
        Assert.Contains("the token of ben was made by ADA, who has started", Refusal(started, new("ben") { MadeBy = "ADA" }, fourEyes: true), StringComparison.Ordinal);
        Assert.Contains("nobody can prove who has started", Refusal(started with { StarterIsProven = false }, new("ben"), fourEyes: true), StringComparison.Ordinal);
        Assert.Null(Refusal(started, new("ben") { MadeBy = "root" }, fourEyes: true));
        Assert.Null(Refusal(started, new("ada"), fourEyes: false));

        // Somebody has said meanwhile that the risk is lower.
        Assert.NotNull(Refusal(started with { FourEyes = true }, new("ada"), fourEyes: false));

        static string? Refusal(Rollout rollout, Person by, bool fourEyes) => RolloutMachine.Next(rollout, new Signal.Approve(by, "fine", fourEyes), Now).Refusal;
    }

    [Fact]
    public void Nobody_advances_past_what_people_are_asked_for()
    {
        var refused = RolloutMachine.Next(Asked(new()), new Signal.Advance("ada", "quick", Judge(0, VerdictKind.Pass, VerdictKind.Pass)), Now);

        Assert.Contains("waits for people to agree", refused.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_for_people_is_not_being_undecided_for_too_long()
    {
        var asked = Asked(new());
        var overdue = asked with { Spec = asked.Spec with { Stages = [.. asked.Spec.Stages.Select(s => s with { Stay = TimeSpan.FromMinutes(20), WhenUndecided = WhenUndecided.RollBack })] } };

        var held = RolloutMachine.Next(overdue, new Signal.Judged(Judge(0, VerdictKind.Pass, VerdictKind.Pass, inStage: TimeSpan.FromHours(5))), Now);

        Assert.Equal((Phase.Running, HoldReason.Approval), (held.Next.Phase, held.Next.Hold));
    }

    [Fact]
    public void Harm_does_not_wait_for_anybody() =>
        Assert.Equal(Phase.RolledBack, RolloutMachine.Next(Asked(new()), new Signal.Judged(Judge(0, VerdictKind.Fail, VerdictKind.Pass), Frozen: "frozen"), Now).Next.Phase);

    [Fact]
    public void An_experiment_ends_in_a_freeze_too()
    {
        var experiment = Running(2) with { Spec = Spec with { Stages = [.. Spec.Stages.Take(2), Spec.Stages[2] with { Kind = StageKind.Experiment }] } };

        Assert.Equal(Move.Concluded, RolloutMachine.Next(experiment, new Signal.Judged(Judge(2, VerdictKind.Pass, VerdictKind.Pass), Frozen: "frozen"), Now).Move);
    }

    private static Rollout Asked(ApprovalSpec asked) => Running(0) with { Spec = Spec with { Stages = [.. Spec.Stages.Select(s => s with { Approval = asked })] } };

    private static Transition Judged(Rollout rollout, DateTimeOffset? now = null) =>
        RolloutMachine.Next(rollout, new Signal.Judged(Judge(rollout.Stage, VerdictKind.Pass, VerdictKind.Pass)), now ?? Now);

    private static Transition Approve(Rollout rollout, string name) => RolloutMachine.Next(rollout, new Signal.Approve(new(name), "fine", false), Now);
}
