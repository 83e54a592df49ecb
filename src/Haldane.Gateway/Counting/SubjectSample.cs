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
    private readonly int[] _seen = new int[SubjectPlaces.Count / 32];
    private long _baseline;
    private long _canary;

    public void See(Arm arm, uint identity)
    {
        var place = identity >> (32 - SubjectPlaces.Bits);
        ref var word = ref _seen[place >> 5];
        var bit = 1 << (int)(place & 31);
        if ((Volatile.Read(ref word) & bit) == 0 && (Interlocked.Or(ref word, bit) & bit) == 0)
        {
            Interlocked.Increment(ref arm == Arm.Canary ? ref _canary : ref _baseline);
        }
    }

    public long TakeNew(Arm arm) => Interlocked.Exchange(ref arm == Arm.Canary ? ref _canary : ref _baseline, 0);
}
