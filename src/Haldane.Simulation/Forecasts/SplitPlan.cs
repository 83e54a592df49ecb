using Haldane.Core;
using Haldane.Core.Specification;

namespace Haldane.Simulation.Forecasts;

/// <summary>The part of a plan that is simulated: its shares, and what their traffic shows. How alike the answers of two versions are, how they come to them, and how hard their servers work, nobody knows beforehand.</summary>
public static class SplitPlan
{
    /// <summary>
    /// The plan without its shadow stages, what is judged in them only, its gauges and its attributions; null when no guard is left. Who is asked agrees at once, and every hour is a working hour:
    /// how long people take nobody knows either.
    /// </summary>
    public static RolloutSpec? Of(RolloutSpec rollout)
    {
        var guards = rollout.Guards.Where(g => g.Signal.Kind is not (SignalKind.Agreement or SignalKind.Gauge or SignalKind.AttributionDrift)).ToValueList();
        return guards.Count == 0 ? null : rollout with { Stages = rollout.Stages.Where(s => s.Kind != StageKind.Shadow).Select(s => s with { Approval = null, Schedule = [] }).ToValueList(), Guards = guards };
    }
}
