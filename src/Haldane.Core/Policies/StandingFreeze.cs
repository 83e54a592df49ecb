using Haldane.Core.Access;

namespace Haldane.Core.Policies;

/// <summary>A freeze that stands at a moment: no rollout of its models starts, enters a further stage or is promoted. Taking back is never frozen.</summary>
/// <param name="Name">Unique among freezes.</param>
/// <param name="Since">When it, or its window, began.</param>
/// <param name="Until">When it ends; null when nobody knows.</param>
/// <param name="Why">Why, one sentence; null when nobody said.</param>
public sealed record StandingFreeze(string Name, DateTimeOffset Since, DateTimeOffset? Until, string? Why)
{
    /// <summary>The models that it holds; empty for all.</summary>
    public ValueList<string> Models { get; init; } = [];

    /// <summary>For people.</summary>
    public string Sentence => $"frozen by {Name}{(Until is { } end ? $" until {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "")}{(Why is null ? "" : $": {Why}")}";

    /// <summary>Whether it holds a model.</summary>
    public bool Holds(string model) => Models.Covers(model);
}

/// <summary>Somebody lets one rollout move in spite of the freezes that stand.</summary>
/// <param name="Rollout">The rollout's name.</param>
/// <param name="Freezes">The freezes, each with when it, or its window, began: the next one of the name holds again.</param>
/// <param name="By">Who.</param>
/// <param name="Why">Why.</param>
public sealed record FreezeOverride(string Rollout, ValueList<OverriddenFreeze> Freezes, string By, string Why)
{
    /// <summary>Whether it sets a freeze aside.</summary>
    public bool Covers(StandingFreeze freeze) => Freezes.Any(f => f.Name == freeze.Name && f.Since == freeze.Since);
}

/// <summary>A freeze, or a window of one.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Since">When it began.</param>
public sealed record OverriddenFreeze(string Name, DateTimeOffset Since);

/// <summary>A freeze that somebody has ordered.</summary>
/// <param name="Name">Unique among freezes.</param>
/// <param name="Models">The models that it holds; empty for all.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">When it ends; null: when somebody lifts it.</param>
/// <param name="By">Who.</param>
/// <param name="Why">Why.</param>
public sealed record Freeze(string Name, ValueList<string> Models, DateTimeOffset From, DateTimeOffset? Until, string By, string Why)
{
    /// <summary>Whether it stands. It began when it was ordered, whatever clocks say since.</summary>
    public bool Stands(DateTimeOffset now) => !(Until <= now);
}
