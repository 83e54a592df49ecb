using Haldane.Core.Ports;
using Haldane.Simulation.Traffic;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>A router whose callers are drawn by chance: a second of traffic at each look.</summary>
internal sealed class SimulatedRouter(World world, ulong seed) : ITrafficRouter
{
    private readonly RandomTraffic _traffic = new(world, seed);
    private RoutingPicture _picture = new([]);

    public void Publish(RoutingPicture picture) => _picture = picture;

    public ObservedTraffic? Collect(int run)
    {
        if (_picture.Models.FirstOrDefault(m => m.Split?.Run == run)?.Split is not { } split)
        {
            return null;
        }

        var slice = _traffic.Next(split.Stage, split.Share);
        return new(split.Stage, split.Share, slice.Baseline, slice.Canary, []) { Events = slice.Events, Values = slice.Values };
    }
}

/// <summary>A clock that moves when it is told to.</summary>
internal sealed class HandClock : TimeProvider
{
    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by) => _ticks += by.Ticks;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero).AddTicks(_ticks);
}
