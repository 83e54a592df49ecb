using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Simulation.Chance;
using Haldane.Simulation.Runs;
using Haldane.Simulation.Tests.Support;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Tests.Runs;

/// <summary>Simulated runs of a small plan keep its promise, and tell canaries apart.</summary>
public sealed class SimulatedRunTests(ITestOutputHelper output)
{
    private const int Runs = 120;
    private static readonly TimeSpan Horizon = TimeSpan.FromHours(2);

    private static readonly (TrafficModel Traffic, RolloutSpec Rollout) Small =
        Plans.Read("rate: 200/s, errors: 5%", "{ share: 10%, bake: 10s }, { share: 50%, bake: 10s }", Plans.Errors);

    [Fact]
    public void A_small_plan_keeps_its_promise()
    {
        var cases = CanaryCases.For(Small.Traffic, Small.Rollout);
        var summaries = cases.Select((c, i) => CaseSummary.Of(c, Outcomes(c.World, i, Pacing.Fine))).ToList();

        foreach (var summary in summaries)
        {
            output.WriteLine($"{summary.Case.Guard ?? "nothing"} {summary.Case.Size}: {summary.RolledBack} rolled back, {summary.Promoted} promoted of {Runs}, after {summary.MedianTime}");

            // Three standard errors above what is promised is what chance alone may show.
            Assert.True(summary.Case.Kind != CaseKind.Fine || summary.RolledBack <= Runs * 0.01 + 3 * Math.Sqrt(Runs * 0.01));
            Assert.True(summary.Case.Kind != CaseKind.Bad || summary.Promoted <= Runs * 0.05 + 3 * Math.Sqrt(Runs * 0.05));
        }

        Assert.Equal(Runs, summaries[0].Promoted);
        Assert.Equal(Runs, summaries.Single(s => s.Case.Size == "3 margins").RolledBack);
        Assert.Equal("errors", summaries[^1].UsualGuard);
        Assert.True(summaries[^1].MedianTime < summaries.Single(s => s.Case.Size == "at the bad line").MedianTime);
    }

    [Fact]
    public void Growing_slices_change_times_by_a_few_percent_and_nothing_else()
    {
        var canary = CanaryCases.For(Small.Traffic, Small.Rollout).Single(c => c.Size == "2 margins");

        CaseSummary seconds = CaseSummary.Of(canary, Outcomes(canary.World, 1, Pacing.Seconds)), fine = CaseSummary.Of(canary, Outcomes(canary.World, 2, Pacing.Fine));

        output.WriteLine($"slices of a second: {seconds.MedianTime}, growing: {fine.MedianTime}");
        Assert.Equal((Runs, Runs), (seconds.RolledBack, fine.RolledBack));
        Assert.InRange(fine.MedianTime!.Value / seconds.MedianTime!.Value, 0.75, 1.33); // two medians of 120 runs differ by that by chance
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var canary = CanaryCases.For(Small.Traffic, Small.Rollout)[^1];

        Assert.Equal(
            SimulatedRun.Of(canary.World, Small.Rollout, 5, Pacing.Fine, Horizon), SimulatedRun.Of(canary.World, Small.Rollout, 5, Pacing.Fine, Horizon));
    }

    [Fact]
    public void A_run_that_is_not_over_at_the_horizon_says_who_holds_it()
    {
        var (traffic, rollout) = Plans.Read("rate: 10/s, errors: 0.1%", "{ share: 10%, bake: 10s }", Plans.Errors);

        var outcome = SimulatedRun.Of(World.AsBaseline(traffic), rollout, 1, Pacing.Fine, TimeSpan.FromMinutes(20));

        Assert.Equal((Phase.Running, "errors"), (outcome.Phase, outcome.HeldBy));
    }

    [Theory]
    [InlineData(0, 20, 0, 0.16843)]
    [InlineData(1, 20, 0.00127, 0.24873)]
    [InlineData(10, 10, 0.69150, 1)]
    [InlineData(50, 1_000, 0.03733, 0.06539)]
    public void Intervals_are_those_of_Clopper_and_Pearson(int count, int runs, double low, double high)
    {
        var interval = ExactInterval.Of(count, runs);

        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    private static List<RunOutcome> Outcomes(World world, int row, Pacing pacing) =>
        [.. Enumerable.Range(0, Runs).Select(run => SimulatedRun.Of(world, Small.Rollout, Dice.SeedOf(9, (ulong)row, (ulong)run), pacing, Horizon))];
}
