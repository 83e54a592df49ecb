using Haldane.Core.Specification;

namespace Haldane.Core.Reports;

/// <summary>Says what a guard promises, for whoever has not written it.</summary>
public static class GuardWords
{
    /// <summary>What numbers on the guard's scale are.</summary>
    public static GuardUnit UnitOf(GuardSpec guard) => guard.Scale switch
    {
        Scale.Ratio => GuardUnit.Ratio,
        Scale.JensenShannon => GuardUnit.Bits,
        Scale.Difference when OwnUnitOf(guard.Signal.Kind) == GuardUnit.Fraction => GuardUnit.Points,
        _ => OwnUnitOf(guard.Signal.Kind),
    };

    /// <summary>What a version's own value of a signal is.</summary>
    public static GuardUnit OwnUnitOf(SignalKind signal) => signal switch
    {
        SignalKind.Latency or SignalKind.FirstToken => GuardUnit.Seconds,
        SignalKind.Mean or SignalKind.Throughput or SignalKind.Gauge => GuardUnit.Number,
        SignalKind.PredictionDrift or SignalKind.ConfidenceDrift or SignalKind.AttributionDrift => GuardUnit.Bits,
        _ => GuardUnit.Fraction,
    };

    /// <summary>The promise, e.g. <c>p99 latency at most 1.1 times the baseline's</c>.</summary>
    public static string PromiseOf(GuardSpec guard) => $"{Subject(guard.Signal)} {Line(guard)}";

    private static string Subject(SignalSpec signal) => signal.Kind switch
    {
        SignalKind.ErrorRate => "error rate",
        SignalKind.Latency => $"{Percentile(signal)} latency",
        SignalKind.FirstToken => $"{Percentile(signal)} time to first token",
        SignalKind.LatencyDistribution => "part of the answers by which it is slower",
        SignalKind.Throughput => "answers served for its share",
        SignalKind.PredictionDrift => "mix of predicted classes",
        SignalKind.ConfidenceDrift => "distribution of the confidence",
        SignalKind.AttributionDrift => "mix of feature attributions",
        SignalKind.Calibration => "calibration error",
        SignalKind.Mean => $"mean of {signal.Name}",
        SignalKind.EventRate => $"rate of {signal.Name}",
        SignalKind.Gauge => $"{signal.Name}, most of the time,",
        SignalKind.Agreement => "part of the requests that both versions answer alike",
        _ => "accuracy",
    };

    private static string Line(GuardSpec guard) => guard.Scale switch
    {
        Scale.Ratio => $"{Side(guard)} {Figures.Number(guard.Bad)} times the baseline's",
        Scale.Difference => $"at most {Figures.Of(Math.Abs(guard.Bad), UnitOf(guard))} {(guard.AtLeast ? "below" : "above")} the baseline's",
        Scale.JensenShannon => $"at most {Figures.Number(guard.Bad)} bits from the baseline's (Jensen-Shannon divergence)",
        _ => $"{Side(guard)} {Figures.Of(guard.Bad, UnitOf(guard))}",
    };

    private static string Side(GuardSpec guard) => guard.AtLeast ? "at least" : "at most";

    private static string Percentile(SignalSpec signal) => "p" + (signal.Quantile * 100).ToString("0.###");
}
