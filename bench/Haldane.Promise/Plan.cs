using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Simulation.Traffic;

namespace Haldane.Promise;

/// <summary>The plan that is held to its promise: twelve guards over everyone and eight cells of a segment, four stages.</summary>
internal static class Plan
{
    private const double P50 = 0.02, P99 = 0.08, FirstP50 = 0.005, FirstP99 = 0.02;

    public static readonly ModelSpec Model = new()
    {
        Name = "fraud",
        Route = new("/fraud"),
        Subject = new() { Header = "x-user" },
        Segments = [new SegmentSpec("region", "x-region", ["r1", "r2", "r3", "r4", "r5", "r6", "r7"])],
        Signals = new()
        {
            Prediction = new("/class", ["legit", "fraud", "review"]),
            Confidence = new("/confidence"),
            Values = [new ValueSpec("revenue", 0, 500)],
            Events = [SignalSpec.Conversion],
        },
        Versions = [new VersionSpec("v1", ["http://one"]), new VersionSpec("v2", ["http://two"])],
    };

    /// <summary>By name; the promise sim uses all of them together, the false promotions one by one.</summary>
    public static readonly GuardSpec[] Guards =
    [
        Guard("errors", new(SignalKind.ErrorRate), Scale.Ratio, 2) with { Floor = 0.001 },
        Guard("refused", new(SignalKind.EventRate, Name: GatewayEvents.Refused), Scale.Difference, 0.02),
        Guard("p50", new(SignalKind.Latency, 0.5), Scale.Ratio, 1.1),
        Guard("p99", new(SignalKind.Latency, 0.99), Scale.Ratio, 1.2),
        Guard("distribution", new(SignalKind.LatencyDistribution), Scale.Difference, 0.1),
        Guard("first-token", new(SignalKind.FirstToken, 0.95), Scale.Ratio, 1.2),
        Guard("mix", new(SignalKind.PredictionDrift), Scale.JensenShannon, 0.05),
        Guard("sureness", new(SignalKind.ConfidenceDrift), Scale.JensenShannon, 0.05),
        Guard("accuracy", new(SignalKind.Accuracy), Scale.Difference, -0.04),
        Guard("calibration", new(SignalKind.Calibration), Scale.Difference, 0.04),
        Guard("conversion", new(SignalKind.EventRate, Name: SignalSpec.Conversion), Scale.Ratio, 0.7) with { AtLeast = true },
        Guard("revenue", new(SignalKind.Mean, Name: "revenue"), Scale.Ratio, 0.8) with { AtLeast = true },
    ];

    /// <summary>Further kinds of lines, for false promotions.</summary>
    public static readonly GuardSpec[] MoreGuards =
    [
        Guard("error difference", new(SignalKind.ErrorRate), Scale.Difference, 0.02),
        Guard("error limit", new(SignalKind.ErrorRate), Scale.Value, 0.03),
        Guard("p95 difference", new(SignalKind.Latency, 0.95), Scale.Difference, 0.010),
        Guard("p95 limit", new(SignalKind.Latency, 0.95), Scale.Value, 0.070),
        Guard("throughput", new(SignalKind.Throughput), Scale.Ratio, 0.8),
        Guard("accuracy ratio", new(SignalKind.Accuracy), Scale.Ratio, 0.95),
        Guard("accuracy limit", new(SignalKind.Accuracy), Scale.Value, 0.75),
        Guard("calibration limit", new(SignalKind.Calibration), Scale.Value, 0.06),
        Guard("revenue difference", new(SignalKind.Mean, Name: "revenue"), Scale.Difference, -2) with { AtLeast = true },
        Guard("revenue limit", new(SignalKind.Mean, Name: "revenue"), Scale.Value, 8) with { AtLeast = true },
    ];

