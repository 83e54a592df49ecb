using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Simulation.Runs;
using Haldane.Simulation.Tests.Support;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Tests.Runs;

/// <summary>Few subjects make many requests each: most of those who can fail have failed before a ratio of errors is decided, and of the rest the worse arm has fewer left.</summary>
public sealed class FewSubjectsTests(ITestOutputHelper output)
{
    private const int Runs = 120;
    private static readonly TimeSpan Horizon = TimeSpan.FromHours(2);

    private static readonly GuardSpec Guard = new() { Name = "errors", Signal = new(SignalKind.ErrorRate), Scale = Scale.Ratio, Bad = 2, Segments = SegmentScan.None };

    [Theory]
    [InlineData(500, 50)]
    [InlineData(2_000, 10)]
    [InlineData(2_000, 95)]
    public void A_canary_that_fails_twice_as_often_is_not_promoted_for_it(int subjects, int share)
    {
        var promoted = Run(subjects, share, 2);

        output.WriteLine($"{subjects} subjects at {share} %: {promoted} of {Runs} promoted");
        Assert.InRange(promoted, 0, (0.05 + 3 * Math.Sqrt(0.05 * 0.95 / Runs)) * Runs);
    }

    [Theory]
    [InlineData(500, 50)]
    [InlineData(2_000, 10)]
    public void One_that_is_as_the_baseline_is_promoted_all_the_same(int subjects, int share) => Assert.InRange(Run(subjects, share, 1), 0.95 * Runs, Runs);

    private static int Run(int subjects, int share, double ratio)
    {
        var traffic = Worlds.Traffic(200) with { Model = Worlds.Model() with { Subject = new() { Header = "x-user" } }, Conditions = new() { Regulars = new(subjects) } };
        traffic = traffic with { Baseline = traffic.Baseline with { Errors = 0.002 } };
        var world = new World { Traffic = traffic, Canary = traffic.Baseline with { Errors = 0.002 * ratio } };
        var rollout = new RolloutSpec
        {
            Name = "fraud-v2",
            Model = "fraud",
            Baseline = "v1",
            Canary = "v2",
            Guards = [Guard],
            Stages = [new(new(100 * share), TimeSpan.FromMinutes(5))],
        };
        var promoted = 0;
        Parallel.For(0, Runs, run =>
        {
            if (SimulatedRun.Of(world, rollout, (ulong)run + 1, Pacing.Fine, Horizon).Phase == Phase.Promoted)
            {
                Interlocked.Increment(ref promoted);
            }
        });
        return promoted;
    }
}
