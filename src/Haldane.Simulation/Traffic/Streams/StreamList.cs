using Haldane.Core.Evidence;
using Haldane.Core.Specification;

namespace Haldane.Simulation.Traffic.Streams;

/// <summary>Knows which stream makes what a signal reads.</summary>
internal static class StreamList
{
    /// <summary>The streams of a model.</summary>
    /// <param name="traffic">What callers do.</param>
    /// <param name="layout">The model's segments.</param>
    /// <param name="signals">Of whose guards; null: all that the model has.</param>
    public static IEnumerable<IStream> For(TrafficModel traffic, SegmentCells layout, IReadOnlyCollection<SignalSpec>? signals)
    {
        var model = traffic.Model.Signals;
        if (Wants(SignalKind.Latency) || Wants(SignalKind.LatencyDistribution))
        {
            yield return new LatencyStream(traffic.Conditions, b => b.Latency, t => t.Latency, t => t.ByGroup!.Latency);
        }

        if (Wants(SignalKind.FirstToken))
        {
            yield return new LatencyStream(traffic.Conditions, b => b.FirstToken, t => t.FirstToken, t => t.ByGroup!.FirstToken);
        }

        if (model.Prediction is not null && Wants(SignalKind.PredictionDrift))
        {
            yield return new ClassStream();
        }

        if (model.Confidence is not null && Wants(SignalKind.ConfidenceDrift))
        {
            yield return new ConfidenceStream();
        }

        if (Wants(SignalKind.Throughput) || Wants(SignalKind.Mean))
        {
            yield return new GroupStream();
        }

        if (model is { Prediction: not null, Confidence: not null } && traffic.LabelCoverage > 0 && Wants(SignalKind.Calibration))
        {
            yield return new CalibratedLabelStream(traffic, layout);
        }
        else if (model.Prediction is not null && traffic.LabelCoverage > 0 && Wants(SignalKind.Accuracy))
        {
            yield return new LabelStream(traffic, layout);
        }

        foreach (var value in model.Values)
        {
            if (signals is null || signals.Any(s => s.Kind == SignalKind.Mean && s.Name == value.Name))
            {
                yield return new ValueStream(traffic, layout, value.Name);
            }
        }

        string[] events = [.. GatewayEvents.All, .. model.Events];
        for (var i = 0; i < events.Length; i++)
        {
            if (signals is null || signals.Any(s => s.Kind == SignalKind.EventRate && s.Name == events[i]))
            {
                yield return new EventStream(traffic, layout, events[i], i);
            }
        }

        bool Wants(SignalKind kind) => signals is null || signals.Any(s => s.Kind == kind);
    }
}
