using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Console.Tests.Fakes;

/// <summary>A desk with gauges of one version of two models.</summary>
internal sealed class FakeGauges : IGaugeDesk
{
    public List<string> Pushed { get; } = [];

    public IReadOnlyList<GaugeView> All =>
    [
        new("fraud", "v2", "gpu", null, null, 0.71, new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero), null),
        new("fraud", "v2", "memory", null, ProcessGauge.Memory, 73_400_320, new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero), null),
        new("chat", "v2", "cpu", "process_cpu_seconds_total", null, null, null, "the address of its metrics answered 503"),
    ];

    public GaugeReceipt Push(string model, IReadOnlyList<GaugeReading> readings)
    {
        if (model != "fraud")
        {
            return new(0, 0, [$"there is no model {model}"]) { IsUnknown = true };
        }

        if (readings.Any(r => r.Gauge != "gpu"))
        {
            return new(0, 0, ["readings[0]: fraud has no gauge cpu; it has gpu"]);
        }

        Pushed.AddRange(readings.Select(r => $"{r.Version} {r.Gauge} {r.Value}"));
        return new(readings.Count, 0, []);
    }
}
