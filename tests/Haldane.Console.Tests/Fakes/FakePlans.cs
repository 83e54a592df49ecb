using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Fakes;

/// <summary>Says of every plan what it was told to.</summary>
internal sealed class FakePlans : IPlanDesk
{
    public PlanSliders? Asked { get; private set; }

    public PlanStudy Answer { get; set; } = new() { Rollout = "fraud-v2", Sliders = new(100, 1, 1, 0.01, 0.05), Enough = 100, Traffic = "the specification" };

    public PlanStudy? Study(string rollout, PlanSliders sliders)
    {
        Asked = sliders;
        return Answer with { Rollout = rollout };
    }

    public int Ways { get; private set; }

    public void MakeWay() => Ways++;
}
