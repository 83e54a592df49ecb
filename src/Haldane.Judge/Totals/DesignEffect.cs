namespace Haldane.Judge.Totals;

/// <summary>How many answers count as one, because those of the same moments or of the same users resemble each other. Both effects add to the variance.</summary>
/// <param name="Bursts">Of the same moments; at least 1, infinite while there are too few to tell.</param>
/// <param name="Users">Of the same users; likewise.</param>
internal readonly record struct DesignEffect(double Bursts, double Users)
{
    /// <summary>With fewer clusters than this, moments or groups of users, the spread between them says nothing.</summary>
    public const int FewestClusters = 5;

    // Users matter from here on; a little is mistaken for it by chance now and then.
    private const double Noticeable = 1.25;

    // Standard errors of a design effect that are taken for chance: the largest of four is used, which by chance alone lies that far up.
    private const double Chance = 1.5;

    /// <summary>Every answer counts.</summary>
    public static readonly DesignEffect None = new(1, 1);

    /// <summary>Both together.</summary>
    public double Value => Bursts + Users - 1;

    /// <summary>Whether users are as they are for longer than a stage: then the same users are no new proof in the next one.</summary>
    public bool Lasts => Users >= Noticeable;

    /// <summary>Answers that count as one for each of those that were seen, if so many times as many had come: more moments, but the same users.</summary>
    public double After(double factor) => Bursts / factor + Users - 1;

    /// <summary>A design effect as it was seen between clusters, less what may be chance.</summary>
    /// <remarks>Of independent, rare events it has a mean of 1 and a variance of (2 + 1 / mean) / (clusters - 1), the mean being that of the events of a cluster.</remarks>
    /// <param name="seen">The variance between clusters over what independent observations would show.</param>
    /// <param name="clusters">How many clusters, above 1.</param>
    /// <param name="independent">The variance of all events together if observations were independent, above 0.</param>
    public static double LessChance(double seen, double clusters, double independent) => seen - Chance * Math.Sqrt((2 + clusters / independent) / (clusters - 1));

    /// <summary>The worse of two in both respects.</summary>
    public static DesignEffect Largest(DesignEffect one, DesignEffect other) => new(Math.Max(one.Bursts, other.Bursts), Math.Max(one.Users, other.Users));
}
