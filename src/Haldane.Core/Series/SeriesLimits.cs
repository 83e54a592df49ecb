namespace Haldane.Core.Series;

/// <summary>How much one request may hold: what a judge of one core answers within seconds.</summary>
public static class SeriesLimits
{
    /// <summary>Most metrics.</summary>
    public const int Metrics = 100;

    /// <summary>Most points in one arm of a metric.</summary>
    public const int PointsInSeries = 20_000;

    /// <summary>Most points altogether.</summary>
    public const int Points = 400_000;

    /// <summary>Largest file or body, bytes.</summary>
    public const int Bytes = 8 << 20;

    /// <summary>Longest name of a metric.</summary>
    public const int NameLength = 200;

    /// <summary>Most mistakes that are told at once.</summary>
    public const int Mistakes = 20;
}
