using BenchmarkDotNet.Attributes;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge;

namespace Haldane.Benchmarks;

/// <summary>What one rollout of 12 guards over everyone and 20 segment cells costs the controller each second.</summary>
[MemoryDiagnoser]
public class JudgeTick
{
    private const int Cells = 21;

    private static readonly string[] Regions = [.. Enumerable.Range(1, 19).Select(i => $"r{i}")];

    private static readonly ModelSpec Model = new()
    {
        Name = "fraud",
        Route = new("/v2/models/fraud/**"),
        Subject = new() { Header = "X-User-Id" },
        Segments = [new SegmentSpec("region", "X-Region", Regions.ToValueList())],
        Signals = new()
        {
            Prediction = new("/outputs/0/data/0", ["legit", "fraud", "review", "unsure"]),
            Confidence = new("/outputs/1/data/0"),
            Values = [new("revenue", 0, 500)],
            Events = [SignalSpec.Conversion],
        },
        Versions = [new VersionSpec("v1", ["http://127.0.0.1:1"]), new VersionSpec("v2", ["http://127.0.0.1:2"])],
    };

    private static readonly RolloutSpec Rollout = new()
    {
        Name = "fraud-v2",
        Model = "fraud",
        Baseline = "v1",
        Canary = "v2",
        Stages = [.. new[] { 100, 1_000, 2_500, 5_000 }.Select(share => new StageSpec(new(share), TimeSpan.FromMinutes(15)))],
        Guards =
        [
            new() { Name = "errors", Signal = new(SignalKind.ErrorRate), Scale = Scale.Ratio, Bad = 2, Floor = 0.001 },
            new() { Name = "refused", Signal = new(SignalKind.EventRate, Name: GatewayEvents.Refused), Scale = Scale.Difference, Bad = 0.01 },
            new() { Name = "p50", Signal = new(SignalKind.Latency, 0.5), Scale = Scale.Ratio, Bad = 1.1 },
            new() { Name = "p99", Signal = new(SignalKind.Latency, 0.99), Scale = Scale.Ratio, Bad = 1.1 },
            new() { Name = "sla", Signal = new(SignalKind.Latency, 0.99), Scale = Scale.Value, Bad = 0.3 },
            new() { Name = "first-token", Signal = new(SignalKind.FirstToken, 0.95), Scale = Scale.Ratio, Bad = 1.2 },
            new() { Name = "mix", Signal = new(SignalKind.PredictionDrift), Scale = Scale.JensenShannon, Bad = 0.05 },
            new() { Name = "sureness", Signal = new(SignalKind.ConfidenceDrift), Scale = Scale.JensenShannon, Bad = 0.05 },
            new() { Name = "accuracy", Signal = new(SignalKind.Accuracy), Scale = Scale.Difference, Bad = -0.01 },
            new() { Name = "calibration", Signal = new(SignalKind.Calibration), Scale = Scale.Difference, Bad = 0.02 },
            new() { Name = "conversion", Signal = new(SignalKind.EventRate, Name: SignalSpec.Conversion), Scale = Scale.Ratio, Bad = 0.9, AtLeast = true },
            new() { Name = "revenue", Signal = new(SignalKind.Mean, Name: "revenue"), Scale = Scale.Ratio, Bad = 0.9, AtLeast = true },
        ],
    };

    private readonly RolloutJudge _judge = new(Model, Rollout);
    private readonly RolloutJudge[] _fleet = [.. Enumerable.Range(0, 1000).Select(_ => new RolloutJudge(Model, Rollout))];
    private readonly EvidenceSlice[] _slices = [.. Enumerable.Range(1, 60).Select(seed => Slice(new Random(seed)))];
    private EvidenceSlice _slice = Slice(new Random(0));
    private long _number;
    private long _fleetNumber;

    /// <summary>Half a minute of evidence first: an empty judge would be too cheap.</summary>
    [GlobalSetup]
    public void WarmUp()
    {
        for (var i = 0; i < 30; i++)
        {
            AddSlice();
        }

        for (var i = 0; i < 8; i++)
        {
            FleetTick();
        }
    }

    /// <summary>One slice of one rollout. The slice itself is made anew only in its head, which the figure of allocation shows.</summary>
    [Benchmark]
    public void AddSlice()
    {
        _slice = _slices[_number % _slices.Length] with { Number = ++_number };
        _judge.Add(_slice);
    }

    /// <summary>All verdicts of one rollout.</summary>
    [Benchmark]
    public Judgement Evaluate() => _judge.Evaluate();

    /// <summary>One tick over 1,000 rollouts, verdicts included, on one core.</summary>
    [Benchmark]
    public int FleetTick()
    {
        var slice = _slices[_fleetNumber % _slices.Length] with { Number = ++_fleetNumber };
        var verdicts = 0;
        foreach (var judge in _fleet)
        {
            judge.Add(slice);
            verdicts += judge.Evaluate().Verdicts.Count;
        }

        return verdicts;
    }

