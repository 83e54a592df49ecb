using Haldane.Console.Dashboard.Wording;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Judging;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Console.Tests.Dashboard;

/// <summary>What is said of the next decision.</summary>
public sealed class NextDecisionTests
{
    [Fact]
    public void The_last_guard_that_must_pass_is_what_a_promotion_waits_for() =>
        Assert.Equal("promotion in about 7 min, when errors has passed", Said(Toward(VerdictKind.Pass, TimeSpan.FromMinutes(7))));

    [Fact]
    public void A_bake_that_lasts_longer_is_what_it_waits_for()
    {
        Assert.Equal("promotion in about 5 min, when the bake is over", Said(Toward(VerdictKind.Pass, TimeSpan.FromSeconds(9))));
        Assert.Equal("promotion in about 5 min, when the bake is over", Said(Toward(VerdictKind.Pass, null) with { Kind = VerdictKind.Pass, Forecast = null }));
    }

    [Fact]
    public void Harm_that_comes_first_is_told_of_and_one_that_comes_later_is_not()
    {
        var later = Toward(VerdictKind.Fail, TimeSpan.FromHours(3)) with { Guard = "other" };

        Assert.Equal("taken back in about 20 s, when errors fails", Said(Toward(VerdictKind.Fail, TimeSpan.FromSeconds(20))));
        Assert.Equal("promotion in about 5 min, when the bake is over", Said(Toward(VerdictKind.Pass, TimeSpan.FromSeconds(1)), later));
    }

    [Fact]
    public void Where_it_waits_for_a_person_or_nobody_can_say_nothing_is_said()
    {
        var pass = Toward(VerdictKind.Pass, TimeSpan.FromSeconds(9));

        Assert.Null(Said(Toward(VerdictKind.Pass, null)));
        Assert.Null(Said(pass with { Forecast = null }));
        Assert.All([HoldReason.Paused, HoldReason.Approval, HoldReason.Frozen, HoldReason.Overstayed, HoldReason.Alert], hold => Assert.Null(Said(hold, s => s, pass)));
        Assert.Null(Said(HoldReason.TooFew, s => s with { Subjects = 500 }, pass));
        Assert.Null(NextDecision.Of(Views.Draft("fraud-v2").Rollout, null));
    }

    [Fact]
    public void What_it_decides_is_named()
    {
        var passed = Toward(VerdictKind.Pass, null) with { Kind = VerdictKind.Pass, Forecast = null };
        var rollout = Views.Running("fraud-v2").Rollout;
        var further = rollout with { Spec = rollout.Spec with { Stages = [rollout.Spec.Stages[0], new(new(5_000), TimeSpan.FromMinutes(5))] } };

        Assert.StartsWith("50% in about", NextDecision.Of(further, Judgement(passed)), StringComparison.Ordinal);
        Assert.StartsWith("a person is asked to agree in about", Said(HoldReason.Baking, s => s with { Approval = new() }, passed), StringComparison.Ordinal);
        Assert.StartsWith("2 people are asked to agree in about", Said(HoldReason.Baking, s => s with { Approval = new() { Count = 2 } }, passed), StringComparison.Ordinal);
    }

    // 100 exchanges came in 3 s.
    [Fact]
    public void A_count_that_is_asked_takes_as_long_as_the_traffic_lets_it() =>
        Assert.Equal("promotion in about 30 min, when the canary has served enough", Said(HoldReason.TooFew, s => s with { Exchanges = 60_000 }, Toward(VerdictKind.Pass, TimeSpan.FromSeconds(9))));

    private static string? Said(params Verdict[] verdicts) => Said(HoldReason.Baking, s => s, verdicts);

    private static string? Said(HoldReason hold, Func<StageSpec, StageSpec> change, params Verdict[] verdicts)
    {
        var rollout = Views.Running("fraud-v2").Rollout;
        return NextDecision.Of(rollout with { Hold = hold, Spec = rollout.Spec with { Stages = [change(rollout.Spec.Stages[0])] } }, Judgement(verdicts));
    }

    private static Judgement Judgement(params Verdict[] verdicts) => Views.Running("fraud-v2").Judgement! with { Verdicts = [.. verdicts] };

    private static Verdict Toward(VerdictKind kind, TimeSpan? after) => Views.Running("fraud-v2").Judgement!.Verdicts[0] with { Forecast = new(kind, 1_000, after) };
}
