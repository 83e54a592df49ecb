using System.Numerics;

namespace Haldane.Simulation.Chance;

/// <summary>Seeded chance: the same seed gives the same numbers on every machine and with every version of .NET.</summary>
/// <remarks>
/// The generator is xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021)), its state filled by SplitMix64
/// (Steele, Lea and Flood, 2014), so that neighbouring seeds have nothing in common. For one thread.
/// </remarks>
public sealed class Dice
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _a, _b, _c, _d;

    /// <summary>Starts a sequence.</summary>
    public Dice(ulong seed)
    {
        _a = SplitMix(ref seed);
        _b = SplitMix(ref seed);
        _c = SplitMix(ref seed);
        _d = SplitMix(ref seed);
    }

    /// <summary>A seed that depends on all of the given numbers, for run 7 of row 3 of seed 1.</summary>
    public static ulong SeedOf(params ReadOnlySpan<ulong> parts)
    {
        var seed = 0UL;
        foreach (var part in parts)
        {
            seed ^= part;
            seed = SplitMix(ref seed);
        }

        return seed;
    }

    /// <summary>Any 64 bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_a + _d, 23) + _a;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A number in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number in [0, count).</summary>
    /// <remarks>Lemire's multiplication; its bias, count / 2^64, is beyond what any simulation could see.</remarks>
    public int Next(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    /// <summary>A standard normal number (Marsaglia's polar method).</summary>
    public double NextNormal()
    {
        while (true)
        {
            double x = 2 * NextDouble() - 1, y = 2 * NextDouble() - 1, square = x * x + y * y;
            if (square is > 0 and < 1)
            {
                return x * Math.Sqrt(-2 * Math.Log(square) / square);
            }
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += Golden;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
