using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

public sealed class StreamingTests
{
    [Theory]
    [InlineData(Arm.Canary)]
    [InlineData(Arm.Baseline)]
    public async Task The_first_part_of_a_request_arrives_before_the_last_was_sent(Arm arm)
    {
        await using var version = Upstream.Start(async connection =>
        {
            var lines = await connection.Reader.HeadAsync();
            connection.Reader.OnBody = _ => connection.Upstream.Proceed.TrySetResult();
            await connection.Reader.BodyAsync(null, "chunked", untilEnd: false);
            Assert.NotNull(lines);
            await connection.WriteAsync(Conducts.Ok(Conducts.Fraud));
        });
        await using var rig = await Rig.StartAsync(version, version, arm);
        await using var caller = await rig.ConnectAsync();

        await caller.WriteAsync($"POST {Rig.Path} HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        await version.Proceed.Task;
        await caller.WriteAsync("5\r\nworld\r\n0\r\n\r\n");
        var answer = await caller.Reader.AnswerAsync();

        Assert.Equal((200, Conducts.Fraud), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData(Arm.Canary, "application/json", false)]
    [InlineData(Arm.Baseline, "application/json", false)]
    [InlineData(Arm.Canary, "text/event-stream", false)]
    [InlineData(Arm.Baseline, "text/event-stream", false)]
    [InlineData(Arm.Canary, "application/octet-stream", true)]
    public async Task The_first_part_of_an_answer_arrives_before_the_last_was_sent(Arm arm, string type, bool long200K)
    {
        await using var version = Upstream.Start(Conducts.Each(async connection =>
        {
            var frame = long200K ? "Content-Length: 200000" : "Transfer-Encoding: chunked";
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\n{frame}\r\n\r\n");
            await connection.WriteAsync(long200K ? "a" : "1\r\na\r\n");
            await connection.Upstream.Proceed.Task.WaitAsync(connection.Upstream.Stopping);
            await connection.WriteAsync(long200K ? new string('b', 199_999) : "1\r\nb\r\n0\r\n\r\n");
        }));
        await using var rig = await Rig.StartAsync(version, version, arm);
        await using var caller = await rig.ConnectAsync();
        caller.Reader.OnBody = _ => version.Proceed.TrySetResult();

        var answer = await caller.SendAsync(Rig.Head(0));

        Assert.Equal((200, true), (answer.Status, answer.Whole));
        Assert.Equal(long200K ? $"a{new string('b', 199_999)}" : "ab", answer.Text);
    }

    [Theory]
    [InlineData(Arm.Canary)]
    [InlineData(Arm.Baseline)]
    public async Task A_caller_who_leaves_in_the_middle_of_an_answer_is_charged_to_nobody(Arm arm)
    {
        await using var version = Upstream.Start(Conducts.Of(Fault.StallsMidBody));
        await using var rig = await Rig.StartAsync(version, version, arm);
        await using var caller = await rig.ConnectAsync();
        var first = new TaskCompletionSource();
        caller.Reader.OnBody = _ => first.TrySetResult();
        var answering = caller.SendAsync(Rig.Head(0));
        await first.Task;

        caller.Reset();
        await GoneAsync(answering);

        await ExpectNothingCountedAsync(rig, arm);
    }

    [Theory]
    [InlineData(Arm.Canary)]
    [InlineData(Arm.Baseline)]
    public async Task A_caller_who_leaves_before_the_answer_is_charged_to_nobody(Arm arm)
    {
        await using var version = Upstream.Start(async connection =>
        {
            await connection.RequestAsync();
            connection.Upstream.Proceed.TrySetResult();
            await connection.StallAsync();
        });
        await using var rig = await Rig.StartAsync(version, version, arm);
        await using var caller = await rig.ConnectAsync();
        await caller.WriteAsync(Rig.Head(0));
        await version.Proceed.Task;

        caller.Reset();

        await ExpectNothingCountedAsync(rig, arm);
        Assert.Single(version.Requests); // nobody stood in for somebody who has left
    }

    [Theory]
    [InlineData(Arm.Canary)]
    [InlineData(Arm.Baseline)]
    public async Task A_caller_who_leaves_during_the_upload_is_charged_to_nobody(Arm arm)
    {
        await using var version = Upstream.Start(async connection =>
        {
            await connection.Reader.HeadAsync();
            connection.Upstream.Proceed.TrySetResult();
            await connection.StallAsync();
        });
        await using var rig = await Rig.StartAsync(version, version, arm);
        await using var caller = await rig.ConnectAsync();
        await caller.WriteAsync(Rig.Head(100) + "begin");
        await version.Proceed.Task;

        caller.Reset();

        await ExpectNothingCountedAsync(rig, arm);
    }

    [Fact]
    public async Task A_web_socket_passes_both_ways_and_is_no_evidence()
    {
        await using var version = Upstream.Start(async connection =>
        {
            await connection.Reader.HeadAsync();
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            while (await connection.Reader.ExactlyAsync(4) is { } bytes)
            {
                await connection.WriteAsync(bytes);
            }
        });
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary, spec => spec with { Protocol = Core.Specification.Protocol.Http });
        await using var caller = await rig.ConnectAsync();

        await caller.WriteAsync($"GET {Rig.Path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
        var head = await caller.Reader.HeadAsync();
        await caller.WriteAsync("ping");
        var echo = await caller.Reader.ExactlyAsync(4);
        await caller.DisposeAsync();
        var observed = await rig.EndAsync();

        Assert.Equal("HTTP/1.1 101 Switching Protocols", head?[0]);
        Assert.Equal("ping"u8.ToArray(), echo);
        Assert.Equal(CellEvidence.Empty, observed.Canary.Cells[SegmentCells.Everyone]);
    }

    [Fact]
    public async Task One_connection_carries_good_and_broken_exchanges_one_after_the_other()
    {
        await using var canary = Upstream.Start(Conducts.Of(Fault.CutsSmallBody));
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);
        await using var caller = await rig.ConnectAsync();

        for (var i = 0; i < 20; i++)
        {
            var body = Encoding.ASCII.GetBytes($"request {i}");
            var answer = await caller.SendAsync(Rig.Head(body.Length), body);
            Assert.Equal((200, Conducts.Legit), (answer.Status, answer.Text));
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"request {i}"), baseline.Requests.Select(r => Encoding.ASCII.GetString(r.Body)));
    }

    private static async Task GoneAsync(Task<Answer> answering)
    {
        try
        {
            await answering;
        }
        catch (ObjectDisposedException)
        {
            // The caller's own socket is closed.
        }
    }

    private static async Task ExpectNothingCountedAsync(Rig rig, Arm arm)
    {
        var observed = await rig.EndAsync();
        Assert.All(observed.Baseline.Cells.Concat(observed.Canary.Cells), cell => Assert.Equal(CellEvidence.Empty, cell));
        Assert.Empty(observed.Occurrences);
        Assert.Equal((arm, 0L, 0L, 1L), rig.Router.Traffic().Select(t => (t.Arm, t.Exchanges, t.Errors, t.Abandoned)).Single());
    }
}
