using System.Diagnostics;
using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Simulation.Traffic;

SegmentSpec[] segments = [new("a", "a", [.. "12345".Select(c => $"{c}")]), new("b", "b", [.. "12345".Select(c => $"{c}")]), new("c", "c", [.. "1234567".Select(c => $"{c}")])];
var model = new ModelSpec
{
    Name = "m", Route = new("/"), Segments = [.. segments], Versions = [new("v1", ["http://a"]), new("v2", ["http://b"])],
    Signals = new() { Prediction = new("/c", ["x", "y"]) , Confidence = new("/d") },
};
List<double> parts = [1];
foreach (var s in segments)
{
    parts.AddRange(Enumerable.Repeat(1.0 / (s.Values.Count + 1), s.Values.Count + 1));
}

var traffic = new TrafficModel
{
    Model = model, RatePerSecond = 2000, CellParts = parts.ToValueList(), LabelCoverage = .3, LabelDelay = TimeSpan.FromSeconds(12),
    Baseline = new() { Errors = .005, Latency = LatencyShape.LogNormal(.02, .08), Classes = [.1, .85, .05], Accuracy = .9, Confidence = [.. Enumerable.Repeat(.05, 20)] },
};
foreach (var (name, signals) in new (string, SignalSpec[]?)[] { ("everything", null), ("errors", [new(SignalKind.ErrorRate)]), ("latency", [new(SignalKind.Latency, .99)]), ("drift", [new(SignalKind.PredictionDrift)]), ("labels", [new(SignalKind.Accuracy)]), ("calibrated", [new(SignalKind.Calibration)]), ("confidence", [new(SignalKind.ConfidenceDrift)]) })
{
    foreach (var rate in new[] { 200.0, 2000, 200000 })
    {
        var random = new RandomTraffic(World.AsBaseline(traffic with { RatePerSecond = rate }), 1, signals);
        for (var i = 0; i < 300; i++)
        {
            random.Next(0, new Share(1000));
        }

        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        const int n = 1000;
        for (var i = 0; i < n; i++)
        {
            random.Next(0, new Share(1000));
        }

        Console.WriteLine($"{name,-12} {rate,8}/s {(Now() - before).TotalMicroseconds / n:0.0} us a slice");
    }
}

static TimeSpan Now()
{
    using var self = Process.GetCurrentProcess();
    return self.TotalProcessorTime;
}
