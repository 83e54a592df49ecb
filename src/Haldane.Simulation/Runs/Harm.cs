using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Runs;

/// <summary>Makes versions that are worse than the baseline in one signal, by an amount on a guard's scale.</summary>
public static class Harm
{
    // Rates and parts stay away from certainty, where nothing is random any more.
    private const double MostCertain = 0.98;

    /// <summary>The point of a guard's scale where the baseline itself stands: 1 for a ratio, 0 for a difference, its own value for a limit.</summary>
    /// <returns>Null when the traffic says nothing that the signal is made of.</returns>
    public static double? OfBaseline(GuardSpec guard, TrafficModel traffic)
    {
        if (!IsKnown(guard, traffic))
        {
            return null;
        }

        return guard.Scale switch
        {
            Scale.Ratio => 1,
            Scale.Difference or Scale.JensenShannon => 0,
            _ => ValueOf(guard, traffic.Baseline),
        };
    }

    /// <summary>A version at a point of a guard's scale, and in everything else as the baseline.</summary>
    /// <returns>Null when no version can stand there, e.g. twice an error rate of nothing.</returns>
    public static Behaviour? At(GuardSpec guard, TrafficModel traffic, double level)
    {
        if (!IsKnown(guard, traffic) || Target(guard, traffic.Baseline, level) is not { } target)
        {
            return null;
        }

        var baseline = traffic.Baseline;
        var signal = guard.Signal;
        return signal.Kind switch
        {
            SignalKind.ErrorRate => target > MostCertain ? null : baseline with { Errors = target },
            SignalKind.Latency => baseline with { Latency = baseline.Latency.Times(target / ValueOf(guard, baseline)) },
            SignalKind.FirstToken => baseline with { FirstToken = baseline.FirstToken!.Times(target / ValueOf(guard, baseline)) },
            SignalKind.LatencyDistribution => baseline with { Latency = Slower(baseline.Latency, target) },
            SignalKind.Throughput => baseline with { Served = target },
            SignalKind.PredictionDrift => Reached(baseline.Classes, target) is { } mix ? baseline with { Classes = mix } : null,
            SignalKind.ConfidenceDrift => Reached(baseline.Confidence, target) is { } bins ? baseline with { Confidence = bins } : null,
            SignalKind.Accuracy => target is < 0 or > 1 ? null : baseline with { Accuracy = target },
            SignalKind.Calibration => Miscalibrated(baseline, target),
            SignalKind.EventRate => target is < 0 or > MostCertain ? null : baseline with
            {
                Events = [.. baseline.Events.Where(e => e.Name != signal.Name), new(signal.Name!, target)],
            },
            SignalKind.Mean => baseline with
            {
                Values = baseline.Values.Select(v => v.Name == signal.Name ? ValueShapes.WithHeldMean(v, target) : v).ToValueList(),
            },
            _ => null,
        };
    }

    /// <summary>How much harm one exchange of such a version does more than one of the baseline: what is added up as harmed requests.</summary>
    /// <remarks>
    /// The part of the exchanges that fail, are wrong, refused or lost more; that predict something else; that are slower than what the baseline's quantile says;
    /// for means the part of the value that is lost or added.
    /// </remarks>
    public static double PerExchange(GuardSpec guard, Behaviour baseline, Behaviour canary) => guard.Signal.Kind switch
    {
        SignalKind.ErrorRate => Math.Max(0, canary.Errors - baseline.Errors),
        SignalKind.Latency => Over(canary.Latency, baseline.Latency.Quantile(guard.Signal.Quantile)) - (1 - guard.Signal.Quantile),
        SignalKind.FirstToken => Over(canary.FirstToken!, baseline.FirstToken!.Quantile(guard.Signal.Quantile)) - (1 - guard.Signal.Quantile),
        SignalKind.LatencyDistribution => canary.Latency.SlowerThan(baseline.Latency),
        SignalKind.Throughput => Math.Max(0, baseline.Served - canary.Served),
        SignalKind.PredictionDrift => Mixes.Changed(baseline.Classes, canary.Classes),
        SignalKind.ConfidenceDrift => Mixes.Changed(baseline.Confidence, canary.Confidence),
        SignalKind.Accuracy or SignalKind.Calibration => Math.Abs(baseline.Accuracy - canary.Accuracy),
        SignalKind.EventRate => Math.Abs(canary.ChanceOf(guard.Signal.Name!) - baseline.ChanceOf(guard.Signal.Name!)),
        SignalKind.Mean => Math.Abs(ValueOf(guard, canary) / ValueOf(guard, baseline) - 1) is var part && double.IsFinite(part) ? part : 0,
        _ => 0,
    };

