using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Recorded;
using Haldane.Simulation.Traffic;
using Haldane.Simulations;

namespace Haldane.Commands;

/// <summary>Finds the plan and the traffic that a command is about.</summary>
internal static class PlanChoice
{
    /// <summary>The rollout of that name, or the only one; its shares only, see <see cref="SplitPlan"/>.</summary>
    /// <returns>Null when there is none; the reason was printed.</returns>
    public static RolloutSpec? Rollout(SpecificationSet set, string? name)
    {
        if ((name is null && set.Rollouts.Count == 1 ? set.Rollouts[0] : set.Rollouts.FirstOrDefault(r => r.Name == name)) is { } chosen)
        {
            if (SplitPlan.Of(chosen) is { } split)
            {
                return split;
            }

            System.Console.Error.WriteLine($"haldane: {chosen.Name} has no guard but on agreement, gauges or attributions, which are not simulated");
            return null;
        }

        var names = set.Rollouts.Count == 0 ? "there is none" : $"there are {string.Join(", ", set.Rollouts.Select(r => r.Name))}";
        System.Console.Error.WriteLine(name is null
            ? $"haldane: found {set.Rollouts.Count} rollouts; wanted one: choose with --rollout, {names}"
            : $"haldane: there is no rollout {name}; {names}");
        return null;
    }

    /// <summary>The traffic of the specification, or of a recorded run.</summary>
    /// <returns>Null when there is none; the reason was printed.</returns>
    public static async Task<(TrafficModel Traffic, string From)?> TrafficAsync(ModelSpec model, string? store, CancellationToken cancel)
    {
        if (store is null)
        {
            if (TrafficSource.Of(model) is { } said)
            {
                return (said, "the specification");
            }

            await System.Console.Error.WriteLineAsync(
                $"haldane: the model {model.Name} says nothing of its traffic; give it spec.traffic, at least {{ rate: 200/s }}, or take recorded evidence with --evidence STORE");
            return null;
        }

        var run = await RecordedRun.OfModelAsync(store, model, cancel);
        var recorded = new RecordedTraffic(model);
        foreach (var slice in run.Slices)
        {
            recorded.Add(slice);
        }

        var traffic = recorded.Estimate(out var problem) ?? throw new StoreUnavailableException(problem!);
        return (traffic, $"run {run.Rollout.Run} of {run.Rollout.Name}");
    }
}
