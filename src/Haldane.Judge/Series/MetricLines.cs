using Haldane.Core.Series;

namespace Haldane.Judge.Series;

/// <summary>The two lines of a metric's level, without its unit: fine and bad.</summary>
/// <remarks>
/// Without margins of the user's own: fine is 1 % of the baseline's level or a tenth of the noise, whichever is more; bad is 5 % of the level or 1.25 standard
/// deviations of the noise (0.75 where most points are the same), whichever is more. A shift that is certain but smaller than fine is no harm to anyone; one that is smaller than bad need not be found.
/// </remarks>
/// <param name="Fine">Up to here is no harm.</param>
/// <param name="Bad">From here on must not pass.</param>
/// <param name="Growth">By how much larger the canary's level is, at least 1: so much more fluctuation comes with it and is no harm of its own.</param>
/// <param name="IsAsked">Whether the user wrote a margin: then what is proven within it passes, even where it is proven to be worse than fine.</param>
internal readonly record struct MetricLines(double Fine, double Bad, double Growth, bool IsAsked)
{
    private const double FineOfLevel = 0.01;
    private const double FineOfNoise = 0.1;
    private const double BadOfLevel = 0.05;
    private const double BadOfNoise = 1.25;
    private const double BadOfSparseNoise = 0.75;

    private const double MostGrowth = 100;

    /// <summary>How much more a canary may fluctuate and still be fine.</summary>
    public double SpreadFine => 1.1 * Growth;

    /// <summary>From here on more fluctuation must not pass.</summary>
    public double SpreadBad => 2.5 * Growth;

    /// <summary>From here on so many more extreme points, as a part of all, must not pass.</summary>
    public const double TailBad = 0.15;

    public static MetricLines Of(MetricSeries metric, Residuals residuals)
    {
        double level = residuals.Level, noise = residuals.Noise;
        var bad = metric.Bad is { } b ? In(b, residuals) : Math.Max(BadOfLevel * level, (residuals.IsSparse ? BadOfSparseNoise : BadOfNoise) * noise);
        var fine = metric.Fine is { } f ? In(f, residuals)
            : metric.Bad is not null ? bad / 2
            : Math.Max(FineOfLevel * level, FineOfNoise * noise);
        return new(UnitFree.OnGrid(Math.Min(fine, bad)), UnitFree.OnGrid(Math.Max(bad, fine)), GrowthOf(residuals), metric.Bad is not null);
    }

    private static double GrowthOf(Residuals residuals) =>
        residuals.BaselineMedian * residuals.CanaryMedian > 0 ? Math.Clamp(residuals.CanaryMedian / residuals.BaselineMedian, 1, MostGrowth) : 1;

    private static double In(SeriesMargin margin, Residuals residuals) => margin.Scale switch
    {
        MarginScale.Relative => margin.Amount * residuals.Level,
        MarginScale.Noise => margin.Amount * residuals.Noise,
        _ => margin.Amount / residuals.Scale,
    };
}
