using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Simulation.Trials;

namespace Haldane.Simulation.Tests.Trials;

public sealed class PlanTrialTests
{
    private static readonly ModelSpec Model = new()
    {
        Name = "m",
        Route = new("/m/**"),
        Versions = [],
        Traffic = new() { RatePerSecond = 500, Errors = 0.01 },
    };

    private static readonly RolloutSpec Rollout = new()
    {
        Name = "r",
        Model = "m",
        Baseline = "v1",
        Canary = "v2",
        Stages = [new(new(1_000), TimeSpan.FromMinutes(1)), new(new(5_000), TimeSpan.FromMinutes(1))],
        Guards =
        [
            new() { Name = "errors", Signal = new(SignalKind.ErrorRate), Scale = Scale.Ratio, Bad = 2, Fine = 1.5 },
            new() { Name = "sla", Signal = new(SignalKind.Latency, 0.99), Scale = Scale.Value, Bad = 0.3 },
        ],
    };

    [Fact]
    public void Sliders_change_what_they_name_and_nothing_else()
    {
        var plan = AdjustedPlan.Of(Model, Rollout, new(Rate: 20, Bake: 2, Margin: 3, FalseRollback: 0.05))!;

        Assert.Equal(20, plan.Traffic.RatePerSecond);
        Assert.All(plan.Rollout.Stages, s => Assert.Equal(TimeSpan.FromMinutes(2), s.Bake));
        Assert.Equal((8, 3.375), (plan.Rollout.Guards[0].Bad, Math.Round(plan.Rollout.Guards[0].Fine!.Value, 9)));
        Assert.Equal(0.3, plan.Rollout.Guards[1].Bad);
        Assert.Equal(Rollout.Promise with { FalseRollback = 0.05 }, plan.Rollout.Promise);
        Assert.Equal(new(20, 2, 3, 0.05, Rollout.Promise.FalsePromotion), plan.Sliders);
    }

    [Fact]
    public void Without_sliders_the_plan_stands_as_it_is_and_what_is_guessed_is_said()
    {
        Assert.Equal(Rollout.Guards, AdjustedPlan.Of(Model, Rollout, new())!.Rollout.Guards);
        Assert.Equal("the specification", AdjustedPlan.Of(Model, Rollout, new())!.From);
        Assert.StartsWith("a guess", AdjustedPlan.Of(Model with { Traffic = null }, Rollout, new())!.From, StringComparison.Ordinal);
        Assert.Null(AdjustedPlan.Of(Model, Rollout with { Guards = [new() { Name = "same", Signal = new(SignalKind.Agreement), Scale = Scale.Value, Bad = 0.9 }] }, new()));
    }

    [Fact]
    public void A_trial_keeps_the_promise_of_its_plan_and_comes_to_the_same_again()
    {
        var (one, other) = (new PlanTrial(AdjustedPlan.Of(Model, Rollout, new())!), new PlanTrial(AdjustedPlan.Of(Model, Rollout, new())!));
        var breaths = 0;
        Assert.Empty(one.Study().Cases);
        for (var runs = 0; runs < 20; runs = one.Study().Runs)
        {
            one.Advance(() => breaths++);
            other.Advance(Nothing);
            other.Study();
        }

        var study = one.Study();
        Assert.Equal(study, other.Study());
        Assert.True(breaths > 20 * study.Cases.Count * 10, $"{breaths} breaths");
        Assert.NotNull(study.Promoted);
        Assert.Contains(study.Cases, c => c is { Guard: "errors", Kind: CaseKind.Bad });
        Assert.All(study.Cases.Where(c => c.Wrong is not null), c => Assert.True(c.Wrong!.Low <= (c.Kind == CaseKind.Fine ? study.Sliders.FalseRollback : study.Sliders.FalsePromotion), $"{c}"));
        Assert.All(study.Cases.Where(c => c.Size == "2 margins"), c => Assert.True(c.RolledBack.Part > 0.5, $"{c}"));

        static void Nothing()
        {
        }
    }
}