    public static readonly Behaviour Baseline = new()
    {
        Errors = 0.01,
        Latency = LatencyShape.LogNormal(P50, P99),
        FirstToken = LatencyShape.LogNormal(FirstP50, FirstP99),
        Classes = [0.6, 0.25, 0.1, 0.05],
        Confidence = Bins(0.25),
        Accuracy = Mean(Bins(0.25)),
        Events = [new(GatewayEvents.Refused, 0.02), new(SignalSpec.Conversion, 0.05)],
        Values = [Revenue(10)],
    };

    /// <summary>The traffic under some conditions.</summary>
    public static TrafficModel Traffic(double rate, Conditions conditions) => new()
    {
        Model = Model,
        RatePerSecond = rate,
        Baseline = Baseline,
        CellParts = [1, 0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05],
        LabelCoverage = 0.3,
        LabelDelay = TimeSpan.FromSeconds(12),
        Values = [new Feedback("revenue", 0.3, TimeSpan.FromSeconds(20))],
        Events = [new Feedback(SignalSpec.Conversion, 0, TimeSpan.FromSeconds(20))],
        Conditions = conditions,
    };

    /// <summary>The rollout of some guards.</summary>
    public static RolloutSpec Rollout(IEnumerable<GuardSpec> guards, PromiseSpec promise, TimeSpan bake, params int[] percents) => new()
    {
        Name = "fraud-v2",
        Model = "fraud",
        Baseline = "v1",
        Canary = "v2",
        Guards = guards.ToValueList(),
        Stages = percents.Select(p => new StageSpec(new(100 * p), bake)).ToValueList(),
        Promise = promise,
    };

    /// <summary>A canary that stands exactly at a line of a guard, and is as the baseline in everything else.</summary>
    /// <param name="guard">The guard.</param>
    /// <param name="line">Its fine or its bad line.</param>
    public static Behaviour At(GuardSpec guard, double line) => With(Baseline, guard, line);

    /// <summary>A canary at the fine line of every guard, but where one guard's line keeps another from its own.</summary>
    public static Behaviour AtEveryFineLine()
    {
        var canary = Baseline;
        foreach (var guard in Guards.Where(g => g.Name is not ("p50" or "distribution" or "sureness" or "calibration")))
        {
            canary = With(canary, guard, guard.FineLine);
        }

        // One shape for both quantiles; confidences move without moving their mean, so that calibration moves with accuracy alone.
        return canary with
        {
            Latency = LatencyShape.LogNormal(P50 * Guards[2].FineLine, P99 * Guards[3].FineLine),
            Confidence = Sharper(Guards[7].FineLine),
        };
    }

    private static Behaviour With(Behaviour canary, GuardSpec guard, double line) => (guard.Signal.Kind, guard.Scale) switch
    {
        (SignalKind.ErrorRate, Scale.Ratio) => canary with { Errors = Baseline.Errors * line },
        (SignalKind.ErrorRate, Scale.Difference) => canary with { Errors = Baseline.Errors + line },
        (SignalKind.ErrorRate, Scale.Value) => canary with { Errors = line },
        (SignalKind.EventRate, Scale.Ratio) => Happens(canary, guard.Signal.Name!, Baseline.ChanceOf(guard.Signal.Name!) * line),
        (SignalKind.EventRate, Scale.Difference) => Happens(canary, guard.Signal.Name!, Baseline.ChanceOf(guard.Signal.Name!) + line),
        (SignalKind.Latency, Scale.Ratio) => canary with { Latency = Scaled(P50, P99, line) },
        (SignalKind.Latency, Scale.Difference) => canary with { Latency = Scaled(P50, P99, 1 + line / Baseline.Latency.Quantile(guard.Signal.Quantile)) },
        (SignalKind.Latency, Scale.Value) => canary with { Latency = Scaled(P50, P99, line / Baseline.Latency.Quantile(guard.Signal.Quantile)) },
        (SignalKind.LatencyDistribution, _) => canary with { Latency = Apart(line) },
        (SignalKind.FirstToken, Scale.Ratio) => canary with { FirstToken = Scaled(FirstP50, FirstP99, line) },
        (SignalKind.PredictionDrift, _) => canary with { Classes = Moved([.. Baseline.Classes], line, 0, 1) },
        (SignalKind.ConfidenceDrift, _) => canary with { Confidence = Sharper(line) },
        (SignalKind.Accuracy, Scale.Difference) => canary with { Accuracy = Baseline.Accuracy + line },
        (SignalKind.Accuracy, Scale.Ratio) => canary with { Accuracy = Baseline.Accuracy * line },
        (SignalKind.Accuracy, Scale.Value) => canary with { Accuracy = line },
        (SignalKind.Calibration, _) => canary with { Accuracy = Baseline.Accuracy - line },
        (SignalKind.Throughput, _) => canary with { Served = line },
        (SignalKind.Mean, Scale.Ratio) => canary with { Values = [Revenue(10 * line)] },
        (SignalKind.Mean, Scale.Difference) => canary with { Values = [Revenue(10 + line)] },
        (SignalKind.Mean, Scale.Value) => canary with { Values = [Revenue(line)] },
        _ => throw new ArgumentOutOfRangeException(nameof(guard), guard.Signal, "no canary is made for this signal"),
    };

