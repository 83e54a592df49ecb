using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Series;

namespace Haldane.Judge.Series;

/// <summary>Puts the evidence on one metric into an answer with a sentence.</summary>
internal static class MetricAnswer
{
    // Evidence of harm that falls short of proof by no more than this is not waved through either.
    private const double Suspicious = 5;

    /// <summary>The answer on a metric that was measured.</summary>
    public static MetricVerdict Of(MetricEvidence evidence, double p, double failAt, double passAt)
    {
        var aspect = evidence.Largest.Aspect;
        var (fails, passes) = (p <= failAt, evidence.PassPValue <= passAt && (p > Suspicious * failAt || evidence.Lines.IsAsked));
        var withinAsked = fails && passes && evidence.Lines.IsAsked && aspect is SeriesAspect.Level or SeriesAspect.LateChange;
        var kind = fails && !withinAsked ? VerdictKind.Fail : passes ? VerdictKind.Pass : VerdictKind.Undecided;
        var from = kind == VerdictKind.Fail && aspect == SeriesAspect.LateChange ? evidence.Largest.From : 0;
        var numbers = Numbers(evidence, from);
        return numbers with
        {
            Kind = kind,
            Aspect = aspect,
            PValue = p,
            FailAt = failAt,
            PassPValue = evidence.PassPValue,
            Reason = Reason(kind, aspect, numbers, evidence, from, p, withinAsked),
        };
    }

    /// <summary>The answer on a metric that could not be.</summary>
    public static MetricVerdict Unmeasured(MetricSeries metric, TimeCells cells, double failAt) => new()
    {
        Name = metric.Name,
        Kind = cells.Silent is null ? VerdictKind.NoData : VerdictKind.Broken,
        Reason = cells.Silent is { } arm
            ? $"the {(arm == Arm.Canary ? "canary" : "baseline")} has no points in the last quarter of the window, the other arm has"
            : $"{cells.Count} of at least {MetricEvidence.FewestCells} points of time at which both arms have a value (baseline {Say.Count(cells.BaselineCount)}, canary {Say.Count(cells.CanaryCount)})",
        FailAt = failAt,
        BaselineCount = cells.BaselineCount,
        CanaryCount = cells.CanaryCount,
        Weight = metric.Weight,
    };

    /// <summary>A p-value for people.</summary>
    public static string P(double p) => p < 0.0001 ? "below 0.0001" : Say.Number(p, 2);

    private static MetricVerdict Numbers(MetricEvidence evidence, int from)
    {
        var (r, cells) = (evidence.Residuals, evidence.Residuals.Cells);
        var (baseline, canary) = (Since(r.RawBaseline, cells.BaselineCell, from), Since(r.RawCanary, cells.CanaryCell, from));
        var shift = ShiftOf(r, baseline, canary, from);
        var (baselineMedian, canaryMedian) = (Quantiles.Median(baseline), Quantiles.Median(canary));
        var level = Math.Abs(baselineMedian);
        var spreads = (
            Baseline: Quantiles.MedianDeviation(Since(r.Baseline, cells.BaselineCell, from), r.BaselineCentre),
            Canary: Quantiles.MedianDeviation(Since(r.Canary, cells.CanaryCell, from), r.CanaryCentre));
        return new()
        {
            Name = evidence.Metric.Name,
            Kind = VerdictKind.Undecided,
            Reason = "",
            Estimate = level > 0 ? Finite(shift / level) : null,
            Shift = Finite(shift * r.Scale),
            ShiftInNoise = r.Noise > 0 ? Finite(shift / r.Noise) : null,
            Superiority = MannWhitney.U(canary, baseline) / ((double)canary.Length * baseline.Length),
            SpreadRatio = spreads is { Baseline: > 0, Canary: > 0 } ? Finite(spreads.Canary / spreads.Baseline) : null,
            BaselineMedian = Finite(baselineMedian * r.Scale),
            CanaryMedian = Finite(canaryMedian * r.Scale),
            BaselineCount = cells.BaselineCount,
            CanaryCount = cells.CanaryCount,
            EffectiveCount = Math.Round(evidence.Cells / evidence.LevelInflation, 1),
            Healed = evidence.Healed / (double)evidence.Window,
            Weight = evidence.Metric.Weight,
        };
    }

    // Of counts that are mostly 0 the median says nothing; of arms that move together the differences at the same time say more.
    private static double ShiftOf(Residuals r, double[] baseline, double[] canary, int from)
    {
        if (r.IsSparse)
        {
            return canary.Average() - baseline.Average();
        }

        return r.Paired
            ? Quantiles.Median(r.Cells.Contrast(r.RawBaseline, r.RawCanary).AsSpan(from))
            : MannWhitney.HodgesLehmann(canary, baseline);
    }

    private static double[] Since(double[] values, int[] cells, int from)
    {
        var result = new List<double>(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            if (cells[i] >= from)
            {
                result.Add(values[i]);
            }
        }

        return [.. result];
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Reason(VerdictKind kind, SeriesAspect aspect, MetricVerdict n, MetricEvidence evidence, int from, double p, bool withinAsked)
    {
        var healed = evidence.Healed > 0 ? $"; a disturbance in the first {Say.Percent(n.Healed)} of the window has healed" : "";
        var numbers = $"(p {P(p)}, {Points(n)})";
        return kind switch
        {
            VerdictKind.Fail => aspect switch
            {
                SeriesAspect.Spread => $"fluctuates {(n.SpreadRatio is { } ratio ? Say.Times(ratio) + " as much as the baseline" : "more than the baseline")} {numbers}{healed}",
                SeriesAspect.Tail => $"has more extreme points than the baseline {numbers}{healed}",
                SeriesAspect.LateChange => $"changed within the window: {Shifted(n)} over its last {Say.Percent((evidence.Cells - from) / (double)evidence.Window)} {numbers}{healed}",
                _ => $"{Shifted(n)} {numbers}{healed}",
            },
            VerdictKind.Pass when withinAsked => $"{Shifted(n)}, within the margin of {evidence.Metric.Bad} {numbers}{healed}",
            VerdictKind.Pass => $"{Shifted(n)}; nothing worse than {Line(evidence)} in level, spread or tail ({Points(n)}){healed}",
            _ => $"{Shifted(n)}; neither harm nor its absence is proven {numbers}{healed}",
        };
    }

    private static string Line(MetricEvidence evidence) => evidence.Metric.Bad is { } asked ? asked.ToString()
        : evidence.Residuals.Level > 0 ? $"{Say.Percent(evidence.Lines.Bad / evidence.Residuals.Level)} of the level"
        : $"{Say.Number(evidence.Residuals.Noise > 0 ? evidence.Lines.Bad / evidence.Residuals.Noise : 0)} deviations of the noise";

    private static string Shifted(MetricVerdict n) => n.Estimate is { } e ? Say.Change(1 + e) : n.Shift is { } s and not 0 ? (s > 0 ? "higher" : "lower") + " than a baseline of 0" : "the same";

    private static string Points(MetricVerdict n) =>
        $"n {Say.Count(n.BaselineCount)} and {Say.Count(n.CanaryCount)}" + (n.EffectiveCount < 0.8 * Math.Min(n.BaselineCount, n.CanaryCount) * (1 - n.Healed) ? $", worth {Say.Number(n.EffectiveCount!.Value, 2)} independent" : "");
}
