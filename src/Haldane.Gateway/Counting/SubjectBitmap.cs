namespace Haldane.Gateway.Counting;

/// <summary>Who has been seen, by a hash that says nothing about the arm. Any thread.</summary>
/// <remarks>A subject whose place somebody else has taken counts as seen, on both arms alike.</remarks>
/// <param name="bits">The binary logarithm of how many places there are; a bit each.</param>
internal sealed class SubjectBitmap(int bits)
{
    private readonly int[] _seen = new int[1 << (bits - 5)];

    /// <summary>Whether the subject is new; it is known from now on.</summary>
    public bool See(uint identity)
    {
        var place = identity >> (32 - bits);
        ref var word = ref _seen[place >> 5];
        var bit = 1 << (int)(place & 31);
        return (Volatile.Read(ref word) & bit) == 0 && (Interlocked.Or(ref word, bit) & bit) == 0;
    }
}
