using Haldane.Core;

namespace Haldane.Gateway.Relay;

/// <summary>Which arm a call failed at of late, so that the caller's own retry of it goes there again.</summary>
/// <remarks>
/// Only for callers that no subject holds to an arm. A table of a fixed size, in which later failures take the place of earlier ones; what is lost is only that a retry may go to the other arm. Any thread.
/// </remarks>
internal sealed class RecentFailures(TimeProvider time)
{
    private const int Places = 4_096;

    // Client libraries wait some seconds between tries; who comes later is not taken for a retry of that call.
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    // The key with its last bit replaced by the arm, so that both are written at once; and when.
    private readonly ulong[] _keys = new ulong[Places];
    private readonly long[] _at = new long[Places];

    /// <summary>A call failed at an arm.</summary>
    /// <param name="key">What tells the call from others.</param>
    /// <param name="arm">The arm.</param>
    public void Remember(ulong key, Arm arm)
    {
        var place = PlaceOf(key);
        Volatile.Write(ref _at[place], time.GetTimestamp());
        Volatile.Write(ref _keys[place], (key & ~1UL) | (arm == Arm.Canary ? 1UL : 0));
    }

    /// <summary>The arm that a call failed at of late, or null.</summary>
    public Arm? Find(ulong key)
    {
        var place = PlaceOf(key);
        var found = Volatile.Read(ref _keys[place]);
        return (found & ~1UL) == (key & ~1UL) && found != 0 && time.GetElapsedTime(Volatile.Read(ref _at[place])) < Memory
            ? (found & 1) == 1 ? Arm.Canary : Arm.Baseline
            : null;
    }

    private static int PlaceOf(ulong key) => (int)(key >> 40) % Places;
}
