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
    private static readonly int[] ManyShares = [10, 15, 20, 25, 30, 35, 40, 45, 50];
    private static readonly Regulars Heavy = new(2_000, Zipf: 1, LatencySpread: 0.3, Sameness: 0.8);

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

        var fine = Run(guard, guard.FineLine, Users(kind), Shares);
        var atBad = Run(guard, bad, Users(kind), Shares);

        var (fails, naive) = (fine.Count(s => s.Told.Fail > 0), fine.Count(s => s.Untold.Fail > 0));
        var (passes, naivePasses) = (atBad.Count(s => s.Told.Pass > 0), atBad.Count(s => s.Untold.Pass > 0));
        output.WriteLine($"{kind} {quantile}: false Fail {fails}, false Pass {passes} of {Count}; exchange by exchange {naive} and {naivePasses}");
        Assert.InRange(Math.Max(fails, passes), 0, Allowed);
        Assert.True(naive > Allowed, "the naive way was to fail here, or this test shows nothing");
    }

    [Theory]
    [MemberData(nameof(Guards))]
    public void A_plainly_bad_canary_is_found_among_them(SignalKind kind, double quantile, double bad)
    {
        var guard = Guard(kind, quantile, bad);

        var found = Run(guard, guard.Scale == Scale.Ratio ? 3 : 5 * bad, Users(kind), Shares).Count(s => s.Told.Fail > 0);

        output.WriteLine($"{kind} {quantile}: found in {found} of {Count}");
        Assert.InRange(found, 0.8 * Count, Count);
    }

    [Theory]
    [InlineData(SignalKind.ErrorRate, 0, 2)]
    [InlineData(SignalKind.Throughput, 0, 0.8)]
    [InlineData(SignalKind.Latency, 0.5, 1.1)]
    [InlineData(SignalKind.Mean, 0, 0.8)]
    public void The_same_users_are_no_new_proof_in_each_of_many_stages(SignalKind kind, double quantile, double bad)
    {
        // Any difference is harm, so that a canary that is as the baseline stands at the line.
        var guard = Guard(kind, quantile, bad) with { Fine = 1, AtLeast = bad < 1 };
        var users = kind == SignalKind.Latency ? new Regulars(300, LatencySpread: 0.3) : new Regulars(2_000, Zipf: 1, ErrorProne: 0.05);

        var fails = Run(guard, 1, users, ManyShares).Count(s => s.Told.Fail > 0);

        output.WriteLine($"{kind} {quantile}: false Fail {fails} of {Count} over {ManyShares.Length} stages");
        Assert.InRange(fails, 0, Allowed);
    }

    [Theory]
    [MemberData(nameof(Guards))]
    public void Where_users_are_alike_it_costs_next_to_nothing(SignalKind kind, double quantile, double bad)
    {
        var guard = Guard(kind, quantile, bad);

        var streams = Run(guard, guard.Scale == Scale.Ratio ? bad * bad : 2 * bad, new(20_000), Shares);

        double told = Median(streams.Select(s => s.Told.Fail)), untold = Median(streams.Select(s => s.Untold.Fail));
        output.WriteLine($"{kind} {quantile}: proof of harm after {told} slices, {untold} were exchanges independent for sure");
        Assert.All(streams, s => Assert.True(s.Told.Reports > 0 && s.Untold.Reports == 0));
        Assert.InRange(untold, 1, PerStage * Shares.Length);
        Assert.InRange(told, untold, 1.25 * untold + 1);
    }

    private static double Allowed => (0.05 + 3 * Math.Sqrt(0.05 * 0.95 / Count)) * Count;

    // A mix needs a hundred answers that count, one of twenty bins some seven hundred: with fewer users it is never judged.
    private static Regulars Users(SignalKind kind) => kind switch
    {
        SignalKind.PredictionDrift => new(5_000, Zipf: 0.7, Sameness: 0.8),
        SignalKind.ConfidenceDrift => new(20_000, Zipf: 0.6, Sameness: 0.7),
        _ => Heavy,
    };

    private static double Median(IEnumerable<int> firsts)
    {
        int[] sorted = [.. firsts.Select(f => f == 0 ? int.MaxValue : f).Order()];
        return sorted[sorted.Length / 2];
    }

    private static GuardSpec Guard(SignalKind kind, double quantile, double bad) => new()
    {
        Name = "guard",
        Signal = new(kind, quantile, kind == SignalKind.Mean ? "revenue" : null),
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
    private static (Seen Told, Seen Untold)[] Run(GuardSpec guard, double line, Regulars regulars, int[] shares)
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
            Stages = shares.Select(s => new StageSpec(new(100 * s), TimeSpan.FromSeconds(10))).ToValueList(),
            Promise = new() { FalseRollback = 0.05, FalsePromotion = 0.05 },
        };
        var streams = new (Seen, Seen)[Count];
        Parallel.For(0, Count, stream =>
        {
            var random = new RandomTraffic(world, (ulong)stream + 1, [guard.Signal]);
            Seen told = new(new(traffic.Model, rollout)), untold = new(new(traffic.Model, rollout));
            for (var i = 0; i < PerStage * shares.Length; i++)
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
        if (line == 1 && guard.Scale == Scale.Ratio)
        {
            return traffic.Baseline;
        }

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

        public int Reports { get; private set; }

        public void Add(EvidenceSlice slice)
        {
            judge.Add(slice);
            Reports += slice.Canary.ByGroup is not null && slice.Baseline.ByGroup is not null ? 1 : 0;
            _slices++;
            var verdict = judge.Evaluate(forecast: false).Verdicts[0];
            Fail = Fail == 0 && verdict.FailEvidence >= verdict.FailAt ? _slices : Fail;
            Pass = Pass == 0 && verdict.PassEvidence >= verdict.PassAt ? _slices : Pass;
        }
    }
}
