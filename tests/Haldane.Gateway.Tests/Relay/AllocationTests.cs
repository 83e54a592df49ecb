using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>Tests that measure the whole process, with no other beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

/// <summary>What the relay takes from the heap for a request, once it is warm: nothing.</summary>
[Collection(Alone.Name)]
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int Rounds = 10, Requests = 5_000;

    [Theory]
    [InlineData(Protocol.OpenInference, Rig.Path, "application/json", "Content-Length: 27\r\n\r\n{\"label\":\"fraud\",\"score\":1}", false)]
    [InlineData(Protocol.OpenInference, Rig.Path, "application/json", "Content-Length: 27\r\n\r\n{\"label\":\"fraud\",\"score\":1}", true)]
    [InlineData(Protocol.OpenInference, Rig.Path, "application/json", "Transfer-Encoding: chunked\r\n\r\n1b\r\n{\"label\":\"fraud\",\"score\":1}\r\n0\r\n\r\n", false)]
    [InlineData(Protocol.OpenAi, "/v1/chat/completions", "application/json", "Content-Length: 82\r\n\r\n{\"choices\":[{\"index\":0,\"message\":{\"content\":\"hi \\u00e9\"},\"finish_reason\":\"stop\"}]}", false)]
    [InlineData(Protocol.OpenAi, "/v1/chat/completions", "text/event-stream", "Transfer-Encoding: chunked\r\n\r\n30\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n", false)]
    public async Task A_relayed_request_allocates_nothing(Protocol protocol, string path, string type, string answered, bool isOverridden)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var version = new Thread(() => Serve(listener, Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\n{answered}")));
        version.Start();
        var spec = Rig.Spec([$"http://{listener.LocalEndPoint}"], [$"http://{listener.LocalEndPoint}"]) with { Protocol = protocol, Route = new(path) };
        if (isOverridden)
        {
            var change = new OverrideSpec { Parameters = [new("/n", "7"), new("/parameters/variant", "\"b\"")], Headers = [new("X-Variant", "b")], Path = new("/v2/models/fraud", "/v2/models/b") };
            spec = spec with { Versions = [spec.Versions[0], spec.Versions[1] with { Override = change }] };
        }

        await using (var rig = await Rig.StartAsync(Rig.Routed(spec, Share.Full)))
        {
            using var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            caller.Connect(new IPEndPoint(IPAddress.Loopback, rig.Address.Port));
            var request = Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nx-user: ann\r\nx-country: ID\r\nContent-Length: 12\r\n\r\n{{\"n\":123456}}");
            var received = new byte[8_192];

            // The runtime's own threads, and pools that a request meets on another thread than the last one did, allocate now and then; what each request takes, every round shows.
            var rounds = Enumerable.Range(0, Rounds).Select(_ => Ask(caller, request, received)).ToArray();

            output.WriteLine($"bytes a request, by round: {string.Join(", ", rounds.Select(r => r.ToString("0.0", CultureInfo.InvariantCulture)))}");
            Assert.InRange(rounds.Min(), 0, 8);
        }

        listener.Close();
        version.Join();
    }

    // The bytes that the whole process took from the heap for each request.
    private static double Ask(Socket caller, byte[] request, byte[] received)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < Requests; i++)
        {
            caller.Send(request);
            var length = 0;
            while (!IsWhole(received.AsSpan(0, length)))
            {
                var count = caller.Receive(received.AsSpan(length));
                length += count > 0 ? count : throw new InvalidOperationException("the answer is cut, and would be waited for in vain");
            }
        }

        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Requests;
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer) => answer.EndsWith("}"u8) || answer.EndsWith("0\r\n\r\n"u8);

    private static void Serve(Socket listener, byte[] answer)
    {
        try
        {
            using var connection = listener.Accept();
            connection.NoDelay = true;
            var received = new byte[8_192];
            while (connection.Receive(received) > 0)
            {
                connection.Send(answer);
            }
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }
}
