using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Characteristics;

/// <summary>The asymptotic lanes at levels that a real budget comes to, some in a thousand. Long, so run on request.</summary>
public sealed class TightLevelTests(ITestOutputHelper output)
{
    private const double Level = 0.002;
    private const int Count = 4000;

    public static bool IsAsked => Environment.GetEnvironmentVariable("HALDANE_LONG") == "1";

    [Theory(Skip = "takes minutes; set HALDANE_LONG=1 to run it", SkipUnless = nameof(IsAsked))]
    [InlineData(0.99, 50, 400)]
    [InlineData(0.99, 5, 4000)]
    [InlineData(0.95, 10, 800)]
    [InlineData(0.5, 10, 200)]
    [InlineData(0.5, 2, 200)]
    public void Latency_at_the_fine_line(double quantile, int share, int perSlice)
    {
        var table = Latencies.LogNormal(0.05, 0.5);
        var guard = Slices.Guard(SignalKind.Latency, Scale.Ratio, 1.1, quantile);
        Report($"p{100 * quantile}, {share} %, {perSlice} a slice", guard, share, (r, n, shift) => Slices.Slice(
            n, 0, share, Streams.Latency(r, perSlice * (100 - share) / 100, table), Streams.Latency(r, perSlice * share / 100, table, shift)), 4, 8);
    }

    [Theory(Skip = "takes minutes; set HALDANE_LONG=1 to run it", SkipUnless = nameof(IsAsked))]
    [InlineData(0.3, 50, 50)]
    [InlineData(0.3, 5, 400)]
    [InlineData(0.05, 10, 400)]
    [InlineData(0.001, 10, 400)]
    public void Drift_of_two_classes_at_the_fine_line(double mix, int share, int perSlice)
    {
        var guard = Slices.Guard(SignalKind.PredictionDrift, Scale.JensenShannon, 0.05);
        CellEvidence Of(Random r, long n, double p)
        {
            var first = r.Binomial(n, p);
            return new() { Exchanges = n, Classes = [first, n - first] };
        }

        Report($"drift from {mix}, {share} %, {perSlice} a slice", guard, share, (r, n, bits) => Slices.Slice(
            n, 0, share, Of(r, perSlice * (100 - share) / 100, mix), Of(r, perSlice * share / 100, Drifted(mix, bits))), 0.025, 0.05);
    }

    private void Report<T>(string what, GuardSpec guard, int share, Func<Random, int, T, EvidenceSlice> world, T fine, T bad)
    {
        int fails = Errors(guard, share, (r, n) => world(r, n, fine)).Fails, passes = Errors(guard, share, (r, n) => world(r, n, bad)).Passes;
        output.WriteLine($"{what}: of {Count} streams at a level of {Level:0.0 %}: false Fail {100.0 * fails / Count:0.00} %, false Pass {100.0 * passes / Count:0.00} %");
        Assert.True(Math.Max(fails, passes) <= Count * Level + 3 * Math.Sqrt(Count * Level));
    }

    private static (int Fails, int Passes) Errors(GuardSpec guard, int share, Func<Random, int, EvidenceSlice> world)
    {
        var rollout = Slices.Rollout([guard], share) with { Promise = new() { FalseRollback = Level, FalsePromotion = Level } };
        var (fails, passes) = (0, 0);
        for (var seed = 1; seed <= Count; seed++)
        {
            var random = new Random(seed);
            var judge = new RolloutJudge(Slices.Model(), rollout);
            for (var n = 1; n <= 60; n++)
            {
                judge.Add(world(random, n));
            }

            var verdict = judge.Evaluate().Verdicts[0];
            fails += verdict.FailEvidence >= verdict.FailAt ? 1 : 0;
            passes += verdict.PassEvidence >= verdict.PassAt ? 1 : 0;
        }

        return (fails, passes);
    }

    private static double Drifted(double mix, double bits)
    {
        double low = mix, high = 1;
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = Divergence(mix, middle) < bits ? (middle, high) : (low, middle);
        }

        return low;
    }

    private static double Divergence(double p, double q)
    {
        static double Part(double x, double m) => x > 0 ? x * Math.Log2(x / m) / 2 : 0;
        var m = (p + q) / 2;
        return Part(p, m) + Part(q, m) + Part(1 - p, 1 - m) + Part(1 - q, 1 - m);
    }
}
