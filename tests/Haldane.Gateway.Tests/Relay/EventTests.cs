using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>Refusals, empty answers and the time to the first byte, as they are counted.</summary>
public sealed class EventTests
{
    private static readonly string Good = Conducts.Ok(Conducts.Legit);

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(422)]
    [InlineData(429)]
    [InlineData(499)]
    public async Task A_refusal_is_an_answer_without_speed_or_class(int status)
    {
        var observed = await ObserveAsync(Conducts.Error(status, "no"), Arm.Canary);

        var everyone = observed.Canary.Cells[0];
        Assert.Equal((1, 0, 0, 0), (everyone.Exchanges, everyone.Errors, everyone.Latency.Total(), everyone.FirstToken.Total()));
        Assert.Equal((0, 0, 1), (everyone.Classes.Sum(), everyone.Unread, observed.Canary.AnswersByGroup.Sum()));
        Assert.Equal([0, 2, 5], observed.Events.Select(e => e.Cell)); // everyone, country=ID, device=other
        Assert.All(observed.Events, e => Assert.Equal(new(GatewayEvents.Refused, Rig.Stage, Arm.Canary, e.Cell, 1, 0), e));
        var occurrence = Assert.Single(observed.Occurrences);
        Assert.Equal(new(Occurrence.Refused, Ann, Arm.Canary, new SegmentCells(Rig.Spec([], []).Segments).Encode([1, 1])), occurrence);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")]
    public async Task A_good_answer_with_nothing_in_it_is_empty(string answer)
    {
        var observed = await ObserveAsync(answer, Arm.Baseline);

        var everyone = observed.Baseline.Cells[0];
        Assert.Equal((1, 0, 1, 0), (everyone.Exchanges, everyone.Errors, everyone.Latency.Total(), everyone.FirstToken.Total()));
        Assert.Equal(new(GatewayEvents.Empty, Rig.Stage, Arm.Baseline, 0, 1, 0), observed.Events[0]);
        Assert.Equal((3, Occurrence.Empty, Ann), (observed.Events.Count, observed.Occurrences[0].Event, observed.Occurrences[0].Subject));
    }

    [Theory]
    [InlineData("POST", "HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("POST", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST", "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\n\r\n")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")]
    [InlineData("POST", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n ")]
    public async Task What_has_no_body_by_its_nature_is_not_empty(string method, string answer)
    {
        var observed = await ObserveAsync(answer, Arm.Canary, method);

        Assert.Equal((1, 1), (observed.Canary.Cells[0].Exchanges, observed.Canary.Cells[0].Latency.Total()));
        Assert.Empty(observed.Events);
        Assert.Empty(observed.Occurrences);
    }

    [Fact]
    public async Task A_stand_in_s_refusal_is_charged_to_nobody()
    {
        await using var baseline = Upstream.Always(Conducts.Error(404, "no"));
        await using var canary = Upstream.Always(Conducts.Error(503, ""));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);

        var answer = await rig.InferAsync("{}"u8.ToArray());
        var observed = await rig.EndAsync();

        Assert.Equal(404, answer.Status);
        Assert.Empty(observed.Events);
        Assert.Equal(Occurrence.Failure, Assert.Single(observed.Occurrences).Event);
        Assert.Equal((0, 0), (observed.Canary.AnswersByGroup.Count, observed.Baseline.AnswersByGroup.Count));
        Assert.Equal(0, observed.Baseline.Cells[0].Exchanges);
    }

    [Fact]
    public async Task Answers_are_counted_in_the_group_of_their_subject()
    {
        await using var version = Upstream.Always(Good);
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        for (var i = 0; i < 3; i++)
        {
            await rig.InferAsync("{}"u8.ToArray(), "x-user: ann\r\n");
        }

        await rig.InferAsync("{}"u8.ToArray(), "x-user: bob\r\n");

        var groups = (await rig.EndAsync()).Canary.AnswersByGroup;
        Assert.Equal(SubjectGroups.Count, groups.Count);
        Assert.Equal((3, 1, 4), (groups[SubjectGroups.Of(Ann)], groups[SubjectGroups.Of(IdentityOf("bob"))], groups.Sum()));
    }

    [Fact]
    public async Task The_first_byte_and_the_last_are_timed_apart()
    {
        var clock = new StandingClock();
        await using var version = Upstream.Start(Conducts.Each(async connection =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
            await connection.Upstream.Proceed.Task.WaitAsync(connection.Upstream.Stopping);
            clock.Advance(TimeSpan.FromSeconds(2));
            await connection.WriteAsync("1\r\nb\r\n0\r\n\r\n");
        }));
        await using var rig = await Rig.StartAsync(Rig.Routed(Rig.Spec([version.Address], [version.Address]), Share.Full), time: clock);
        await using var caller = await rig.ConnectAsync();
        caller.Reader.OnBody = _ => version.Proceed.TrySetResult();

        await caller.SendAsync(Rig.Head(0));
        var everyone = (await rig.EndAsync()).Canary.Cells[0];

        Assert.Equal(([LatencyBuckets.IndexOf(1)], [LatencyBuckets.IndexOf(3)]), (everyone.FirstToken.Buckets, everyone.Latency.Buckets));
    }

    [Fact]
    public async Task An_answer_that_is_held_until_it_is_whole_is_timed_by_the_version()
    {
        var clock = new StandingClock();
        await using var version = Upstream.Start(Conducts.Each(async connection =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await connection.WriteAsync(Good);
        }));
        await using var rig = await Rig.StartAsync(Rig.Routed(Rig.Spec([version.Address], [version.Address]), Share.Full), time: clock);

        await rig.InferAsync("{}"u8.ToArray());
        var everyone = (await rig.EndAsync()).Canary.Cells[0];

        Assert.Equal(([LatencyBuckets.IndexOf(1)], [LatencyBuckets.IndexOf(1)]), (everyone.FirstToken.Buckets, everyone.Latency.Buckets));
    }

    [Fact]
    public async Task A_web_socket_over_http2_is_no_answer()
    {
        await using var version = Upstream.Start(async connection =>
        {
            if (await connection.RequestAsync() is { } request)
            {
#pragma warning disable CA5350 // RFC 6455, section 4.2.2, asks for SHA-1; it protects nothing
                var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(request["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
                await connection.WriteAsync($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
                await connection.WriteAsync(new byte[] { 0x88, 0x02, 0x03, 0xe8 }); // close, 1000
                await connection.Reader.ExactlyAsync(8); // the caller's close
            }
        });
        var spec = Rig.Spec([version.Address], [version.Address]) with { Protocol = Protocol.Http };
        await using var rig = await Rig.StartAsync(Rig.Routed(spec, Share.Full), priorKnowledge: true);
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        using var socket = new ClientWebSocket { Options = { HttpVersion = new(2, 0), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };

        await socket.ConnectAsync(new UriBuilder(rig.Address) { Scheme = "ws", Path = Rig.Path }.Uri, http, CancellationToken.None);
        await socket.ReceiveAsync(new byte[16], CancellationToken.None);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        var observed = await rig.EndAsync();

        Assert.Equal(CellEvidence.Empty, observed.Canary.Cells[0]);
        Assert.Empty(observed.Events);
    }

    private static uint Ann => IdentityOf("ann");

    private static uint IdentityOf(string subject) => Assigner.IdentityOf(new Assigner("fraud", "move").HashOf(subject));

    private static async Task<ObservedTraffic> ObserveAsync(string answer, Arm arm, string method = "POST")
    {
        await using var version = Upstream.Always(answer);
        await using var other = Upstream.Always(Good);
        var (baseline, canary) = arm == Arm.Canary ? (other, version) : (version, other);
        await using var rig = await Rig.StartAsync(baseline, canary, arm, spec => spec with { Protocol = Protocol.Http });
        var body = method == "POST" ? "{}"u8.ToArray() : [];
        var head = Rig.Head(body.Length, "x-user: ann\r\nx-country: ID\r\n").Replace("POST", method, StringComparison.Ordinal);

        await rig.SendAsync(head, body);

        return await rig.EndAsync();
    }

    /// <summary>A clock that moves only when it is told to; timers run on the system's.</summary>
    private sealed class StandingClock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);

        public override long GetTimestamp() => Volatile.Read(ref _now);
    }
}
