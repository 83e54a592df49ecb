using Haldane.Core.Specification;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Guards;

/// <summary>Knows which measurement answers which guard.</summary>
internal static class Measurements
{
    /// <summary>A measurement that has seen nothing.</summary>
    /// <exception cref="ArgumentException">The guard's lines cannot be judged.</exception>
    public static Measurement For(Question question)
    {
        var guard = question.Guard;
        if (guard.AtLeast ? guard.FineLine < guard.Bad : guard.FineLine > guard.Bad)
        {
            throw new ArgumentException($"Guard {guard.Name}: the fine line ({guard.FineLine:0.####}) must not be worse than the bad line ({guard.Bad:0.####}).", nameof(question));
        }

        return Open(question);
    }

    private static Measurement Open(Question question) => (question.Guard.Signal.Kind, question.Guard.Scale) switch
    {
        (SignalKind.EventRate, Scale.Difference or Scale.Value) when question.Guard.Signal.IsLate =>
            throw new ArgumentException($"Guard {question.Guard.Name}: {question.Guard.Signal} can only be judged by {Scale.Ratio}: nobody says on which exchanges it did not happen.", nameof(question)),
        (SignalKind.ErrorRate or SignalKind.EventRate, Scale.Ratio) => new RateRatio(question, RateSource.For(question.Guard.Signal)),
        (SignalKind.Accuracy, Scale.Ratio) => new RateRatioOfSamples(question, RateSource.For(question.Guard.Signal)),
        (SignalKind.ErrorRate or SignalKind.EventRate or SignalKind.Accuracy, Scale.Difference) => new RateDifference(question, RateSource.For(question.Guard.Signal)),
        (SignalKind.ErrorRate or SignalKind.EventRate or SignalKind.Accuracy, Scale.Value) => new RateValue(question, RateSource.For(question.Guard.Signal)),
        (SignalKind.Latency, Scale.Ratio or Scale.Difference) => new LatencyComparison(question, Clock.LastByte),
        (SignalKind.Latency, Scale.Value) => new LatencyValue(question, Clock.LastByte),
        (SignalKind.FirstToken, Scale.Ratio or Scale.Difference) => new LatencyComparison(question, Clock.FirstByte),
        (SignalKind.FirstToken, Scale.Value) => new LatencyValue(question, Clock.FirstByte),
        (SignalKind.LatencyDistribution, Scale.Difference) => new LatencyDistribution(question),
        (SignalKind.Throughput, Scale.Ratio) => new ThroughputRatio(question),
        (SignalKind.PredictionDrift or SignalKind.ConfidenceDrift or SignalKind.AttributionDrift, Scale.JensenShannon) => new Drift(question),
        (SignalKind.Calibration, Scale.Difference or Scale.Value) => new Calibration(question),
        (SignalKind.Mean, Scale.Ratio or Scale.Difference) => new MeanComparison(question),
        (SignalKind.Mean, Scale.Value) => new MeanValue(question),
        (SignalKind.Gauge, Scale.Ratio or Scale.Difference or Scale.Value) => new Level(question),
        (SignalKind.Agreement, Scale.Value) => new AgreementValue(question),
        var (signal, scale) => throw new ArgumentException($"Guard {question.Guard.Name}: {signal} cannot be judged by {scale}.", nameof(question)),
    };
}
