using Haldane.Core;

namespace Haldane.Gateway.Relay;

/// <summary>Which arm something was seen at of late.</summary>
/// <remarks>A table of a fixed size, in which what came later takes the place of what came earlier; so nobody can make it grow. Any thread.</remarks>
/// <param name="places">How many places, a power of two.</param>
/// <param name="memory">How long something is remembered.</param>
/// <param name="time">The clock.</param>
internal sealed class ArmMemory(int places, TimeSpan memory, TimeProvider time)
{
    // The key with its last bit replaced by the arm, so that both are written at once; and when.
    private readonly ulong[] _keys = new ulong[places];
    private readonly long[] _at = new long[places];

    /// <summary>Something was seen.</summary>
    /// <param name="key">What tells it from others.</param>
    /// <param name="arm">The arm.</param>
    public void Remember(ulong key, Arm arm)
    {
        var place = PlaceOf(key);
        Volatile.Write(ref _at[place], time.GetTimestamp());
        Volatile.Write(ref _keys[place], (key & ~1UL) | (arm == Arm.Canary ? 1UL : 0));
    }

    /// <summary>The arm that it was seen at, or null.</summary>
    public Arm? Find(ulong key)
    {
        var place = PlaceOf(key);
        var found = Volatile.Read(ref _keys[place]);
        return found != 0 && (found & ~1UL) == (key & ~1UL) && time.GetElapsedTime(Volatile.Read(ref _at[place])) < memory
            ? (found & 1) == 1 ? Arm.Canary : Arm.Baseline
            : null;
    }

    private int PlaceOf(ulong key) => (int)(key >> 32) & (places - 1);
}
