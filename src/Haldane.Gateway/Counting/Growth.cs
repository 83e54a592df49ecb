using System.Numerics;

namespace Haldane.Gateway.Counting;

/// <summary>By how much counters that only grow have grown, summed over the blocks of all cores.</summary>
/// <remarks>
/// Any thread may add meanwhile: each counter is read once and whole, so an addition is in this sum or in the next. One thread at a time may take. Most counters of most rollouts stand still, so they are
/// passed over a register at a time and nothing is written for them: with a thousand rollouts this is hundreds of megabytes each second, and pages that nobody has written cost next to nothing.
/// </remarks>
internal static class Growth
{
    /// <summary>Adds to <paramref name="grown"/>, which is all zeros, what came since the last call.</summary>
    /// <param name="blocks">A block for each core, all of the same size.</param>
    /// <param name="taken">What was taken up to the last call; brought up to date.</param>
    /// <param name="start">The first counter.</param>
    /// <param name="grown">One number for each counter from there on.</param>
    /// <typeparam name="T">A counter; no wider than the machine reads at once.</typeparam>
    public static void Take<T>(T[][] blocks, T[] taken, int start, Span<long> grown)
        where T : unmanaged, IBinaryInteger<T>
    {
        var i = 0;
        for (; i <= grown.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            var sums = Vector<T>.Zero;
            foreach (var block in blocks)
            {
                sums += new Vector<T>(block, start + i);
            }

            if (sums != new Vector<T>(taken, start + i))
            {
                for (var n = 0; n < Vector<T>.Count; n++)
                {
                    Take(sums[n], ref taken[start + i + n], ref grown[i + n]);
                }
            }
        }

        for (; i < grown.Length; i++)
        {
            var sum = T.Zero;
            foreach (var block in blocks)
            {
                sum += block[start + i];
            }

            Take(sum, ref taken[start + i], ref grown[i]);
        }
    }

    // Differences of counters that have wrapped are right all the same.
    private static void Take<T>(T sum, ref T taken, ref long grown)
        where T : unmanaged, IBinaryInteger<T>
    {
        grown = long.CreateTruncating(sum - taken);
        taken = sum;
    }
}
