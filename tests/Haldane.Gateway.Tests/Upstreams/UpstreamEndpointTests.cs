using System.Net;
using System.Net.Sockets;
using Haldane.Gateway.Sockets;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Tests.Upstreams;

/// <summary>Which of the connections that were given back are used again.</summary>
public sealed class UpstreamEndpointTests
{
    // Asked again before the loop has looked, and after it has.
    public static TheoryData<int> Rounds => [0, 1, 5];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Rounds))]
    public async Task One_on_which_nothing_came_is(int rounds)
    {
        await using var line = await Line.OpenAsync();

        var again = await line.RentAfterAsync(rounds, static _ => { });

        Assert.Same(line.Connection, again);
    }

    [Theory]
    [MemberData(nameof(Rounds))]
    public async Task One_on_which_something_came_that_nobody_asked_for_is_not(int rounds)
    {
        await using var line = await Line.OpenAsync();

        Assert.Null(await line.RentAfterAsync(rounds, static version => version.Send("HTTP/1.1 200 OK\r\n\r\n"u8)));
    }

    [Theory]
    [MemberData(nameof(Rounds))]
    public async Task One_that_the_version_has_closed_is_not(int rounds)
    {
        await using var line = await Line.OpenAsync();

        Assert.Null(await line.RentAfterAsync(rounds, static version => version.Shutdown(SocketShutdown.Send)));
    }

    // A connection to a version, and the version's end of it.
    private sealed class Line(EventLoop loop, ConnectionWatch watch, UpstreamEndpoint endpoint, UpstreamConnection connection, Socket version) : IAsyncDisposable
    {
        public UpstreamConnection Connection => connection;

        public static async Task<Line> OpenAsync()
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            var (loop, watch) = (EventLoop.Next(), new ConnectionWatch(TimeProvider.System));
            var endpoint = new UpstreamEndpoint(new($"http://{listener.LocalEndPoint}"), watch);
            await loop.EnterAsync();
            var connection = await endpoint.ConnectAsync(Stop);
            return new(loop, watch, endpoint, connection, await listener.AcceptAsync(Stop));
        }

        /// <summary>Gives the connection back, has the version do something, and asks for one after some rounds of the loop.</summary>
        public async Task<UpstreamConnection?> RentAfterAsync(int rounds, Action<Socket> act)
        {
            await loop.EnterAsync();
            endpoint.Return(connection);
            act(version);
            for (var round = 0; round < rounds; round++)
            {
                await Task.Yield();
                await loop.EnterAsync();
            }

            var rented = endpoint.TryRent();
            await Task.Yield();
            return rented;
        }

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            connection.Dispose();
            version.Dispose();
            endpoint.Dispose();
            watch.Dispose();
        }
    }
}
