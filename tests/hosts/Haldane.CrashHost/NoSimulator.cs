using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.CrashHost;

/// <summary>Nothing is simulated here.</summary>
internal sealed class NoSimulator : IPlanSimulator
{
    public IPlanTrial? Begin(ModelSpec model, RolloutSpec rollout, PlanSliders sliders) => null;
}
