using Haldane.Core.Ports;

namespace Haldane.Control.Tests.Fakes;

/// <summary>A router that keeps what was published and hands out made-up traffic for what it routes.</summary>
internal sealed class HandRouter(Journal journal) : ITrafficRouter
{
    /// <summary>What was published last.</summary>
    public RoutingPicture Picture { get; private set; } = new([]);

    /// <summary>What is observed; null for nothing routed.</summary>
    public Func<TrafficSplit, ObservedTraffic?> Traffic { get; set; } = _ => null;

    /// <summary>Everything that was handed out, by run.</summary>
    public List<(int Run, ObservedTraffic Traffic)> Handed { get; } = [];

    /// <summary>What the next publication throws, once.</summary>
    public Exception? Surprise { get; set; }

    /// <summary>Whether the process is still there to publish anything.</summary>
    public Func<bool> IsDead { get; set; } = () => false;

    /// <summary>Told of each publication before it is made and after; what it throws is thrown.</summary>
    public Action<string> Reaching { get; set; } = _ => { };

    public void Publish(RoutingPicture picture)
    {
        if (IsDead())
        {
            return;
        }

        Reaching("before publish");

        if (Surprise is { } surprise)
        {
            Surprise = null;
            throw surprise;
        }

        Picture = picture;
        journal.Write("publish " + string.Join("; ", picture.Models.Select(m => m.Split is { } split
            ? $"{m.Spec.Name} {split.Rollout} run {split.Run} stage {split.Stage} {split.Share}"
            : $"{m.Spec.Name} {m.Serving}")));
        Reaching("after publish");
    }

    public ObservedTraffic? Collect(int run)
    {
        if (Picture.Models.FirstOrDefault(m => m.Split?.Run == run)?.Split is not { } split || Traffic(split) is not { } traffic)
        {
            return null;
        }

        Handed.Add((run, traffic));
        return traffic;
    }
}
