using Haldane.Core.Specification;

namespace Haldane.Judge.Guards;

/// <summary>How sure each proof must be so that the rollout keeps its promise as a whole.</summary>
/// <remarks>
/// Rollback needs one Fail, so false rollback is a union: the budget is split over guards by weight; a guard that scans segments gives half to
/// everyone and half to the scan; within the scan of K cells the first rejection by Holm (1979) stands at K times the evidence. Promotion needs all
/// to pass, an intersection-union test (Berger, 1982), so each guard may use all of false promotion.
/// </remarks>
/// <param name="FailAt">Log evidence that proves Fail for everyone.</param>
/// <param name="SegmentFailAt">Log evidence that proves Fail for a scanned cell.</param>
/// <param name="PassAt">Log evidence that proves Pass.</param>
public readonly record struct Budget(double FailAt, double SegmentFailAt, double PassAt)
{
    /// <summary>The part of a guard.</summary>
    /// <param name="rollout">Whose promise is kept.</param>
    /// <param name="guard">One of its guards.</param>
    /// <param name="cells">How many cells the guard scans.</param>
    public static Budget Of(RolloutSpec rollout, GuardSpec guard, int cells)
    {
        var alpha = rollout.Promise.FalseRollback * guard.Weight / rollout.Guards.Sum(g => g.Weight);
        var passAt = -Math.Log(rollout.Promise.FalsePromotion);
        return cells == 0
            ? new(-Math.Log(alpha), double.PositiveInfinity, passAt)
            : new(-Math.Log(alpha / 2), -Math.Log(alpha / 2 / cells), passAt);
    }
}
