using System.Net.Sockets;
using Haldane.Gateway.Sockets;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Tests.Upstreams;

/// <summary>Which of the connections that wait is taken, and which is closed.</summary>
public sealed class IdleConnectionsTests
{
    private static readonly EventLoop Loop = EventLoop.Next();

    [Fact]
    public void The_longest_waiting_goes_first_and_the_old_are_closed()
    {
        var idle = new IdleConnections();
        UpstreamConnection[] given = [.. Enumerable.Range(0, 40).Select(i => Connection(100 * i))];
        Assert.All(given, c => Assert.True(idle.TryAdd(c)));

        Assert.Same(given[0], idle.TryTake());
        idle.CloseUpTo(1_900);
        var left = new List<UpstreamConnection>();
        while (idle.TryTake() is { } next)
        {
            left.Add(next);
        }

        Assert.Equal(given[20..], left);
        Assert.All(given[1..20], c => Assert.True(IsClosed(c)));
        Assert.All(given[20..], c => Assert.False(IsClosed(c)));
    }

    [Fact]
    public async Task One_of_the_own_loop_goes_before_older_ones_of_others()
    {
        var idle = new IdleConnections();
        EventLoop[] loops = [.. Enumerable.Range(0, EventLoop.Count).Select(_ => EventLoop.Next())];
        UpstreamConnection[] given = [.. loops.Select((loop, i) => Connection(i, loop))];
        Assert.All(given, c => Assert.True(idle.TryAdd(c)));
        var taken = new List<EventLoop?>();

        foreach (var loop in loops)
        {
            await OnLoopAsync(loop, () => taken.Add(idle.TryTake()?.Loop));
        }

        Assert.Equal(loops, taken);
        Assert.Null(idle.TryTake());
    }

    [Fact]
    public void What_is_given_back_after_the_end_stays_with_its_giver()
    {
        var idle = new IdleConnections();
        var (early, late) = (Connection(0), Connection(1));
        idle.TryAdd(early);

        idle.Close();

        Assert.True(IsClosed(early));
        Assert.False(idle.TryAdd(late));
        Assert.Null(idle.TryTake());
    }

    [Fact]
    public void Many_at_once_never_share_one_and_none_is_lost()
    {
        var idle = new IdleConnections();
        UpstreamConnection[] all = [.. Enumerable.Range(0, 8).Select(i => Connection(i))];
        Assert.All(all, c => Assert.True(idle.TryAdd(c)));
        var held = new int[all.Length];
        var shared = 0;

        Parallel.For(0, 4, _ =>
        {
            for (var round = 0; round < 50_000; round++)
            {
                if (idle.TryTake() is { } mine)
                {
                    shared += Interlocked.Increment(ref held[Array.IndexOf(all, mine)]) == 1 ? 0 : 1;
                    Interlocked.Decrement(ref held[Array.IndexOf(all, mine)]);
                    idle.TryAdd(mine);
                }
            }
        });

        Assert.Equal(0, shared);
        Assert.Equal(all.ToHashSet(), Enumerable.Range(0, all.Length).Select(_ => idle.TryTake()!).ToHashSet());
    }

    private static async Task OnLoopAsync(EventLoop loop, Action act)
    {
        await loop.EnterAsync();
        act();
        await Task.Yield();
    }

    private static UpstreamConnection Connection(long idleSince) => Connection(idleSince, Loop);

    private static UpstreamConnection Connection(long idleSince, EventLoop loop)
    {
        var connection = new UpstreamConnection(new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), loop);
        connection.Rest(idleSince);
        return connection;
    }

    // A look at the socket of one that was closed fails in another way than at one that never was connected.
    private static bool IsClosed(UpstreamConnection connection) => Record.Exception(() => connection.ReceiveAsync().AsTask().Wait()) is ObjectDisposedException;
}
