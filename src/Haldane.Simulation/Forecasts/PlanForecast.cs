using Haldane.Core;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Simulation.Chance;
using Haldane.Simulation.Runs;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Forecasts;

/// <summary>When something will happen: the middle of many simulated runs, and where most of them lie.</summary>
/// <param name="Early">One run in ten is earlier.</param>
/// <param name="Median">Half the runs are earlier.</param>
/// <param name="Late">Nine runs in ten are earlier; null: not even so many before the horizon.</param>
public sealed record Expected(TimeSpan Early, TimeSpan Median, TimeSpan? Late)
{
    /// <summary>The quantiles over all runs; null when half of them never come to it.</summary>
    internal static Expected? Of(IEnumerable<TimeSpan?> times)
    {
        var all = times.ToList();
        TimeSpan[] known = [.. all.OfType<TimeSpan>().Order()];
        int median = CaseSummary.Rank(all.Count, 0.5), late = CaseSummary.Rank(all.Count, 0.9);
        return median >= known.Length ? null : new(known[CaseSummary.Rank(all.Count, 0.1)], known[median], late < known.Length ? known[late] : null);
    }
}

/// <summary>What is expected of a guard when the canary is as the baseline.</summary>
public sealed record GuardForecast
{
    /// <summary>The guard's name.</summary>
    public required string Guard { get; init; }

    /// <summary>The first stage that may only be left when it has passed, from 0.</summary>
    public required int RequiredIn { get; init; }

    /// <summary>When it passes, since the start; null: not within the horizon.</summary>
    public required Expected? Passes { get; init; }

    /// <summary>Exchanges of the canary until then, median; null as above.</summary>
    public required long? CanaryExchanges { get; init; }

    /// <summary>How long the stage that requires it lasts until it has passed, median; zero when it has passed before; null: not within the horizon.</summary>
    public required TimeSpan? InStage { get; init; }
}

/// <summary>What is expected of a plan before it starts, when the canary is as the baseline.</summary>
/// <remarks>
/// Medians over a few dozen simulated runs with slices that grow (<see cref="Pacing.Coarse"/>): docs/adr/0006 says why not one run on mean counts. The chance that a
/// median of 48 runs lies beyond the true 35th or 65th percentile is 4 in 100 (binomial).
/// </remarks>
public sealed record PlanForecast
{
    /// <summary>How many runs are enough.</summary>
    public const int UsualRuns = 48;

    private const ulong Seed = 0x48616c64616e65;

    /// <summary>What lies beyond this is "never" to whoever waits for it.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromDays(30);

    /// <summary>By guard, in the order of the plan.</summary>
    public required ValueList<GuardForecast> Guards { get; init; }

    /// <summary>When it is promoted; null: not within the horizon.</summary>
    public required Expected? Promoted { get; init; }

    /// <summary>Simulates and forecasts, on this thread.</summary>
    public static PlanForecast Of(TrafficModel traffic, RolloutSpec rollout, int runs = UsualRuns) =>
        From(rollout, [.. Enumerable.Range(0, runs).Select(run => RunOf(traffic, rollout, run))]);

    /// <summary>One of the runs that a forecast rests on.</summary>
    /// <param name="traffic">The traffic.</param>
    /// <param name="rollout">The plan.</param>
    /// <param name="run">Its number, from 0.</param>
    /// <param name="breathe">Called before each slice; null: nothing.</param>
    public static RunOutcome RunOf(TrafficModel traffic, RolloutSpec rollout, int run, Action? breathe = null)
    {
        // To pass is about everyone: segments would only cost time.
        var everyone = traffic with { Model = traffic.Model with { Segments = [] }, CellParts = [1] };
        var plan = rollout with { Guards = rollout.Guards.Select(g => g with { Segments = SegmentScan.None }).ToValueList() };
        return SimulatedRun.Of(World.AsBaseline(everyone), plan, Dice.SeedOf(Seed, (ulong)run), Pacing.Coarse, Horizon, breathe);
    }

    /// <summary>The forecast that runs come to.</summary>
    public static PlanForecast From(RolloutSpec rollout, IReadOnlyList<RunOutcome> outcomes) => new()
    {
        Guards = rollout.Guards.Select((guard, g) => Guard(rollout, guard, g, outcomes)).ToValueList(),
        Promoted = Expected.Of(outcomes.Select(o => o.Phase == Phase.Promoted ? o.Time : (TimeSpan?)null)),
    };

    private static GuardForecast Guard(RolloutSpec rollout, GuardSpec guard, int index, IReadOnlyList<RunOutcome> outcomes)
    {
        var stage = FirstRequired(rollout, guard);
        var exchanges = outcomes.Select(o => o.CanaryAtPass[index]).OfType<long>().Order().ToList();
        var median = CaseSummary.Rank(outcomes.Count, 0.5);
        return new()
        {
            Guard = guard.Name,
            RequiredIn = stage,
            Passes = Expected.Of(outcomes.Select(o => o.Passed[index])),
            CanaryExchanges = median < exchanges.Count ? exchanges[median] : null,
            InStage = Expected.Of(outcomes.Select(o => InStage(o, index, stage)))?.Median,
        };
    }

    private static TimeSpan? InStage(RunOutcome outcome, int guard, int stage)
    {
        if (outcome.Passed[guard] is not { } passed)
        {
            return null;
        }

        // Passed before the stage was reached, or the run never reached it: the guard keeps nobody waiting there.
        return stage >= outcome.StageStarts.Count || passed <= outcome.StageStarts[stage] ? TimeSpan.Zero : passed - outcome.StageStarts[stage];
    }

    private static int FirstRequired(RolloutSpec rollout, GuardSpec guard)
    {
        for (var stage = 0; stage < rollout.Stages.Count - 1; stage++)
        {
            if (StageEnd.IsRequired(rollout, stage, guard))
            {
                return stage;
            }
        }

        return rollout.Stages.Count - 1;
    }
}
