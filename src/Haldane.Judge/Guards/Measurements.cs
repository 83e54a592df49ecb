using Haldane.Core.Specification;

namespace Haldane.Judge.Guards;

/// <summary>Knows which measurement answers which guard.</summary>
internal static class Measurements
{
    /// <summary>A measurement that has seen nothing.</summary>
    public static Measurement For(Question question) => (question.Guard.Signal.Kind, question.Guard.Scale) switch
    {
        (SignalKind.ErrorRate, Scale.Ratio) => new ErrorRatio(question),
        (SignalKind.ErrorRate, Scale.Difference) => new ErrorDifference(question),
        (SignalKind.ErrorRate, Scale.Value) => new ErrorValue(question),
        (SignalKind.Latency, Scale.Ratio) => new LatencyRatio(question),
        (SignalKind.Latency, Scale.Value) => new LatencyValue(question),
        (SignalKind.PredictionDrift, Scale.JensenShannon) => new PredictionDrift(question),
        (SignalKind.Accuracy, Scale.Difference) => new AccuracyDifference(question),
        (SignalKind.Accuracy, Scale.Value) => new AccuracyValue(question),
        var (signal, scale) => throw new ArgumentException($"Guard {question.Guard.Name}: {signal} cannot be judged by {scale}.", nameof(question)),
    };
}
