using Haldane.Control.Gauges;
using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Gauges;

/// <summary>Readings of gauges, pushed and read, from their arrival to the decision.</summary>
public sealed class GaugeTests
{
    private static readonly GuardSpec Guard = new() { Name = "gpu", Signal = new(SignalKind.Gauge, Name: "gpu"), Scale = Scale.Value, Bad = 0.8, Segments = SegmentScan.None };

    [Fact]
    public async Task A_canary_whose_servers_are_overloaded_is_taken_back_on_readings_that_were_pushed()
    {
        using var world = await StartedAsync();
        for (var second = 0; second < 200 && world.View.Rollout.Phase == Phase.Running; second++)
        {
            Assert.Equal(new GaugeReceipt(2, 1, []), world.Controller.Gauges.Push("fraud", [new("gpu", "v2", 0.95), new("gpu", "v1", 0.5), new("gpu", "v3", 7)]));
            await world.TickAsync();
        }

        Assert.Equal((Phase.RolledBack, "gpu"), (world.View.Rollout.Phase, world.View.Rollout.Guard));
        Assert.StartsWith("gpu was beyond the limit in ", world.View.Rollout.Reason, StringComparison.Ordinal);
        Assert.Equal([new GaugeSum("gpu", Arm.Baseline, 1, 0.5), new("gpu", Arm.Canary, 1, 0.95)], world.Disk.Slices(1)[^1].Gauges);
    }

    [Fact]
    public async Task A_canary_that_has_room_is_promoted()
    {
        using var world = await StartedAsync();
        for (var second = 0; second < 300 && world.View.Rollout.Phase == Phase.Running; second++)
        {
            world.Controller.Gauges.Push("fraud", [new("gpu", "v2", 0.4)]);
            await world.TickAsync();
        }

        Assert.Equal(Phase.Promoted, world.View.Rollout.Phase);
    }

    [Fact]
    public async Task Without_readings_nothing_is_promoted()
    {
        using var world = await StartedAsync();
        await world.TickAsync(120);

        Assert.Equal((Phase.Running, VerdictKind.NoData), (world.View.Rollout.Phase, world.View.Judgement!.Verdicts[1].Kind));
        Assert.Equal("no reading of gpu of the canary so far", world.View.Judgement.Verdicts[1].Reason);
    }

    [Fact]
    public async Task Readings_are_taken_all_together_or_not_at_all()
    {
        using var world = await StartedAsync();
        var desk = world.Controller.Gauges;

        var receipt = desk.Push("fraud", [new("gpu", "v2", 0.1), new("gpi", "v2", 1), new("gpu", "v9", 1), new("gpu", "v2", double.NaN), new("cpu", "v2", 1)]);

        Assert.Equal(
            [
                "readings[1]: fraud has no gauge gpi; it has gpu, cpu",
                "readings[2]: fraud has no version v9; it has v1, v2, v3",
                "readings[3]: gpu of v2: wanted is a number between -1e15 and 1e15",
                "readings[4]: cpu is read from cpu_seconds_total, it cannot be pushed",
            ],
            receipt.Mistakes);
        Assert.True(desk.Push("fraudd", [new("gpu", "v2", 1)]).IsUnknown);
        Assert.All(desk.All, g => Assert.Null(g.Value));
    }

    [Fact]
    public async Task Metrics_are_read_at_each_address_while_a_rollout_runs_and_counters_by_their_growth()
    {
        using var world = await World.OpenAsync(Set());
        var pages = new Pages { ["a"] = [100], ["b"] = [40], ["c"] = null };
        var log = new Lines<GaugeFollower>();
        var follower = new GaugeFollower(world.Controller.Gauges, pages, new Meter(), world.Time, log);
        await follower.ReadAsync(CancellationToken.None);
        Assert.Equal(0, pages.Asked);

        await world.StartAsync();
        await follower.ReadAsync(CancellationToken.None);
        world.Time.Pass(TimeSpan.FromSeconds(10));
        (pages["a"], pages["b"]) = ([107], [3]); // the second has begun anew
        await follower.ReadAsync(CancellationToken.None);
        await world.TickAsync();

        Assert.Equal([new GaugeSum("cpu", Arm.Canary, 1, 0.7)], world.Disk.Slices(1)[^1].Gauges);
        var views = world.Controller.Gauges.All.Where(g => g.Gauge == "cpu").ToList();
        Assert.Equal([("v1", null, "down"), ("v2", 0.7, null), ("v3", null, null)], views.Select(v => (v.Version, v.Value, v.Trouble)));
        Assert.Single(log.All, l => l.Text.Contains("The gauges of fraud v1 are not read at c: down", StringComparison.Ordinal));
        Assert.Equal(6, pages.Asked);
    }

    [Fact]
    public async Task A_metric_that_is_not_there_is_said()
    {
        using var world = await World.OpenAsync(Set());
        await world.StartAsync();
        var follower = new GaugeFollower(world.Controller.Gauges, new Pages { ["a"] = [null], ["b"] = [null], ["c"] = [null] }, new Meter(), world.Time, new Lines<GaugeFollower>());
        await follower.ReadAsync(CancellationToken.None);

        Assert.Equal("no address of its metrics shows cpu_seconds_total", world.Controller.Gauges.All.First(g => g is { Gauge: "cpu", Version: "v2" }).Trouble);
    }

