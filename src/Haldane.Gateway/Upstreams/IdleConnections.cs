using System.Collections.Concurrent;
using Haldane.Gateway.Sockets;

namespace Haldane.Gateway.Upstreams;

/// <summary>Connections that wait for work, the longest waiting first: those of the loop that asks before those of others.</summary>
/// <remarks>
/// Any thread, without a lock: on a machine whose cores are all busy, whoever holds one is put aside by the system now and then, and everybody waits with it. A stack behind a spin lock, which lets what a burst has left grow old, cost the
/// 99th percentile four milliseconds at 64 connections on two cores (bench/gateway, throughput).
/// </remarks>
internal sealed class IdleConnections
{
    private readonly ConcurrentQueue<UpstreamConnection>[] _lanes = [.. Enumerable.Range(0, EventLoop.Count).Select(static _ => new ConcurrentQueue<UpstreamConnection>())];
    private volatile bool _closed;

    /// <summary>Takes one; null when none is there.</summary>
    public UpstreamConnection? TryTake()
    {
        var own = EventLoop.Current?.Index ?? 0;
        for (var i = 0; i < _lanes.Length; i++)
        {
            // A connection of another loop costs less than a new one, which a version may have no worker for.
            var at = own + i;
            if (_lanes[at < _lanes.Length ? at : at - _lanes.Length].TryDequeue(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <summary>Puts one back.</summary>
    /// <returns>False when nobody will take it any more: it is still the giver's.</returns>
    public bool TryAdd(UpstreamConnection connection)
    {
        if (_closed)
        {
            return false;
        }

        _lanes[connection.Loop.Index].Enqueue(connection);
        if (_closed)
        {
            Close();
        }

        return true;
    }

    /// <summary>Closes those that were given back at a time or before.</summary>
    /// <param name="time">In milliseconds of the watch.</param>
    public void CloseUpTo(long time)
    {
        foreach (var lane in _lanes)
        {
            while (lane.TryPeek(out var oldest) && oldest.IdleSince <= time && lane.TryDequeue(out var connection))
            {
                connection.Dispose();
            }
        }
    }

    /// <summary>Closes all, also those that come later.</summary>
    public void Close()
    {
        _closed = true;
        foreach (var lane in _lanes)
        {
            while (lane.TryDequeue(out var connection))
            {
                connection.Dispose();
            }
        }
    }
}
