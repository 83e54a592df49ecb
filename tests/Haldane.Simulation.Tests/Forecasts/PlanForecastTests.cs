using Haldane.Core.Rollouts;
using Haldane.Simulation.Chance;
using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Runs;
using Haldane.Simulation.Tests.Support;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Tests.Forecasts;

/// <summary>The forecast that is given at the start against runs in slices of a second; <c>bench/Haldane.Forecasts</c> has more of it.</summary>
public sealed class PlanForecastTests(ITestOutputHelper output)
{
    private const int Runs = 60;
    private const string Usual = "latency: { p50: 20ms, p99: 80ms }, classes: { legit: 97% }, labels: { coverage: 30%, after: 12s, accuracy: 92% }";

    public static TheoryData<string, string, string> Some => new()
    {
        { "rate: 200/s, errors: 5%", "{ share: 10%, bake: 1s }", Plans.Errors },
        { $"rate: 400/s, {Usual}", "{ share: 50%, bake: 1s }", "{ name: p99, signal: latency-p99, atMost: { ratio: 1.10 } }" },
        { $"rate: 100/s, {Usual}", "{ share: 10%, bake: 1s }", "{ name: mix, signal: prediction-drift, atMost: { jensenShannon: 0.05 } }" },
        { $"rate: 400/s, {Usual}", "{ share: 50%, bake: 1s }", "{ name: accuracy, signal: accuracy, atLeast: { difference: -2pp } }" },
        {
            $"rate: 1000/s, errors: 1%, {Usual}", "{ share: 1%, bake: 20s }, { share: 10%, bake: 20s }, { share: 50%, bake: 20s }",
            $"{Plans.Errors}, {{ name: p95, signal: latency-p95, atMost: {{ ratio: 1.10 }} }}, {{ name: accuracy, signal: accuracy, atLeast: {{ difference: -2pp }} }}"
        },
    };

    [Theory]
    [MemberData(nameof(Some))]
    public void The_median_time_to_promotion_is_near_its_forecast(string traffic, string stages, string guards)
    {
        var (model, rollout) = Plans.Read(traffic, stages, guards);

        var forecast = PlanForecast.Of(model, rollout).Promoted!;
        TimeSpan[] times =
        [
            .. Enumerable.Range(0, Runs)
                .Select(run => SimulatedRun.Of(World.AsBaseline(model), rollout, Dice.SeedOf(7, (ulong)run), Pacing.Seconds, TimeSpan.FromDays(1)))
                .Where(o => o.Phase == Phase.Promoted).Select(o => o.Time).Order(),
        ];

        var median = times[times.Length / 2];
        output.WriteLine($"forecast {forecast.Median} ({forecast.Early} to {forecast.Late}), median of {Runs} runs {median}");
        Assert.InRange(forecast.Median / median, 1 / 1.5, 1.5);
        Assert.InRange(times.Count(t => t >= forecast.Early && t <= forecast.Late) / (double)Runs, 0.55, 1);
    }

    [Fact]
    public void What_is_never_decided_has_no_forecast()
    {
        var (traffic, rollout) = Plans.Read("rate: 1/m, errors: 0.1%", "{ share: 1%, bake: 1h }", Plans.Errors);

        var forecast = PlanForecast.Of(traffic, rollout, runs: 4);

        Assert.Null(forecast.Promoted);
        Assert.Equal((null, null, null), (forecast.Guards[0].Passes, forecast.Guards[0].CanaryExchanges, forecast.Guards[0].InStage));
    }
}
