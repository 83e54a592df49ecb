using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>Gauges as they are written, and the guards that hold them.</summary>
public sealed class GaugeSpecificationTests
{
    private const string Metrics = ", metrics: [\"http://127.0.0.1:9001/metrics\"]";
    private const string Process = ", runtime: { command: [serve] }";
    private const string Guard = "{ name: room, signal: gauge:gpu, atMost: { value: 80 } }";

    [Fact]
    public void Gauges_that_are_pushed_and_read_are_taken_whole()
    {
        var set = Samples.Read(File(
            "[{ name: queue }, { name: gpu, metric: DCGM_FI_DEV_GPU_UTIL, labels: { gpu: 0, host: a b }, together: max }, { name: cpu, metric: process_cpu_seconds_total, perSecond: true }]",
            Metrics, "{ name: room, signal: gauge:gpu, atMost: { value: 80 }, requiredFrom: 10% }, { name: wait, signal: gauge:queue, atMost: { ratio: 1.5 } }, { name: free, signal: gauge:queue, atLeast: { difference: -3.5 } }")).Set!;

        Assert.Equal(
            [
                new("queue"),
                new("gpu") { Metric = "DCGM_FI_DEV_GPU_UTIL", Labels = [new("gpu", "0"), new("host", "a b")], Together = Together.Max },
                new GaugeSpec("cpu") { Metric = "process_cpu_seconds_total", PerSecond = true },
            ],
            set.Models[0].Signals.Gauges);
        Assert.Equal(["http://127.0.0.1:9001/metrics"], set.Models[0].Versions[1].Metrics);
        var (room, wait, free) = (set.Rollouts[0].Guards[0], set.Rollouts[0].Guards[1], set.Rollouts[0].Guards[2]);
        Assert.Equal(("gauge:gpu", Scale.Value, 80.0, 80.0), (room.Signal.ToString(), room.Scale, room.Bad, room.FineLine));
        Assert.Equal((Scale.Ratio, Math.Sqrt(1.5), SegmentScan.None), (wait.Scale, wait.FineLine, wait.Segments));
        Assert.Equal((true, -3.5, -1.75), (free.AtLeast, free.Bad, free.FineLine));
    }

