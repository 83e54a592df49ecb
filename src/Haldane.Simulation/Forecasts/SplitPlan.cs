using Haldane.Core;
using Haldane.Core.Specification;

namespace Haldane.Simulation.Forecasts;

/// <summary>The part of a plan that is simulated: its shares. How alike the answers of two versions are, nobody knows beforehand.</summary>
public static class SplitPlan
{
    /// <summary>The plan without its shadow stages and what is judged in them only; null when no guard is left.</summary>
    public static RolloutSpec? Of(RolloutSpec rollout)
    {
        if (rollout.Stages.All(s => s.Kind != StageKind.Shadow))
        {
            return rollout;
        }

        var guards = rollout.Guards.Where(g => g.Signal.Kind != SignalKind.Agreement).ToValueList();
        return guards.Count == 0 ? null : rollout with { Stages = rollout.Stages.Where(s => s.Kind != StageKind.Shadow).ToValueList(), Guards = guards };
    }
}
