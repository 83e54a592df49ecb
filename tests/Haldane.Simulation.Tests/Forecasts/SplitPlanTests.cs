using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Runs;
using Haldane.Simulation.Tests.Support;

namespace Haldane.Simulation.Tests.Forecasts;

/// <summary>What of a plan is simulated.</summary>
public sealed class SplitPlanTests
{
    private static readonly GuardSpec Attributions = new() { Name = "reasons", Signal = new(SignalKind.AttributionDrift), Scale = Scale.JensenShannon, Bad = 0.05 };

    [Fact]
    public void Guards_on_what_no_traffic_shows_beforehand_are_left_out()
    {
        var (traffic, rollout) = Plans.Read("rate: 200/s, errors: 1%", "{ share: 10%, bake: 1m }", "{ name: errors, signal: error-rate, atMost: { ratio: 2.0 } }");
        ValueList<GuardSpec> unseen =
        [
            Attributions,
            new() { Name = "room", Signal = new(SignalKind.Gauge, Name: "gpu"), Scale = Scale.Value, Bad = 0.8 },
            new() { Name = "same", Signal = new(SignalKind.Agreement), Scale = Scale.Value, Bad = 0.9 },
        ];

        var split = SplitPlan.Of(rollout with { Guards = [.. rollout.Guards, .. unseen] })!;

        Assert.Equal(["errors"], split.Guards.Select(g => g.Name));
        Assert.Null(SplitPlan.Of(rollout with { Guards = unseen }));
        Assert.Null(Harm.At(Attributions, traffic, 0.1));
    }

    [Fact]
    public void Nobody_waits_for_people_or_for_their_hours()
    {
        var (_, rollout) = Plans.Read(
            "rate: 200/s, errors: 1%", "{ share: 10%, bake: 1m, approval: {} }, { share: 50%, bake: 1m, schedule: [{ cron: \"0 9 * * 1-5\", for: 8h }] }", "{ name: errors, signal: error-rate, atMost: { ratio: 2.0 } }");

        Assert.All(SplitPlan.Of(rollout)!.Stages, stage => Assert.True(stage is { Approval: null, Schedule.Count: 0 }));
    }
}
