using System.Text.Json.Serialization;

namespace Haldane.Core.Specification;

/// <summary>A time that comes again and again.</summary>
/// <param name="Cron">When it begins each time, as a line of a crontab: see <see cref="CronTimes"/>.</param>
/// <param name="For">How long it lasts.</param>
/// <param name="Zone">Where the clocks stand.</param>
public sealed record WindowSpec(string Cron, TimeSpan For, string Zone)
{
    /// <summary>Its times, for people.</summary>
    [JsonIgnore]
    public string When => $"{Cron} for {Quantity.Show(For)} ({Zone})";

    /// <summary>Whether it is that time now. Not where the machine no longer knows the zone: what cannot be known is waited for.</summary>
    public bool Stands(DateTimeOffset now) =>
        CronTimes.TryParse(Cron, out var times) && TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out var zone) && new FreezeSpec { Times = times, For = For, Zone = zone }.Window(now) is not null;
}
