using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Gateway.Counting;

/// <summary>Counts subjects seen for the first time in a stage, for the sample-ratio check.</summary>
/// <remarks>
/// A bitmap of 131,072 places: a subject counts when it is the first at its place. The place comes from a hash that says nothing about the arm, so which
/// subjects count does not depend on their arm, and each counts once. Full at some hundred thousand subjects, which is evidence enough. Any thread.
/// </remarks>
internal sealed class SubjectSample
{
    private readonly SubjectBitmap _seen = new(SubjectPlaces.Bits);

    // The canary's count in the upper half, the baseline's in the lower one: both are taken at one moment. Taken one after the other, whoever came in between would
    // be counted on one arm only, and a split is proven wrong by a few such subjects.
    private long _new;

    /// <summary>Sees the subject of an exchange.</summary>
    public void See(Arm arm, uint identity)
    {
        if (_seen.See(identity))
        {
            Interlocked.Add(ref _new, arm == Arm.Canary ? 1L << 32 : 1);
        }
    }

    /// <summary>How many were seen for the first time since the last call.</summary>
    public (int Baseline, int Canary) TakeNew()
    {
        var both = Interlocked.Exchange(ref _new, 0);
        return ((int)both, (int)(both >> 32));
    }
}
