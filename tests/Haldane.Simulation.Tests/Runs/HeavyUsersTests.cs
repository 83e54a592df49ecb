using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge;
using Haldane.Simulation.Runs;
using Haldane.Simulation.Tests.Support;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Tests.Runs;

/// <summary>A few users make most of the traffic, and each has a latency and a class of its own: who falls on an arm says more about its answers than its version does.</summary>
public sealed class HeavyUsersTests(ITestOutputHelper output)
{
    private const int Count = 120;
    private const int PerStage = 40;
    private static readonly int[] Shares = [5, 20, 50];
    private static readonly Regulars Heavy = new(2_000, Zipf: 1, LatencySpread: 0.3, Sameness: 0.8);

    // Many users, and next to nothing of their own.
    private static readonly Regulars Alike = new(20_000, LatencySpread: 1e-9);

    public static TheoryData<SignalKind, double, double> Guards => new()
    {
        { SignalKind.Latency, 0.5, 1.1 },
        { SignalKind.Latency, 0.99, 1.2 },
        { SignalKind.FirstToken, 0.95, 1.2 },
        { SignalKind.LatencyDistribution, 0, 0.1 },
        { SignalKind.PredictionDrift, 0, 0.05 },
        { SignalKind.ConfidenceDrift, 0, 0.05 },
    };

    [Theory]
    [MemberData(nameof(Guards))]
    public void They_take_no_fine_canary_back_and_promote_no_bad_one(SignalKind kind, double quantile, double bad)
    {
        var guard = Guard(kind, quantile, bad);

        var fine = Run(guard, guard.FineLine, Heavy);
        var atBad = Run(guard, bad, Heavy);

        var (fails, naive) = (fine.Count(s => s.Told.Fail > 0), fine.Count(s => s.Untold.Fail > 0));
        var (passes, naivePasses) = (atBad.Count(s => s.Told.Pass > 0), atBad.Count(s => s.Untold.Pass > 0));
        output.WriteLine($"{kind} {quantile}: false Fail {fails}, false Pass {passes} of {Count}; exchange by exchange {naive} and {naivePasses}");
        var allowed = (0.05 + 3 * Math.Sqrt(0.05 * 0.95 / Count)) * Count;
        Assert.InRange(Math.Max(fails, passes), 0, allowed);
        Assert.True(naive > allowed, "the naive way was to fail here, or this test shows nothing");
    }

    [Theory]
    [MemberData(nameof(Guards))]
    public void Where_users_are_alike_it_costs_next_to_nothing(SignalKind kind, double quantile, double bad)
    {
        var guard = Guard(kind, quantile, bad);

        var streams = Run(guard, guard.Scale == Scale.Ratio ? bad * bad : 2 * bad, Alike);

        double told = Median(streams.Select(s => s.Told.Fail)), untold = Median(streams.Select(s => s.Untold.Fail));
        output.WriteLine($"{kind} {quantile}: proof of harm after {told} slices, {untold} were exchanges independent for sure");
        Assert.InRange(untold, 1, PerStage * Shares.Length);
        Assert.InRange(told, untold, 1.25 * untold + 1);
    }

    private static double Median(IEnumerable<int> firsts)
    {
        int[] sorted = [.. firsts.Select(f => f == 0 ? int.MaxValue : f).Order()];
        return sorted[sorted.Length / 2];
    }

    private static GuardSpec Guard(SignalKind kind, double quantile, double bad) => new()
    {
        Name = "guard",
        Signal = new(kind, quantile),
        Scale = kind switch
        {
            SignalKind.LatencyDistribution => Scale.Difference,
            SignalKind.PredictionDrift or SignalKind.ConfidenceDrift => Scale.JensenShannon,
            _ => Scale.Ratio,
        },
        Bad = bad,
        Segments = SegmentScan.None,
    };

    // Each stream as the judge sees it, and without what tells answers apart by group of subjects.
    private static (Seen Told, Seen Untold)[] Run(GuardSpec guard, double line, Regulars regulars)
    {
        var traffic = Worlds.Traffic(400) with { Conditions = new() { Regulars = regulars } };
        var world = new World { Traffic = traffic, Canary = At(guard, line, traffic, regulars) };
        var rollout = new RolloutSpec
        {
            Name = "fraud-v2",
            Model = "fraud",
            Baseline = "v1",
            Canary = "v2",
            Guards = [guard],
            Stages = Shares.Select(s => new StageSpec(new(100 * s), TimeSpan.FromSeconds(10))).ToValueList(),
            Promise = new() { FalseRollback = 0.05, FalsePromotion = 0.05 },
        };
        var streams = new (Seen, Seen)[Count];
        Parallel.For(0, Count, stream =>
        {
            var random = new RandomTraffic(world, (ulong)stream + 1, [guard.Signal]);
            Seen told = new(new(traffic.Model, rollout)), untold = new(new(traffic.Model, rollout));
            for (var i = 0; i < PerStage * Shares.Length; i++)
            {
                var slice = random.Next(i / PerStage, rollout.Stages[i / PerStage].Share);
                told.Add(slice);
                untold.Add(slice with { Baseline = slice.Baseline with { ByGroup = null }, Canary = slice.Canary with { ByGroup = null } });
            }

            streams[stream] = (told, untold);
        });
        return streams;
    }

    private static Behaviour At(GuardSpec guard, double line, TrafficModel traffic, Regulars regulars)
    {
        if (guard.Signal.Kind != SignalKind.LatencyDistribution)
        {
            return Harm.At(guard, traffic, line)!;
        }

        // Two log-normals a factor apart differ by 2 Phi(shift / 2) - 1, the shift in deviations; users of their own widen the deviation.
        var own = Math.Log(traffic.Baseline.Latency.Quantile(0.99) / traffic.Baseline.Latency.Quantile(0.5)) / 2.3263;
        var deviation = Math.Sqrt(own * own + regulars.LatencySpread * regulars.LatencySpread);
        return traffic.Baseline with { Latency = traffic.Baseline.Latency.Times(Math.Exp(line * Math.Sqrt(2 * Math.PI) * deviation)) };
    }

    /// <summary>A stream as a judge sees it: after how many slices a verdict was proven first; 0: never.</summary>
    private sealed class Seen(RolloutJudge judge)
    {
        private int _slices;

        public int Fail { get; private set; }

        public int Pass { get; private set; }

        public void Add(EvidenceSlice slice)
        {
            judge.Add(slice);
            _slices++;
            var verdict = judge.Evaluate(forecast: false).Verdicts[0];
            Fail = Fail == 0 && verdict.FailEvidence >= verdict.FailAt ? _slices : Fail;
            Pass = Pass == 0 && verdict.PassEvidence >= verdict.PassAt ? _slices : Pass;
        }
    }
}
