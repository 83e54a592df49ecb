using Haldane.Core.Ports;

namespace Haldane.Core.Series;

/// <summary>A metric whose points are still to be asked for.</summary>
/// <param name="Place">Where it stands, for messages.</param>
/// <param name="Name">The metric's name.</param>
/// <param name="Baseline">The query for the baseline.</param>
/// <param name="Canary">The query for the canary.</param>
/// <param name="Hints">What it says besides.</param>
public sealed record SeriesQuery(string Place, string Name, string Baseline, string Canary, MetricHints Hints);

/// <summary>When queries are evaluated; what is left out takes the defaults: up to now, over 30 minutes, each 15 seconds.</summary>
public sealed record QueryWindow
{
    private static readonly TimeSpan UsualLength = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan UsualStep = TimeSpan.FromSeconds(15);

    /// <summary>The start; null for <see cref="Length"/> before the end.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The end; null for now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>How long, where no start is given.</summary>
    public TimeSpan? Length { get; init; }

    /// <summary>Between two points.</summary>
    public TimeSpan? Step { get; init; }

    /// <summary>The range, or null with a mistake.</summary>
    public MetricRange? At(DateTimeOffset now, SeriesBuilder into)
    {
        var to = To ?? now;
        var range = new MetricRange(From ?? to - (Length ?? UsualLength), to, Step ?? UsualStep);
        if (range.From >= range.To || range.Step < TimeSpan.FromSeconds(1))
        {
            into.Mistake($"the window is {range.From:O} to {range.To:O} in steps of {range.Step.TotalSeconds} s; wanted is a start before the end and a step of at least 1s");
            return null;
        }

        if ((range.To - range.From) / range.Step > SeriesLimits.PointsInSeries)
        {
            into.Mistake($"the window holds {(range.To - range.From) / range.Step:0} steps; at most {SeriesLimits.PointsInSeries}, use a larger step");
            return null;
        }

        return range;
    }
}

/// <summary>Asks a store of metrics for what a request left to it.</summary>
public static class SeriesQueries
{
    /// <summary>Longest query.</summary>
    public const int LongestQuery = 10_000;

    private const int AtOnce = 4;

    /// <summary>Adds each metric with the points that its queries give; what fails is a mistake with its place.</summary>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    public static async Task AskAsync(IReadOnlyList<SeriesQuery> queries, MetricRange range, IMetricSource source, SeriesBuilder into, CancellationToken cancel)
    {
        foreach (var some in queries.Chunk(AtOnce))
        {
            var asked = some.Select(q => (Query: q, Baseline: TryAsync(q, "baseline", q.Baseline), Canary: TryAsync(q, "canary", q.Canary))).ToList();
            foreach (var (query, baseline, canary) in asked)
            {
                var (b, c) = (await baseline, await canary);
                foreach (var mistake in new[] { b.Mistake, c.Mistake }.OfType<string>())
                {
                    into.Mistake(mistake);
                }

                if (b.Points is not null && c.Points is not null)
                {
                    into.Add(query.Place, query.Name, b.Points, c.Points, query.Hints);
                }
            }
        }

        async Task<(IReadOnlyList<SeriesPoint>? Points, string? Mistake)> TryAsync(SeriesQuery query, string arm, string text)
        {
            try
            {
                return (await source.RangeAsync(text, range, cancel), null);
            }
            catch (MetricSourceException e)
            {
                return (null, $"{query.Place}.{arm}Query: {e.Message}");
            }
        }
    }
}
