namespace Haldane.Core;

/// <summary>Adds up counts.</summary>
public static class Sums
{
    /// <summary>The sum.</summary>
    public static long Sum(this ReadOnlySpan<long> counts)
    {
        var sum = 0L;
        foreach (var count in counts)
        {
            sum += count;
        }

        return sum;
    }
}
