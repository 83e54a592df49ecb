using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Tests.Support;

/// <summary>Models, traffic and rollouts for tests, with little to say beside what the test is about.</summary>
internal static class Worlds
{
    public static readonly SegmentSpec Country = new("country", "x-country", ["MY", "SG", "ID"]);
    public static readonly SegmentSpec Device = new("device", "x-device", ["phone"]);

    public static ModelSpec Model(params ReadOnlySpan<SegmentSpec> segments) => new()
    {
        Name = "fraud",
        Route = new("/fraud"),
        Segments = ValueList.Create(segments),
        Signals = new()
        {
            Prediction = new("/class", ["fraud", "clean"]),
            Confidence = new("/confidence"),
            Values = [new("revenue", 0, 100)],
            Events = ["conversion"],
        },
        Versions = [new("v1", ["http://one"]), new("v2", ["http://two"])],
    };

    public static TrafficModel Traffic(double rate = 2_000, params ReadOnlySpan<SegmentSpec> segments) => new()
    {
        Model = Model(segments),
        RatePerSecond = rate,
        CellParts = Parts(segments),
        LabelCoverage = 0.3,
        LabelDelay = TimeSpan.FromSeconds(3),
        Values = [new("revenue", 0.1, TimeSpan.FromSeconds(2))],
        Events = [new("conversion", 1, TimeSpan.FromSeconds(1))],
        Baseline = new()
        {
            Errors = 0.01,
            Latency = LatencyShape.LogNormal(0.02, 0.08),
            FirstToken = LatencyShape.LogNormal(0.01, 0.03),
            Classes = [0.1, 0.85, 0.05],
            Confidence = [.. Enumerable.Range(0, ConfidenceBins.Count).Select(i => i / 190.0)],
            Accuracy = 0.6,
            Events = [new(GatewayEvents.Refused, 0.02), new("conversion", 0.03)],
            Values = [new("revenue", 3, 8, 0.25, 0, 100)],
        },
    };

    private static ValueList<double> Parts(ReadOnlySpan<SegmentSpec> segments)
    {
        List<double> parts = [1];
        foreach (var segment in segments)
        {
            var count = segment.Values.Count + 1;
            parts.AddRange(Enumerable.Range(1, count).Select(i => i / (count * (count + 1) / 2.0)));
        }

        return parts.ToValueList();
    }
}
