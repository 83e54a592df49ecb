using System.Diagnostics;
using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Simulation.Traffic;

namespace Haldane.Forecasts;

/// <summary>What a random slice costs: 22 cells in three segments, 10 % share, one second.</summary>
internal static class Speed
{
    private const int Warm = 3_000;
    private const int Slices = 1_000;

    private static readonly (string Name, SignalSpec[]? Signals)[] Streams =
    [
        ("exchanges and errors", [new(SignalKind.ErrorRate)]),
        ("+ latency", [new(SignalKind.Latency, 0.99)]),
        ("+ classes", [new(SignalKind.PredictionDrift)]),
        ("+ confidence", [new(SignalKind.ConfidenceDrift)]),
        ("+ labels", [new(SignalKind.Accuracy)]),
        ("+ labels by confidence", [new(SignalKind.Calibration)]),
        ("everything", null),
    ];

    public static void Report(TextWriter output)
    {
        double[] rates = [200, 2_000, 200_000];
        output.WriteLine("| what | " + string.Join(" | ", rates.Select(r => $"{r:N0} requests")) + " |");
        output.WriteLine("| --- |" + string.Concat(rates.Select(_ => " ---: |")));
        foreach (var (name, signals) in Streams)
        {
            output.WriteLine($"| {name} | " + string.Join(" | ", rates.Select(rate => $"{Microseconds(rate, signals):0} µs")) + " |");
        }
    }

    private static double Microseconds(double rate, SignalSpec[]? signals)
    {
        var traffic = new RandomTraffic(World.AsBaseline(Traffic(rate)), 1, signals);
        Run(Warm);
        var before = Used();
        Run(Slices);
        return (Used() - before).TotalMicroseconds / Slices;

        void Run(int slices)
        {
            for (var i = 0; i < slices; i++)
            {
                traffic.Next(0, new Share(1_000));
            }
        }
    }

    // Processor time, so that neighbours on the machine do not count.
    private static TimeSpan Used()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }

    private static TrafficModel Traffic(double rate) => TrafficSource.Of(new()
    {
        Name = "fraud",
        Route = new("/fraud"),
        Segments = [Segment("country", 5), Segment("device", 5), Segment("tier", 8)],
        Signals = new() { Prediction = new("/class", ["legit", "fraud"]), Confidence = new("/confidence") },
        Versions = [new("v1", ["http://one"]), new("v2", ["http://two"])],
        Traffic = new()
        {
            RatePerSecond = rate,
            Errors = 0.005,
            Latency = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(80)),
            Labels = new(0.3, TimeSpan.FromSeconds(12), 0.9),
        },
    })!;

    private static SegmentSpec Segment(string name, int values) => new(name, name, [.. Enumerable.Range(1, values).Select(v => $"v{v}")]);
}
