using Haldane.Core.Evidence;
using Haldane.Core.Specification;

namespace Haldane.Judge;

/// <summary>The canary's part of what both arms see.</summary>
internal static class Parts
{
    /// <summary>In a slice of a stage.</summary>
    /// <param name="stage">The stage of the slice.</param>
    /// <param name="slice">The slice: its share is the one that was in force.</param>
    public static double PartIn(this StageSpec stage, EvidenceSlice slice) => stage.Kind == StageKind.Shadow ? stage.CanaryPart : slice.Share.Fraction;
}
