using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Simulation.Traffic;

namespace Haldane.Pages.Weeks;

/// <summary>A router whose callers are drawn by chance: at each look, what came since the last one.</summary>
/// <param name="models">Those that have callers; their canaries are as their baselines.</param>
internal sealed class SimulatedRouter(IEnumerable<ModelSpec> models) : ITrafficRouter
{
    private readonly Dictionary<string, RandomTraffic> _traffic =
        models.Select((m, i) => (m.Name, Traffic: new RandomTraffic(World.AsBaseline(TrafficSource.Of(m)!), (ulong)i + 1))).ToDictionary(p => p.Name, p => p.Traffic, StringComparer.Ordinal);

    private RoutingPicture _picture = new([]);

    /// <summary>How long it is from one look to the next.</summary>
    public TimeSpan Step { get; set; }

    public void Publish(RoutingPicture picture) => _picture = picture;

    public ObservedTraffic? Collect(int run)
    {
        if (_picture.Models.FirstOrDefault(m => m.Split?.Run == run) is not { Split: { } split } model)
        {
            return null;
        }

        var slice = _traffic[model.Spec.Name].Next(split.Stage, split.Share, Step);
        return new(split.Stage, split.Share, slice.Baseline, slice.Canary, []) { Events = slice.Events, Values = slice.Values };
    }
}