    [Fact]
    public async Task Processes_are_read_while_they_are_ready_and_their_time_by_its_growth()
    {
        using var world = await World.OpenAsync(OfProcesses());
        var meter = new Meter { Now = new(ComputePhase.Ready, At(0), new(100, 7_000)) };
        var follower = new GaugeFollower(world.Controller.Gauges, new Pages(), meter, world.Time, new Lines<GaugeFollower>());
        await follower.ReadAsync(CancellationToken.None);
        Assert.Empty(meter.Asked);

        await world.StartAsync();
        await follower.ReadAsync(CancellationToken.None);
        world.Time.Pass(TimeSpan.FromSeconds(10));
        meter.Now = new(ComputePhase.Ready, At(0), new(125, 8_000));
        await follower.ReadAsync(CancellationToken.None);
        await world.TickAsync();

        Assert.Equal([new GaugeSum("cores", Arm.Canary, 1, 2.5), new("memory", Arm.Canary, 2, 15_000)], world.Disk.Slices(1)[^1].Gauges);
        Assert.Equal(["fraud v2", "fraud v2"], meter.Asked); // the others have none of their own, and nothing is said of them
        Assert.Equal([(ProcessGauge.Cpu, null), (ProcessGauge.Memory, null)], world.Controller.Gauges.All.Where(g => g.Version == "v1").Select(g => (g.Process!.Value, g.Trouble)));
        Assert.Equal(["readings[0]: memory is read from the version's process, it cannot be pushed"], world.Controller.Gauges.Push("fraud", [new("memory", "v2", 1)]).Mistakes);
    }

    [Fact]
    public async Task What_a_process_used_before_it_was_ready_does_not_count()
    {
        using var world = await World.OpenAsync(OfProcesses());
        var meter = new Meter();
        var log = new Lines<GaugeFollower>();
        var follower = new GaugeFollower(world.Controller.Gauges, new Pages(), meter, world.Time, log);
        await world.StartAsync();
        ProcessReading?[] readings =
        [
            null, new(ComputePhase.Starting, At(0), new(1, 100)), new(ComputePhase.Warming, At(1), new(20, 200)), new(ComputePhase.Ready, At(2), new(30, 300)), new(ComputePhase.Waiting, At(3), null),
            new(ComputePhase.Ready, At(4), new(40, 400)), new(ComputePhase.Ready, At(5), new(50, 500)), // started anew in between
            new(ComputePhase.Ready, At(5), new(49, 500)), new(ComputePhase.Draining, At(6), new(60, 600)), new(ComputePhase.Draining, At(6), new(61, 600)),
        ];
        var said = new List<string>();
        foreach (var reading in readings)
        {
            meter.Now = reading;
            await follower.ReadAsync(CancellationToken.None);
            world.Time.Pass(TimeSpan.FromSeconds(10));
            said.Add(string.Join(", ", world.Controller.Gauges.All.Where(g => g.Version == "v2").Select(g => $"{g.Gauge} {g.Value} {g.Trouble}".Trim())));
        }

        const string None = "its process does not run";
        Assert.Equal(
            [
                $"cores  {None}, memory  {None}", $"cores  {None}, memory  {None}", $"cores  {None}, memory  {None}", $"cores  {None}, memory 300", $"cores  {None}, memory 300 {None}",
                $"cores  {None}, memory 400", $"cores  {None}, memory 500", $"cores  {None}, memory 500", $"cores  {None}, memory 600", "cores 0.1, memory 600",
            ],
            said);
        Assert.Empty(log.All); // haldane processes says it already
    }

    private static DateTimeOffset At(int minute) => new(2026, 3, 4, 12, minute, 0, TimeSpan.Zero);

    private static async Task<World> StartedAsync()
    {
        var world = await World.OpenAsync(Set());
        await world.StartAsync();
        return world;
    }

    private static SpecificationSet Set()
    {
        var model = Make.Model();
        model = model with
        {
            Signals = model.Signals with { Gauges = [new("gpu"), new("cpu") { Metric = "cpu_seconds_total", PerSecond = true }] },
            Versions = [model.Versions[0] with { Metrics = ["c"] }, model.Versions[1] with { Metrics = ["a", "b"] }, model.Versions[2]],
        };
        var rollout = Make.Rollout();
        return new([model], [rollout with { Guards = [.. rollout.Guards, Guard] }]);
    }

    private static SpecificationSet OfProcesses()
    {
        var model = Make.Model();
        model = model with
        {
            Signals = model.Signals with { Gauges = [new("cores") { Process = ProcessGauge.Cpu }, new("memory") { Process = ProcessGauge.Memory }] },
            Versions = [model.Versions[0] with { Metrics = ["a"] }, model.Versions[1] with { Runtime = new(["serve"]) }, model.Versions[2]],
        };
        return new([model], [Make.Rollout()]);
    }

    /// <summary>Every process at a moment.</summary>
    private sealed class Meter : IProcessMeter
    {
        public ProcessReading? Now { get; set; }

        public List<string> Asked { get; } = [];

        public ProcessReading? Measure(string model, string version)
        {
            Asked.Add($"{model} {version}");
            return Now;
        }
    }

    /// <summary>What stands at addresses; null where nobody answers.</summary>
    private sealed class Pages : Dictionary<string, double?[]?>, IMetricsReader
    {
        private int _asked;

        public int Asked => _asked;

        public Task<double?[]> ReadAsync(string address, IReadOnlyList<GaugeSpec> gauges, CancellationToken cancel)
        {
            Interlocked.Increment(ref _asked);
            return this[address] is { } values ? Task.FromResult(values) : throw new MetricSourceException("down");
        }
    }
}
