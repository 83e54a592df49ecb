using Haldane.Core;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Routing;

namespace Haldane.Fleet;

/// <summary>Adds exchanges to the counters of the gateway's routes as its relay does when an answer has ended; no socket is opened.</summary>
internal sealed class Callers(GatewayRouter router, int perSecond)
{
    private const int Regions = 4;

    private readonly Random _random = new(7);

    /// <summary>A second of traffic on every model that has a rollout.</summary>
    public void Second()
    {
        foreach (var model in router.Current.Models)
        {
            if (model is { Split: { } split, Counters: { } counters })
            {
                for (var i = 0; i < perSecond; i++)
                {
                    One(counters, split);
                }
            }
        }
    }

    private void One(StageCounters counters, SplitRoute split)
    {
        var (subject, region) = ((uint)_random.NextInt64(uint.MaxValue), _random.Next(Regions));
        var arm = _random.Next(Share.Full.BasisPoints) < split.Share.BasisPoints ? Arm.Canary : Arm.Baseline;
        counters.Subject(arm, subject);
        if (_random.Next(1_000) == 0)
        {
            counters.Failed(arm, region, subject);
            return;
        }

        counters.Answered(new(arm, subject, region)
        {
            Latency = 0.01 * Math.Exp(_random.NextDouble()),
            Prediction = new Prediction(_random.Next(10) == 0 ? 1 : 0, 0.5 + (_random.NextDouble() / 2)),
        });
    }
}
