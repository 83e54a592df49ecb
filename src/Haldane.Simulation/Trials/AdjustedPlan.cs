using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Trials;

/// <summary>A plan as somebody wants to try it.</summary>
/// <param name="Traffic">The traffic.</param>
/// <param name="Rollout">The plan.</param>
/// <param name="Sliders">What was adjusted, all said.</param>
/// <param name="From">Where the traffic comes from, for people.</param>
public sealed record AdjustedPlan(TrafficModel Traffic, RolloutSpec Rollout, PlanSliders Sliders, string From)
{
    // Of a model that says nothing of its traffic, and where nobody says its rate.
    private const double UsualRate = 100;

    /// <summary>A plan with what is to be otherwise; null when no guard of it can be simulated.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rollout">The rollout.</param>
    /// <param name="sliders">What is to be otherwise.</param>
    public static AdjustedPlan? Of(ModelSpec model, RolloutSpec rollout, PlanSliders sliders)
    {
        if (SplitPlan.Of(rollout) is not { Stages.Count: > 0 } plan)
        {
            return null;
        }

        var rate = sliders.Rate ?? model.Traffic?.RatePerSecond ?? UsualRate;
        var traffic = TrafficSource.Of(model with { Traffic = (model.Traffic ?? new() { RatePerSecond = rate }) with { RatePerSecond = rate } })!;
        var (falseRollback, falsePromotion) = (sliders.FalseRollback ?? plan.Promise.FalseRollback, sliders.FalsePromotion ?? plan.Promise.FalsePromotion);
        return new(
            traffic,
            plan with
            {
                Stages = plan.Stages.Select(s => s with { Bake = s.Bake * sliders.Bake }).ToValueList(),
                Guards = plan.Guards.Select(g => Widened(g, sliders.Margin)).ToValueList(),
                Promise = plan.Promise with { FalseRollback = falseRollback, FalsePromotion = falsePromotion },
            },
            sliders with { Rate = rate, FalseRollback = falseRollback, FalsePromotion = falsePromotion },
            model.Traffic is null ? "a guess: 0.1 % errors, half of the answers within 50 ms and 99 % within 200 ms; spec.traffic of the model is the place for better" : "the specification");
    }

    // An absolute limit is what somebody needs, whatever the baseline does.
    private static GuardSpec Widened(GuardSpec guard, double factor) => guard.Scale == Scale.Value || factor == 1 ? guard : guard with
    {
        Bad = Widened(guard.Scale, guard.Bad, factor),
        Fine = guard.Fine is { } fine ? Widened(guard.Scale, fine, factor) : null,
    };

    private static double Widened(Scale scale, double line, double factor) => scale == Scale.Ratio ? Math.Pow(line, factor) : line * factor;
}