    private static bool IsKnown(GuardSpec guard, TrafficModel traffic) => guard.Signal.Kind switch
    {
        SignalKind.FirstToken => traffic.Baseline.FirstToken is not null,
        SignalKind.PredictionDrift => traffic.Baseline.Classes.Count > 0,
        SignalKind.ConfidenceDrift => traffic.Baseline.Confidence.Count > 0,
        SignalKind.Accuracy => traffic.LabelCoverage > 0,
        SignalKind.Calibration => traffic.LabelCoverage > 0 && traffic.Baseline.Confidence.Count > 0,
        SignalKind.Mean => traffic.Baseline.Values.Any(v => v.Name == guard.Signal.Name) && traffic.Values.Any(v => v.Name == guard.Signal.Name && v.Coverage > 0),
        SignalKind.EventRate => traffic.Baseline.Events.Any(e => e.Name == guard.Signal.Name),
        SignalKind.Agreement or SignalKind.Gauge or SignalKind.AttributionDrift => false,
        _ => true,
    };

    // The signal's own value that the level asks for.
    private static double? Target(GuardSpec guard, Behaviour baseline, double level)
    {
        if (guard.Scale is Scale.Value or Scale.JensenShannon || guard.Signal.Kind == SignalKind.LatencyDistribution)
        {
            return level;
        }

        var own = ValueOf(guard, baseline);
        return guard.Scale == Scale.Ratio ? (own == 0 && level != 1 ? null : own * level) : own + level;
    }

    private static double ValueOf(GuardSpec guard, Behaviour version) => guard.Signal.Kind switch
    {
        SignalKind.ErrorRate => version.Errors,
        SignalKind.Latency => version.Latency.Quantile(guard.Signal.Quantile),
        SignalKind.FirstToken => version.FirstToken!.Quantile(guard.Signal.Quantile),
        SignalKind.Throughput => version.Served,
        SignalKind.Accuracy => version.Accuracy,
        SignalKind.Calibration => Math.Abs(version.Accuracy - version.MeanConfidence),
        SignalKind.EventRate => version.ChanceOf(guard.Signal.Name!),
        SignalKind.Mean => ValueShapes.HeldMean(version.Values.First(v => v.Name == guard.Signal.Name)),
        _ => 0,
    };

    private static ValueList<double>? Reached(ValueList<double> mix, double bits)
    {
        var drifted = Mixes.Drifted(mix, bits);
        return Mixes.Divergence(mix, drifted) < 0.98 * bits ? null : drifted;
    }

    private static LatencyShape Slower(LatencyShape latency, double by)
    {
        double low = 1, high = 1_000;
        for (var step = 0; step < 40; step++)
        {
            var middle = Math.Sqrt(low * high);
            (low, high) = latency.Times(middle).SlowerThan(latency) < by ? (middle, high) : (low, middle);
        }

        return latency.Times(low);
    }

    // Less right than it says; where it is already more right than it says, further that way.
    private static Behaviour? Miscalibrated(Behaviour baseline, double error)
    {
        var accuracy = baseline.MeanConfidence + (baseline.Accuracy > baseline.MeanConfidence ? error : -error);
        return accuracy is < 0 or > 1 ? null : baseline with { Accuracy = accuracy };
    }

    private static double Over(LatencyShape latency, double limit)
    {
        var bucket = Core.Evidence.LatencyBuckets.IndexOf(limit);
        var upTo = 0.0;
        for (var i = latency.First; i <= bucket; i++)
        {
            upTo += latency.ChanceOf(i);
        }

        return 1 - upTo;
    }
}
