using BenchmarkDotNet.Attributes;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge;

namespace Haldane.Benchmarks;

/// <summary>What one rollout costs the controller each second: five guards over everyone and four segment cells.</summary>
[MemoryDiagnoser]
public class JudgeTick
{
    private static readonly ModelSpec Model = new()
    {
        Name = "fraud",
        Route = new("/v2/models/fraud/**"),
        Subject = new() { Header = "X-User-Id" },
        Segments = [new SegmentSpec("country", "X-Country", ["MY", "SG", "ID"])],
        Signals = new() { Prediction = new("/outputs/0/data/0", ["legit", "fraud"]) },
        Versions = [new VersionSpec("v1", ["http://127.0.0.1:1"]), new VersionSpec("v2", ["http://127.0.0.1:2"])],
    };

    private static readonly RolloutSpec Rollout = new()
    {
        Name = "fraud-v2",
        Model = "fraud",
        Baseline = "v1",
        Canary = "v2",
        Stages = [new StageSpec(new(1_000), TimeSpan.FromMinutes(15))],
        Guards =
        [
            new GuardSpec { Name = "errors", Signal = new(SignalKind.ErrorRate), Scale = Scale.Ratio, Bad = 2, Floor = 0.001 },
            new GuardSpec { Name = "p99", Signal = new(SignalKind.Latency, 0.99), Scale = Scale.Ratio, Bad = 1.1 },
            new GuardSpec { Name = "sla", Signal = new(SignalKind.Latency, 0.99), Scale = Scale.Value, Bad = 0.3 },
            new GuardSpec { Name = "mix", Signal = new(SignalKind.PredictionDrift), Scale = Scale.JensenShannon, Bad = 0.05 },
            new GuardSpec { Name = "accuracy", Signal = new(SignalKind.Accuracy), Scale = Scale.Difference, Bad = -0.01 },
        ],
    };

    private readonly RolloutJudge _judge = new(Model, Rollout);
    private readonly ArmEvidence _baseline = Arm(1_800, new Random(1));
    private readonly ArmEvidence _canary = Arm(200, new Random(2));
    private long _number;

    [Benchmark]
    public void AddSlice() => _judge.Add(new()
    {
        Number = ++_number,
        Stage = 0,
        Share = new(1_000),
        From = default,
        Length = TimeSpan.FromSeconds(1),
        Baseline = _baseline,
        Canary = _canary,
        Labels = [new LabelCounts(0, Core.Arm.Baseline, 0, 1_800, 180), new LabelCounts(0, Core.Arm.Canary, 0, 200, 20)],
    });

    [Benchmark]
    public Judgement Evaluate() => _judge.Evaluate();

    // A second of exchanges with a latency of some 20 ms, a third of them in each country.
    private static ArmEvidence Arm(int exchanges, Random random)
    {
        var cells = Enumerable.Range(0, 5).Select(cell =>
        {
            var count = cell == 0 ? exchanges : cell == 4 ? 0 : exchanges / 3;
            var latency = Enumerable.Range(0, count)
                .GroupBy(_ => LatencyBuckets.IndexOf(0.02 * Math.Exp(0.25 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2)))
                .OrderBy(g => g.Key)
                .ToList();
            return new CellEvidence
            {
                Exchanges = count,
                Latency = new(latency.Select(g => g.Key).ToValueList(), latency.Select(g => (long)g.Count()).ToValueList()),
                Classes = [count * 7 / 10, count - count * 7 / 10, 0],
            };
        });
        return new() { Cells = cells.ToValueList() };
    }
}