    private static GuardSpec Guard(string name, SignalSpec signal, Scale scale, double bad) => new() { Name = name, Signal = signal, Scale = scale, Bad = bad };

    // Ten per cent pay, so a mean of 10 is 100 for those who do; hardly any is above the range.
    private static ValueShape Revenue(double mean) => new("revenue", mean, 3.2 * mean, 0.1, 0, 500);

    private static Behaviour Happens(Behaviour canary, string name, double chance) =>
        canary with { Events = canary.Events.Select(e => e.Name == name ? e with { Chance = chance } : e).ToValueList() };

    private static LatencyShape Scaled(double p50, double p99, double factor) => LatencyShape.LogNormal(p50 * factor, p99 * factor);

    // Shifted log-normals are 2 Phi(d / 2) - 1 apart at most, d the shift over the spread.
    private static LatencyShape Apart(double distance)
    {
        var spread = Math.Log(P99 / P50) / MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 0.99);
        return Scaled(P50, P99, Math.Exp(spread * 2 * MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, (1 + distance) / 2)));
    }

    // Confidence in the five bins from 0.75 on, or spread to both ends of them by a weight.
    private static ValueList<double> Bins(double ends)
    {
        var bins = new double[ConfidenceBins.Count];
        (bins[15], bins[16], bins[17], bins[18], bins[19]) = (ends / 2, (1 - ends) / 4, (1 - ends) / 2, (1 - ends) / 4, ends / 2);
        return ValueList.Create<double>(bins);
    }

    private static double Mean(ValueList<double> bins) => bins.Select((part, i) => part * (i + 0.5) / ConfidenceBins.Count).Sum();

    // Further to both ends until the divergence from the baseline is as asked; the mean stays.
    private static ValueList<double> Sharper(double bits)
    {
        double low = 0.25, high = 1;
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = Divergence(Bins(middle), Baseline.Confidence) < bits ? (middle, high) : (low, middle);
        }

        return Bins(low);
    }

    private static ValueList<double> Moved(double[] from, double bits, int source, int target)
    {
        double low = 0, high = from[source];
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = Divergence(Move(middle), from) < bits ? (middle, high) : (low, middle);
        }

        return ValueList.Create<double>(Move(low));

        double[] Move(double by) => [.. from.Select((p, i) => i == source ? p - by : i == target ? p + by : p)];
    }

    private static double Divergence(IReadOnlyList<double> p, IReadOnlyList<double> q)
    {
        var bits = 0.0;
        for (var i = 0; i < p.Count; i++)
        {
            var m = (p[i] + q[i]) / 2;
            bits += (p[i] > 0 ? 0.5 * p[i] * Math.Log2(p[i] / m) : 0) + (q[i] > 0 ? 0.5 * q[i] * Math.Log2(q[i] / m) : 0);
        }

        return bits;
    }
}
