using Haldane.Core.Series;
using Haldane.Judge.Series;

namespace Haldane.Series.Set;

/// <summary>The rule of Kayenta's NetflixACAJudge-v1.0, restated from its description: who fails a metric that we do not, and the other way round.</summary>
/// <remarks>
/// A metric is High (Low) when its 98 % Mann-Whitney interval lies above (below) a quarter of the size of the Hodges-Lehmann estimate; gaps are removed, equal samples
/// pass. Roots are exact here; the original stops at an absolute tolerance of 1e-4, which makes it blind in small units.
/// </remarks>
internal static class KayentaRule
{
    private const double Quantile98 = 2.3263478740408408;
    private const double Tolerance = 0.25;

    /// <summary>Whether any metric fails.</summary>
    public static bool Fails(LabelledCase labelled) => labelled.Metrics.Any(Fails);

    private static bool Fails(MetricSeries metric)
    {
        var (baseline, canary) = (Present(metric.Baseline), Present(metric.Canary));
        if (baseline.Length == 0 || canary.Length == 0 || baseline.Concat(canary).Distinct().Count() == 1 || baseline.Order().SequenceEqual(canary.Order()))
        {
            return false;
        }

        var limit = Tolerance * Math.Abs(MannWhitney.Shift(canary, baseline, 0));
        return (metric.Direction != HarmDirection.Decrease && MannWhitney.Shift(canary, baseline, Quantile98) > limit)
            || (metric.Direction != HarmDirection.Increase && MannWhitney.Shift(canary, baseline, -Quantile98) < -limit);
    }

    private static double[] Present(IReadOnlyList<SeriesPoint> points) => [.. points.Select(p => p.Value).Where(double.IsFinite)];
}
