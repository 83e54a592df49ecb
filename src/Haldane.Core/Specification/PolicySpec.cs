using Haldane.Core.Access;

namespace Haldane.Core.Specification;

/// <summary>Rules over the rollouts of several models.</summary>
public sealed record PolicySpec
{
    /// <summary>Unique among policies.</summary>
    public required string Name { get; init; }

    /// <summary>The models that it is for; empty for all.</summary>
    public ValueList<string> Models { get; init; } = [];

    /// <summary>How many of their rollouts may move at once; null for any number. With 1, none moves while another does.</summary>
    public int? AtMost { get; init; }

    /// <summary>When none of them goes up.</summary>
    public ValueList<FreezeSpec> Freezes { get; init; } = [];

    /// <summary>Whether it is for a model.</summary>
    public bool Covers(string model) => Models.Covers(model);
}

/// <summary>When nothing goes up: once, or again and again. Either <see cref="From"/> and <see cref="To"/> are set, or <see cref="Times"/> and <see cref="For"/>.</summary>
public sealed record FreezeSpec
{
    /// <summary>Unique among freezes.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where its clocks stand.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Its first moment, on a clock of the zone.</summary>
    public DateTime? From { get; init; }

    /// <summary>The moment that it ends, on a clock of the zone.</summary>
    public DateTime? To { get; init; }

    /// <summary>When each window begins, on a clock of the zone.</summary>
    public CronTimes? Times { get; init; }

    /// <summary>How long each window lasts.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Why; null when nobody said.</summary>
    public string? Why { get; init; }

    /// <summary>Its times, for people.</summary>
    public string When => Times is { } times
        ? $"{times.Text} for {Quantity.Show(For!.Value)} ({Zone.Id})"
        : $"{From:yyyy-MM-dd HH:mm} to {To:yyyy-MM-dd HH:mm} ({Zone.Id})";

    /// <summary>When the freeze, or its window, that stands now began and ends; null when none stands.</summary>
    public (DateTimeOffset Since, DateTimeOffset Until)? Window(DateTimeOffset now)
    {
        if (Times is { } times)
        {
            return times.LastUpTo(now, Zone, For!.Value) is { } began && now < began + For ? (began, began + For.Value) : null;
        }

        var (from, to) = (CronTimes.At(From!.Value, Zone), CronTimes.At(To!.Value, Zone));
        return now >= from && now < to ? (from, to) : null;
    }
}
