using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Simulation.Chance;
using Haldane.Simulation.Runs;

namespace Haldane.Simulation.Recorded;

/// <summary>Lets a plan judge the baseline's recorded traffic against itself.</summary>
/// <remarks>Each run begins at another moment of the record and goes around it once, so no exchange is judged twice in a run; the order of the slices stays, but for one seam. Pure.</remarks>
/// <param name="model">The model as it was when the evidence was taken.</param>
/// <param name="rollout">The plan.</param>
/// <param name="recorded">The slices of a run in order.</param>
public sealed class SelfComparison(ModelSpec model, RolloutSpec rollout, IReadOnlyList<EvidenceSlice> recorded)
{
    // So that it ends when the record does, however long that is.
    private static readonly TimeSpan Forever = TimeSpan.FromDays(3_650);

    private readonly SegmentCells _layout = new(model.Segments);

    /// <summary>One run with a division of its own.</summary>
    public RunOutcome Run(ulong seed)
    {
        var thinning = new Thinning(_layout, Dice.SeedOf(seed, 1));
        var (start, taken) = (new Dice(Dice.SeedOf(seed, 2)).Next(recorded.Count), 0);
        return SimulatedRun.Follow(
            model,
            rollout,
            (stage, share, _) => taken == recorded.Count ? null : thinning.Divide(recorded[(start + taken++) % recorded.Count], stage, share),
            Pacing.Seconds,
            Forever);
    }
}
