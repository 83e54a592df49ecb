using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Fakes;

/// <summary>Processes of two models.</summary>
internal sealed class FakeProcessViews : IComputeDesk
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<ComputeView> All => [new("chat", "v2", ComputePhase.Ready, Noon, 1, null), new("fraud", "v2", ComputePhase.Failed, Noon, 6, "it ended with exit code 3")];
}
