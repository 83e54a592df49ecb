using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Judge;

namespace Haldane.Control.Specifications;

/// <summary>Finds what only the judge knows to be wrong with a plan: lines that are too close or too far apart for its grids. Pure.</summary>
public static class PlanChecks
{
    /// <summary>Every rollout that cannot be judged, and why.</summary>
    public static ValueList<SpecificationError> Check(SpecificationSet set) => [.. set.Rollouts.Select(r => (r.Name, Why: WhyNot(set, r))).Where(r => r.Why is not null).Select(r => new SpecificationError($"rollout {r.Name}", 0, 0, "", r.Why!))];

    private static string? WhyNot(SpecificationSet set, RolloutSpec rollout)
    {
        try
        {
            _ = new RolloutJudge(set.FindModel(rollout.Model)!, rollout);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message.Split(" (Parameter ")[0];
        }
    }
}
