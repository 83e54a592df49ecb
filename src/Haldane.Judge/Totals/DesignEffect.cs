namespace Haldane.Judge.Totals;

/// <summary>How many answers count as one, because those of the same moments or of the same users resemble each other. Both effects add to the variance.</summary>
/// <param name="Bursts">Of the same moments; at least 1, infinite while there are too few to tell.</param>
/// <param name="Users">Of the same users; likewise.</param>
internal readonly record struct DesignEffect(double Bursts, double Users)
{
    // Users matter from here on; a little is mistaken for it by chance now and then.
    private const double Noticeable = 1.25;

    /// <summary>Every answer counts.</summary>
    public static readonly DesignEffect None = new(1, 1);

    /// <summary>Both together.</summary>
    public double Value => Bursts + Users - 1;

    /// <summary>Whether users are as they are for longer than a stage: then the same users are no new proof in the next one.</summary>
    public bool Lasts => Users >= Noticeable;

    /// <summary>Answers that count as one for each of those that were seen, if so many times as many had come: more moments, but the same users.</summary>
    public double After(double factor) => Bursts / factor + Users - 1;

    /// <summary>The worse of two in both respects.</summary>
    public static DesignEffect Largest(DesignEffect one, DesignEffect other) => new(Math.Max(one.Bursts, other.Bursts), Math.Max(one.Users, other.Users));
}