    [Theory]
    [InlineData("[{ name: gpu, labels: { a: b }, perSecond: true }]", "", Guard, "found labels of a gauge that is pushed; wanted it only beside metric", "found perSecond of a gauge that is pushed")]
    [InlineData("[{ name: gpu, metric: 9lives }]", Metrics, Guard, "wanted the name of a metric, e.g. process_cpu_seconds_total")]
    [InlineData("[{ name: gpu, metric: up }]", "", Guard, "found a version without metrics in a model whose gauge \"gpu\" is read", "found a version without metrics")]
    [InlineData("[{ name: gpu }, { name: gpu }]", "", Guard, "found \"gpu\" twice")]
    [InlineData("[{ name: gpu, metric: up, together: median }]", Metrics, Guard, "wanted mean, sum or max")]
    [InlineData("[{ name: gpu, metric: up }]", ", metrics: [\"http://ann:geheim@127.0.0.1/metrics\"]", Guard, "wanted an address such as http://10.0.0.7:9001/metrics", "wanted an address such as")]
    [InlineData("[{ name: gpu, metric: up }]", ", metrics: [\"h2c://127.0.0.1/metrics\"]", Guard, "wanted an address such as http://10.0.0.7:9001/metrics", "wanted an address such as")]
    [InlineData("[{ name: gpu }]", "", "{ name: room, signal: gauge:gpi, atMost: { value: 80 } }", "did you mean \"gpu\"?")]
    [InlineData("[{ name: gpu }]", "", "{ name: room, signal: gauge:gpu, atMost: { value: 80% } }", "wanted a number, e.g. 0.8")]
    [InlineData("[{ name: gpu }]", "", "{ name: room, signal: gauge:gpu, atMost: { jensenShannon: 0.1 } }", "found gauge:gpu atMost jensenShannon; wanted atMost with value (a number, e.g. 0.8)")]
    [InlineData("[{ name: gpu }]", "", "{ name: room, signal: gauge:gpu, atMost: { value: 80 }, segments: all }", "found segments on gauge:gpu; wanted none: it is counted for everyone only")]
    public void A_mistake_is_named(string gauges, string metrics, string guard, params string[] messages)
    {
        var errors = Samples.Read(File(gauges, metrics, guard)).Errors.Select(e => e.Message).ToList();

        Assert.Equal(messages.Length, errors.Count);
        Assert.All(errors.Zip(messages), e => Assert.Contains(e.Second, e.First, StringComparison.Ordinal));
        Assert.DoesNotContain("geheim", string.Join('\n', errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Gauges_of_processes_are_taken_where_the_versions_that_are_held_have_one()
    {
        var set = Samples.Read(File(
            "[{ name: cpu, process: cpu }, { name: gpu, process: memory }]", Process, "{ name: room, signal: gauge:gpu, atMost: { value: 80 } }, { name: busy, signal: gauge:cpu, atMost: { ratio: 1.5 } }")).Set!;

        Assert.Equal([new("cpu") { Process = ProcessGauge.Cpu }, new GaugeSpec("gpu") { Process = ProcessGauge.Memory }], set.Models[0].Signals.Gauges);
        Assert.Equal([(false, true), (false, false)], set.Models[0].Signals.Gauges.Select(g => (g.IsPushed, g.IsCounter)));
    }

    [Theory]
    [InlineData("{ name: gpu, process: memory, metric: up }", "found process beside metric; wanted one of the two: remove the other")]
    [InlineData("{ name: gpu, process: cpu, labels: { a: b }, perSecond: true, together: sum }", "found labels of a gauge that is read from a process; wanted it only beside metric", "found perSecond of a gauge", "found together of a gauge")]
    [InlineData("{ name: gpu, process: memori }", "found \"memori\"; wanted cpu or memory: did you mean memory?")]
    public void A_mistake_of_a_gauge_of_a_process_is_named(string gauge, params string[] messages)
    {
        var errors = Samples.Read(File($"[{gauge}]", Metrics + Process, Guard)).Errors.Select(e => e.Message).ToList();

        Assert.Equal(messages.Length, errors.Count);
        Assert.All(errors.Zip(messages), e => Assert.Contains(e.Second, e.First, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "", "value: 80", "found a gauge of a process in a model whose versions have none of their own; wanted runtime, e.g. { command: [python3, server.py] }, in one of spec.versions")]
    [InlineData("", Process, "value: 80")]
    [InlineData(
        "", Process, "ratio: 1.5",
        "found the signal \"gauge:gpu\", which is read from a version's own process, but the baseline \"v1\" has none (a.yaml:3); wanted runtime in that version, or a limit for the canary alone (value)")]
    [InlineData(Process, "", "value: 80", "but the canary \"v2\" has none (a.yaml:3); wanted runtime in that version")]
    [InlineData(Process, "", "difference: 5", "but the canary \"v2\" has none")]
    public void A_guard_on_a_gauge_of_a_process_asks_for_the_processes_that_it_holds(string ofBaseline, string ofCanary, string line, params string[] messages)
    {
        var text = File("[{ name: gpu, process: memory }]", "", $"{{ name: room, signal: gauge:gpu, atMost: {{ {line} }} }}")
            .Replace(":9001\"] }", $":9001\"]{ofBaseline} }}", StringComparison.Ordinal)
            .Replace(":9002\"] }", $":9002\"]{ofCanary} }}", StringComparison.Ordinal);
        var errors = Samples.Read(text).Errors.Select(e => e.Message).ToList();

        Assert.Equal(messages.Length, errors.Count);
        Assert.All(errors.Zip(messages), e => Assert.Contains(e.Second, e.First, StringComparison.Ordinal));
    }

    [Fact]
    public void Addresses_that_nobody_reads_are_a_mistake()
    {
        var errors = Samples.Read(Samples.With("[\"http://127.0.0.1:9002\"]", "[\"http://127.0.0.1:9002\"]" + Metrics)).Errors;
        Assert.Contains("found metrics in a model without a gauge that is read there", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_metrics_are_read_may_change_under_a_run_and_what_is_read_may_not()
    {
        var began = Samples.Read(File("[{ name: gpu, metric: up }]", Metrics, Guard)).Set!.Models[0];

        Assert.Null((began with { Versions = [.. began.Versions.Select(v => v with { Metrics = ["http://elsewhere/metrics"] })] }).WhyAnother(began));
        Assert.Equal("the model's specification was changed while it ran", (began with { Signals = began.Signals with { Gauges = [new("gpu") { Metric = "down" }] } }).WhyAnother(began));
    }

    private static string File(string gauges, string metrics, string guards) => Samples.Fraud
        .Replace("            confidence: { response: /outputs/1/data/0 }\n".TrimStart(), $"confidence: {{ response: /outputs/1/data/0 }}\n    gauges: {gauges}\n", StringComparison.Ordinal)
        .Replace(":9001\"] }", $":9001\"]{metrics} }}", StringComparison.Ordinal)
        .Replace(":9002\"] }", $":9002\"]{metrics} }}", StringComparison.Ordinal)
        .Replace("- { name: errors, signal", $"- {guards.Replace(" }, {", " }\n    - {", StringComparison.Ordinal)}\n    - {{ name: errors, signal", StringComparison.Ordinal);
}
