namespace Haldane.Gateway.Counting;

/// <summary>Who has called in a run, so that first calls are told from further ones. Any thread.</summary>
/// <remarks>
/// A bitmap of 1,048,576 places, 128 KiB, by a hash that says nothing about the arm: a subject whose place somebody else has taken counts as returning, on both arms alike. With a hundred thousand
/// subjects that is every twentieth new one, with a million every third. Empty after a restart.
/// </remarks>
internal sealed class KnownSubjects
{
    private const int Bits = 20;

    private readonly int[] _seen = new int[1 << (Bits - 5)];

    /// <summary>Whether the subject is new; it is known from now on.</summary>
    public bool See(uint identity)
    {
        var place = identity >> (32 - Bits);
        ref var word = ref _seen[place >> 5];
        var bit = 1 << (int)(place & 31);
        return (Volatile.Read(ref word) & bit) == 0 && (Interlocked.Or(ref word, bit) & bit) == 0;
    }
}
