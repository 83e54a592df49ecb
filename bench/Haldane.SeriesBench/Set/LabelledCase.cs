using Haldane.Core.Series;

namespace Haldane.Series.Set;

/// <summary>A request with the answer that an engineer would give.</summary>
/// <param name="Family">What was done to it.</param>
/// <param name="IsBad">Whether it should fail.</param>
/// <param name="Length">Points in each arm, gaps counted.</param>
/// <param name="Noise">What it does when nothing is wrong.</param>
/// <param name="Metrics">One or more.</param>
internal sealed record LabelledCase(string Family, bool IsBad, int Length, NoiseKind Noise, IReadOnlyList<MetricSeries> Metrics)
{
    /// <summary>The same case in another unit.</summary>
    public LabelledCase InUnit(double unit) => this with { Metrics = [.. Metrics.Select(m => m with { Baseline = Times(m.Baseline, unit), Canary = Times(m.Canary, unit) })] };

    private static SeriesPoint[] Times(IReadOnlyList<SeriesPoint> points, double unit) => [.. points.Select(p => p with { Value = p.Value * unit })];
}
