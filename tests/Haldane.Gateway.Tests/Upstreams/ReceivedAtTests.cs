using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Haldane.Gateway.Sockets;
using Haldane.Gateway.Tests.Relay;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Tests.Upstreams;

/// <summary>How long an answer to a copy took must not depend on what else the thread pool has to do: the baseline's is timed on its loop.</summary>
[Collection(Alone.Name)]
public sealed class ReceivedAtTests
{
    private static readonly TimeSpan Blocked = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task What_comes_is_timed_when_it_comes_however_late_the_thread_pool_tells()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var connection = new UpstreamConnection(new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false }, EventLoop.Next(), TimeProvider.System);
        await connection.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        using var version = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        var told = 0L;

        var receiving = ToldAsync();
        using var gate = new ManualResetEvent(false);
        var elsewhere = new Thread(() =>
        {
            // More than the pool starts threads for meanwhile.
            for (var i = 0; i < 500; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static gate => gate.WaitOne(), gate, preferLocal: false);
            }

            version.Send([1]);
            gate.WaitOne(Blocked);
            gate.Set();
        });
        var begun = Stopwatch.GetTimestamp();
        elsewhere.Start();
        await receiving;
        elsewhere.Join();

        Assert.InRange(Stopwatch.GetElapsedTime(connection.ReceivedAt, told), Blocked / 2, TimeSpan.MaxValue);
        Assert.True(connection.ReceivedAt > begun);

        async Task ToldAsync()
        {
            await connection.ReceiveAsync();
            told = Stopwatch.GetTimestamp();
        }
    }
}
