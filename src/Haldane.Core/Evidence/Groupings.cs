using System.Globalization;

namespace Haldane.Core.Evidence;

/// <summary>Groups of subjects: each subject is always in the same one, and its arm says nothing about which.</summary>
public static class SubjectGroups
{
    /// <summary>How many groups.</summary>
    public const int Count = 64;

    /// <summary>The group of a subject.</summary>
    /// <param name="identity">See <see cref="Assignment.Assigner.IdentityOf"/>.</param>
    public static int Of(uint identity) => (int)(identity % Count);

    /// <summary>The bucket in <see cref="GroupedAnswers"/> of what an answer was like and of its subject's group.</summary>
    public static int Key(int what, int group) => what * Count + group;

    /// <summary>What the answers of a bucket were like, and the group of their subjects.</summary>
    public static (int What, int Group) Parts(int key) => (key / Count, key % Count);
}

/// <summary>Says when something that is counted by group of subjects is to be reported anew: when there is enough more of it, so that it is seldom in a long stage.</summary>
/// <remarks>For one thread.</remarks>
/// <param name="growth">
/// How much more is enough, as a ratio above 1. A quarter more is often enough to know how something is spread.
/// </param>
public sealed class ReportPace(double growth = 1.25)
{

    private long _counted;
    private long _reported;

    /// <summary>Whether it is time; then everything up to now counts as reported.</summary>
    /// <param name="more">What was counted since the last call.</param>
    public bool IsDue(long more)
    {
        _counted += more;
        if (_counted <= growth * _reported)
        {
            return false;
        }

        _reported = _counted;
        return true;
    }
}

/// <summary>Equal bins of a confidence in [0, 1]; the last one holds 1 too.</summary>
public static class ConfidenceBins
{
    /// <summary>How many bins; each is 0.05 wide.</summary>
    public const int Count = 20;

    /// <summary>The bin of a confidence.</summary>
    /// <param name="confidence">In [0, 1].</param>
    public static int Of(double confidence) => Math.Min((int)(confidence * Count), Count - 1);

    /// <summary>A bin for people, e.g. <c>0.95 to 1</c>.</summary>
    public static string NameOf(int bin) => $"{Edge(bin)} to {Edge(bin + 1)}";

    private static string Edge(int bin) => ((double)bin / Count).ToString("0.##", CultureInfo.InvariantCulture);
}

/// <summary>Latencies in steps of 5 %, for what need not be known more finely.</summary>
public static class LatencySteps
{
    /// <summary>How many steps.</summary>
    public const int Count = (LatencyBuckets.Count + Buckets - 1) / Buckets;

    private const int Buckets = LatencyBuckets.PerTenPercent / 2;

    /// <summary>The step of a bucket of <see cref="LatencyBuckets"/>.</summary>
    public static int Of(int bucket) => bucket / Buckets;

    /// <summary>The highest bucket of a step.</summary>
    public static int Last(int step) => step * Buckets + Buckets - 1;
}
