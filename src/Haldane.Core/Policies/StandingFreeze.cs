namespace Haldane.Core.Policies;

/// <summary>A freeze that stands at a moment: no rollout of its models starts, enters a further stage or is promoted. Taking back is never frozen.</summary>
/// <param name="Name">Unique among freezes.</param>
/// <param name="Until">When it ends; null when nobody knows.</param>
/// <param name="Why">Why, one sentence; null when nobody said.</param>
public sealed record StandingFreeze(string Name, DateTimeOffset? Until, string? Why)
{
    /// <summary>For people.</summary>
    public string Sentence => $"frozen by {Name}{(Until is { } end ? $" until {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "")}{(Why is null ? "" : $": {Why}")}";
}

/// <summary>Somebody lets one rollout move in spite of a freeze.</summary>
/// <param name="Freeze">The freeze.</param>
/// <param name="Until">When it ends, as it was known then: the next window of the freeze holds again. Null when it has no known end.</param>
/// <param name="By">Who.</param>
/// <param name="Why">Why.</param>
/// <param name="At">When.</param>
public sealed record FreezeOverride(string Freeze, DateTimeOffset? Until, string By, string Why, DateTimeOffset At)
{
    /// <summary>Whether it sets a freeze aside that stands now.</summary>
    public bool Covers(StandingFreeze freeze, DateTimeOffset now) => freeze.Name == Freeze && (Until is null || now < Until);
}

/// <summary>A freeze that somebody has ordered.</summary>
/// <param name="Name">Unique among freezes.</param>
/// <param name="Models">The models that it holds; empty for all.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">When it ends; null: when somebody lifts it.</param>
/// <param name="By">Who.</param>
/// <param name="Why">Why.</param>
public sealed record Freeze(string Name, ValueList<string> Models, DateTimeOffset From, DateTimeOffset? Until, string By, string Why);
