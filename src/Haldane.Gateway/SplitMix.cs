namespace Haldane.Gateway;

/// <summary>Makes numbers that follow each other look unrelated.</summary>
/// <remarks>The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).</remarks>
internal static class SplitMix
{
    /// <summary>A number for each number, none of them twice.</summary>
    public static ulong Scramble(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
