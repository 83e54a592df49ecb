namespace Haldane.Core.Evidence;

/// <summary>The places of the bitmap in which a gateway notes subjects; a subject counts as new when it is the first at its place.</summary>
public static class SubjectPlaces
{
    /// <summary>The binary logarithm of how many there are.</summary>
    public const int Bits = 17;

    /// <summary>How many there are.</summary>
    public const int Count = 1 << Bits;

    /// <summary>How many subjects there were, from how many places they took.</summary>
    /// <remarks>Linear counting: Whang, Vander-Zanden and Taylor, "A linear-time probabilistic counting algorithm for database applications" (1990), equation 5. Within 1 % up to a million; where every place is taken, as many as that at least.</remarks>
    /// <param name="taken">Places taken, at most <see cref="Count"/>.</param>
    public static double Estimate(long taken) => -Count * Math.Log((Count - Math.Min(taken, Count - 1)) / (double)Count);
}