    /// <summary>Megabytes that the judge of one rollout holds after a minute of evidence in each stage: the mean of fifty.</summary>
    internal static double Megabytes()
    {
        const int Judges = 50, Seconds = 60;
        EvidenceSlice[] slices = [.. Enumerable.Range(1, Seconds).Select(seed => Slice(new Random(seed)))];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var judges = new RolloutJudge[Judges];
        for (var j = 0; j < Judges; j++)
        {
            judges[j] = new(Model, Rollout);
            for (var n = 0; n < Seconds * Rollout.Stages.Count; n++)
            {
                judges[j].Add(slices[n % Seconds] with { Number = n + 1, Stage = n / Seconds, Share = Rollout.Stages[n / Seconds].Share });
                judges[j].Evaluate();
            }
        }

        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(judges);
        return held / 1e6 / Judges;
    }

    /// <summary>A second of 2,000 exchanges, a tenth of them on the canary, with feedback.</summary>
    internal static EvidenceSlice Slice(Random random) => new()
    {
        Number = 0,
        Stage = 0,
        Share = new(1_000),
        From = default,
        Length = TimeSpan.FromSeconds(1),
        Baseline = Arm(1_800, random),
        Canary = Arm(200, random),
        Labels = [.. Each((arm, cell, n) => new LabelCounts(0, arm, cell, n / 4, n / 40))],
        Calibration = [.. Each((arm, cell, n) => new CalibrationCounts(0, arm, cell, random.Next(10, 20), n / 4, n / 5, 0.2 * n))],
        Events =
        [
            .. Each((arm, cell, n) => new EventCounts(GatewayEvents.Refused, 0, arm, cell, n / 50, n / 60)),
            .. Each((arm, cell, n) => new EventCounts(SignalSpec.Conversion, 0, arm, cell, n / 20, n / 20)),
        ],
        Values = [.. Each((arm, cell, n) => new ValueMoments("revenue", 0, arm, cell, random.Next(64), n / 10, n / 30, n, 30.0 * n))],
    };

    private static IEnumerable<T> Each<T>(Func<Arm, int, int, T> make) =>
        from arm in new[] { Core.Arm.Baseline, Core.Arm.Canary }
        from cell in Enumerable.Range(0, Cells)
        let all = arm == Core.Arm.Canary ? 200 : 1_800
        select make(arm, cell, cell == 0 ? all : all / 20);

    private static ArmEvidence Arm(int exchanges, Random random)
    {
        var cells = Enumerable.Range(0, Cells).Select(cell =>
        {
            var count = cell == 0 ? exchanges : exchanges / 20;
            var confidence = new long[ConfidenceBins.Count];
            for (var i = 0; i < count; i++)
            {
                confidence[random.Next(10, 20)]++;
            }

            return new CellEvidence
            {
                Exchanges = count,
                Errors = count / 200,
                ErrorSubjects = count / 200,
                Latency = Times(count, 0.02, random),
                FirstToken = Times(count, 0.005, random),
                Classes = [count * 6 / 10, count / 10, count / 10, count - count * 6 / 10 - 2 * (count / 10), 0],
                Confidence = ValueList.Create<long>(confidence),
            };
        });
        return new()
        {
            Cells = cells.ToValueList(),
            AnswersByGroup = ValueList.Create<long>([.. Enumerable.Repeat((long)exchanges / 64, 64)]),

            // One slice in four reports, as after the first ten seconds of a stage; later ones do so seldom.
            ByGroup = random.Next(4) > 0 ? null : new()
            {
                Answers = Dealt(exchanges, Cells, random),
                Latency = Dealt(exchanges, 120, random),
                FirstToken = Dealt(exchanges, 120, random),
                Classes = Dealt(exchanges, 5, random),
                Confidence = Dealt(exchanges, ConfidenceBins.Count, random),
            },
        };
    }

    private static SparseCounts Dealt(int count, int kinds, Random random)
    {
        var row = new long[kinds * SubjectGroups.Count];
        for (var i = 0; i < count; i++)
        {
            row[random.Next(row.Length)]++;
        }

        return SparseCounts.Of(row);
    }

    private static SparseCounts Times(int count, double median, Random random)
    {
        var buckets = Enumerable.Range(0, count)
            .GroupBy(_ => LatencyBuckets.IndexOf(median * Math.Exp(0.5 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2)))
            .OrderBy(g => g.Key)
            .ToList();
        return new(buckets.Select(g => g.Key).ToValueList(), buckets.Select(g => (long)g.Count()).ToValueList());
    }
}
