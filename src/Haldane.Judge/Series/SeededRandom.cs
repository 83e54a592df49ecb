using System.Numerics;

namespace Haldane.Judge.Series;

/// <summary>Random bits that are the same on every machine and in every version of the runtime.</summary>
/// <remarks>xoshiro256**, seeded through SplitMix64: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021). For one thread.</remarks>
internal sealed class SeededRandom
{
    private ulong _a, _b, _c, _d;

    public SeededRandom(long seed)
    {
        var state = (ulong)seed;
        (_a, _b, _c, _d) = (Split(ref state), Split(ref state), Split(ref state), Split(ref state));
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    private static ulong Split(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
