using Haldane.Control.Rollouts;
using Haldane.Control.Tests.Fakes;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Rollouts;

public sealed class CatalogueTests
{
    [Theory]
    [InlineData(SignalKind.FirstToken, true)]
    [InlineData(SignalKind.Latency, false)]
    public void The_time_to_the_first_byte_is_observed_where_a_guard_needs_it(SignalKind kind, bool expected)
    {
        var speed = new GuardSpec { Name = "speed", Signal = new(kind, 0.95), Scale = Scale.Ratio, Bad = 1.2 };
        var spec = Make.Rollout() with { Guards = [.. Make.Rollout().Guards, speed] };
        var running = new Rollout { Spec = spec, Model = Make.Model(), Run = 1, Phase = Phase.Running };

        var picture = Catalogue.Picture([Make.Model()], [running]);

        Assert.Equal(expected, picture.Models[0].Split!.FirstToken);
    }
}
