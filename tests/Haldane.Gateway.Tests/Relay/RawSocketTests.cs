using System.Net.Sockets;
using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Gateway.Http1;
using Haldane.Gateway.Tests.Http1;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>What a caller on a bare socket sees: each answer is the one that RFC 9112 wants.</summary>
public sealed class RawSocketTests
{
    private static readonly string Post = $"POST {Rig.Path} HTTP/1.1\r\nHost: a\r\n";

    [Theory]
    [MemberData(nameof(RequestHeadTests.Refused), MemberType = typeof(RequestHeadTests))]
    public async Task A_head_at_fault_is_refused_and_nothing_behind_it_is_read(string text, string fault)
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        await using var caller = await rig.ConnectAsync();

        var answer = await caller.SendAsync(text + $"{Post}Content-Length: 0\r\n\r\n");
        var next = await caller.Reader.AnswerAsync();
        var observed = await rig.EndAsync();

        Assert.Equal((Enum.Parse<HeadFault>(fault).Status(), "close", true, 0), (answer.Status, answer["connection"], answer.Whole, next.Status));
        Assert.Empty(version.Requests);
        Assert.Equal(CellEvidence.Empty, observed.Canary.Cells[SegmentCells.Everyone]);
    }

    [Theory]
    [MemberData(nameof(ChunkedReaderTests.Refused), MemberType = typeof(ChunkedReaderTests))]
    public async Task A_body_at_fault_is_refused_and_charged_to_nobody(string body)
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        await using var caller = await rig.ConnectAsync();

        var answer = await caller.SendAsync($"{Post}Transfer-Encoding: chunked\r\n\r\n{body}{Post}Content-Length: 0\r\n\r\n");
        var next = await caller.Reader.AnswerAsync();
        var observed = await rig.EndAsync();

        Assert.Equal((400, "close", true, 0), (answer.Status, answer["connection"], answer.Whole, next.Status));
        Assert.Empty(version.Requests);
        Assert.Equal(CellEvidence.Empty, observed.Canary.Cells[SegmentCells.Everyone]);
    }

    [Theory]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", "{}", true)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", "{}", false)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: foo, Close\r\n\r\n{}", "{}", false)]
    [InlineData("POST {0} HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}", "{}", false)]
    [InlineData("POST {0} HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}", "{}", true)]
    [InlineData("\r\nPOST {0} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", "{}", true)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\n\r\n", "", true)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "", true)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nContent-Length: 0002\r\n\r\n{}", "{}", true)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "{}", true)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n1;a=\"b\"\r\n{\r\n1\r\n}\r\n0\r\nX: 1\r\n\r\n", "{}", true)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", "{}", true)]
    [InlineData("POST http://a{0} HTTP/1.1\r\nHost: A\r\nContent-Length: 2\r\n\r\n{}", "{}", true)]
    public async Task A_right_request_is_answered_however_its_bytes_come(string text, string body, bool kept)
    {
        var request = text.Replace("{0}", Rig.Path, StringComparison.Ordinal);
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        foreach (var piece in new[] { request.Length, 1 })
        {
            await using var caller = await rig.ConnectAsync();
            foreach (var bytes in Encoding.ASCII.GetBytes(request).Chunk(piece))
            {
                await caller.Stream.WriteAsync(bytes);
            }

            var answer = await caller.Reader.AnswerAsync();

            Assert.Equal((200, Conducts.Fraud), (answer.Status, answer.Text));
            Assert.True(version.Requests.TryDequeue(out var received));
            Assert.Equal(body, Encoding.ASCII.GetString(received.Body));
            if (!kept)
            {
                Assert.Equal(("close", 0), (answer["connection"], (await caller.Reader.AnswerAsync()).Status));
                continue;
            }

            Assert.Equal(200, (await caller.SendAsync(Rig.Head(0))).Status);
            Assert.True(version.Requests.TryDequeue(out _));
        }
    }

    [Fact]
    public async Task Requests_behind_one_another_are_answered_in_their_order()
    {
        await using var version = Upstream.Start(async connection =>
        {
            while (await connection.RequestAsync() is { } request)
            {
                await connection.WriteAsync(Conducts.Ok(Encoding.ASCII.GetString(request.Body)));
            }
        });
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        await using var caller = await rig.ConnectAsync();

        var all = new StringBuilder();
        for (var i = 0; i < 100; i++)
        {
            var body = $"{{\"n\":{i}}}";
            all.Append(i % 3 == 0 ? $"{Post}Transfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n" : $"{Post}Content-Length: {body.Length}\r\n\r\n{body}");
        }

        await caller.WriteAsync(all.ToString());
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal($"{{\"n\":{i}}}", (await caller.Reader.AnswerAsync()).Text);
        }
    }

    [Theory]
    [InlineData("HEAD {0} HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", 200, "10")]
    [InlineData("GET {0} HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n", 204, null)]
    [InlineData("GET {0} HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\nETag: \"x\"\r\n\r\n", 304, "10")]
    public async Task An_answer_without_a_body_leaves_the_connection_in_step(string request, string answered, int status, string? length)
    {
        await using var version = Upstream.Start(async connection =>
        {
            while (await connection.RequestAsync() is { } received)
            {
                await connection.WriteAsync(received.Line.StartsWith("POST", StringComparison.Ordinal) ? Conducts.Ok(Conducts.Fraud) : answered);
            }
        });
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        await using var caller = await rig.ConnectAsync();

        var answer = await caller.SendAsync(request.Replace("{0}", Rig.Path, StringComparison.Ordinal));
        var next = await caller.SendAsync(Rig.Head(0));

        Assert.Equal((status, length, 200), (answer.Status, answer["content-length"], next.Status));
    }

    [Fact]
    public async Task Interim_answers_and_trailers_reach_the_caller()
    {
        await using var version = Upstream.Always("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\nGrade: 7\r\n\r\n");
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        await using var caller = await rig.ConnectAsync();

        await caller.WriteAsync($"{Post}Content-Length: 0\r\nConnection: close\r\n\r\n");
        using var all = new StreamReader(caller.Stream, Encoding.Latin1);
        var text = await all.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n2\r\n{}\r\n0\r\nGrade: 7\r\n\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n{0}", false)]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n{0}", false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{1}", true)]
    public async Task A_caller_of_an_old_version_gets_no_chunks(string answered, bool chunked)
    {
        await using var version = Upstream.Start(async connection =>
        {
            await connection.RequestAsync();
            await connection.WriteAsync(answered.Replace("{0}", Conducts.Fraud, StringComparison.Ordinal).Replace("{1}", $"{Conducts.Fraud.Length:x}\r\n{Conducts.Fraud}\r\n0\r\n\r\n", StringComparison.Ordinal));
        });
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);

        var old = await rig.SendAsync($"POST {Rig.Path} HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
        var present = await rig.SendAsync(Rig.Head(0));

        Assert.Equal((200, Conducts.Fraud, null, "close"), (old.Status, old.Text, old["transfer-encoding"], old["connection"]));
        Assert.Equal((200, Conducts.Fraud, "chunked", null), (present.Status, present.Text, present["transfer-encoding"], present["connection"]));
        Assert.True(chunked || old.Whole);
    }

    [Fact]
    public async Task A_caller_that_has_nothing_more_to_send_still_gets_its_answer()
    {
        await using var version = Upstream.Start(async connection =>
        {
            await connection.RequestAsync();
            await connection.Upstream.Proceed.Task;
            await connection.WriteAsync(Conducts.Ok(Conducts.Fraud));
        });
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        using var caller = new TcpClient(rig.Address.Host, rig.Address.Port);
        var stream = caller.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Rig.Head(0)), TestContext.Current.CancellationToken);
        caller.Client.Shutdown(SocketShutdown.Send);

        var reader = new MessageReader(stream);
        var first = await reader.HeadAsync(); // asked whether it is still there
        version.Proceed.SetResult();
        var answer = await reader.AnswerAsync();

        Assert.StartsWith("HTTP/1.1 102", first![0], StringComparison.Ordinal);
        Assert.Equal((200, Conducts.Fraud), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_caller_that_leaves_ends_the_work_for_it_and_is_charged_to_nobody(bool resets, bool answerHasBegun)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var version = Upstream.Start(async connection =>
        {
            await connection.RequestAsync();
            if (answerHasBegun)
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegin\r\n");
            }

            asked.SetResult();
            try
            {
                await connection.StallAsync();
            }
            finally
            {
                left.SetResult();
            }
        });
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        var caller = await rig.ConnectAsync();
        await caller.WriteAsync(Rig.Head(0));
        await asked.Task;
        if (answerHasBegun)
        {
            await caller.Reader.HeadAsync();
        }

        if (resets)
        {
            caller.Reset();
        }

        await caller.DisposeAsync();
        await left.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        var observed = await rig.EndAsync();

        Assert.Equal(CellEvidence.Empty, observed.Canary.Cells[SegmentCells.Everyone]);
        Assert.Equal(1, rig.Router.Traffic().Single().Abandoned);
    }
}
