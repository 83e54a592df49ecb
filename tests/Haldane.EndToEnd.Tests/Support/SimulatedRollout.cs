using System.Text;
using Haldane.Control.Rollouts;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Simulation.Runs;
using Haldane.Simulation.Traffic;
using Haldane.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>The rollout fraud-v2 by the controller over a real store, with callers that are drawn by chance and a clock that is moved.</summary>
internal sealed class SimulatedRollout(SqliteStore store, World world, ulong seed = 5) : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly SpecificationSet Plan = SpecificationReader.Read([new("plan.yaml", Encoding.UTF8.GetBytes("""
        apiVersion: haldane.dev/v1
        kind: Model
        metadata: { name: fraud }
        spec:
          route: { path: /fraud }
          subject: { header: X-User }
          segments: [{ name: country, header: X-Country, values: [MY, SG] }]
          signals:
            prediction: { response: /class, classes: [legit, fraud] }
            confidence: { response: /confidence }
          versions: [{ name: v1, endpoints: ["http://one"] }, { name: v2, endpoints: ["http://two"] }]
          traffic:
            rate: 2000/s
            errors: 1%
            latency: { p50: 20ms, p99: 80ms }
            classes: { legit: 97%, fraud: 3% }
            segments: { country: { MY: 60%, SG: 30% } }
        ---
        apiVersion: haldane.dev/v1
        kind: Rollout
        metadata: { name: fraud-v2 }
        spec:
          model: fraud
          baseline: v1
          canary: v2
          start: manual
          return: { through: [5%], every: 3s }
          stages: [{ share: 10%, bake: 10s }, { share: 50%, bake: 10s }]
          guards:
            - { name: errors, signal: error-rate, atMost: { ratio: 2.0 }, floor: 1% }
            - { name: slow, signal: latency-p99, atMost: { ratio: 1.5 } }
            - { name: mix, signal: prediction-drift, atMost: { jensenShannon: 0.05 } }
        """))]).Set!;

    private readonly HandClock _time = new();
    private RolloutController _controller = null!;

    public async Task RecoverAsync() => _controller = await RolloutController.RecoverAsync(
        Plan, store, new SimulatedRouter(world, seed), new TokenCodec(new byte[32]), _time, NullLogger<RolloutController>.Instance, None);

    public async Task StartAsync()
    {
        await RecoverAsync();
        await AskAsync(RolloutCommand.Start, null);
    }

    public async Task AskAsync(RolloutCommand command, string? why)
    {
        var outcome = await _controller.CommandAsync("fraud-v2", command, Haldane.Core.Access.Person.Anyone, why, None);
        Assert.True(outcome.Kind == CommandOutcomeKind.Done, outcome.Message);
    }

    public async Task<Phase> RunAsync(int seconds)
    {
        for (var i = 0; i < seconds && !_controller.Rollouts[0].Rollout.Ended; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await _controller.TickAsync(None);
        }

        return _controller.Rollouts[0].Rollout.Phase;
    }

    public ValueTask DisposeAsync()
    {
        _controller.Dispose();
        return ValueTask.CompletedTask;
    }

    public static World Canary(string? guard, double margins)
    {
        var traffic = TrafficSource.Of(Plan.Models[0])!;
        return guard is null ? World.AsBaseline(traffic) : CanaryCases.For(traffic, Plan.Rollouts[0]).First(c => c.Guard == guard && c.Margins >= margins && c.Segment is null).World;
    }
}
