using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>A connection to a version serves caller after caller: nothing of one exchange may reach another, and no wait is for ever.</summary>
public sealed class SharedConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_version_that_answers_before_it_has_read_all_is_asked_nothing_else_on_that_connection()
    {
        var behind = new List<string>();
        await using var version = Upstream.Start(async connection =>
        {
            if (await connection.Reader.HeadAsync() is { } head && head.Contains("Content-Length: 1000"))
            {
                await connection.WriteAsync("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
                while (await connection.Reader.HeadAsync() is { } more)
                {
                    behind.AddRange(more);
                }
            }
            else
            {
                await connection.WriteAsync(Conducts.Ok(Conducts.Fraud));
            }
        });
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        await using var one = await rig.ConnectAsync();

        var refused = await one.SendAsync(Rig.Head(1_000), [(byte)'x']);
        var other = await rig.InferAsync([]);

        Assert.Equal((401, 200, Conducts.Fraud), (refused.Status, other.Status, other.Text));
        Assert.Empty(behind);
    }

    [Fact]
    public async Task What_a_version_sends_behind_its_answer_reaches_nobody()
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var version = Upstream.Start(async connection =>
        {
            await connection.RequestAsync();
            await connection.WriteAsync(Conducts.Ok(Conducts.Legit));
            if (!sent.Task.IsCompleted)
            {
                await connection.Upstream.Proceed.Task;
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
                sent.SetResult();
                await connection.StallAsync();
            }
        });
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);

        var first = await rig.InferAsync([]);
        version.Proceed.SetResult();
        await sent.Task;
        var second = await rig.InferAsync([]);

        Assert.Equal((Conducts.Legit, Conducts.Legit), (first.Text, second.Text));
    }

    [Theory]
    [InlineData("\n", 400)]
    [InlineData("A\r\n\r\n", 400)]
    [InlineData("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505)]
    public async Task A_fault_in_a_later_request_is_refused_as_in_the_first(string text, int status)
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        foreach (var before in new[] { "GET /nope HTTP/1.1\r\nHost: a\r\n\r\n", $"HEAD {Rig.Path} HTTP/1.1\r\nHost: a\r\n\r\n", Rig.Head(0) })
        {
            await using var caller = await rig.ConnectAsync();

            await caller.WriteAsync(before + text);
            await caller.Reader.AnswerAsync(before.StartsWith("HEAD", StringComparison.Ordinal));
            var answer = await caller.Reader.AnswerAsync();

            Assert.Equal((status, true), (answer.Status, answer.Text.Contains("error", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_version_that_takes_no_more_of_a_body_has_failed_when_its_time_is_over()
    {
        await using var version = Upstream.Start(connection => Task.Delay(Timeout.Infinite, connection.Upstream.Stopping));
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary, spec => spec with { Timeout = Patience });

        var (answer, _) = await UploadAsync(rig);
        var observed = await rig.EndAsync();

        Assert.InRange(answer.Status, 502, 504);
        Assert.Equal(1, observed.Canary.Cells[SegmentCells.Everyone].Errors);
    }

    [Fact]
    public async Task An_answer_that_comes_before_the_body_is_read_is_passed_on()
    {
        await using var version = Upstream.Start(async connection =>
        {
            await connection.Reader.HeadAsync();
            await connection.WriteAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\n{}");
            await Task.Delay(Timeout.Infinite, connection.Upstream.Stopping);
        });
        await using var rig = await Rig.StartAsync(version, version, Arm.Baseline);

        var (answer, broken) = await UploadAsync(rig);
        var observed = await rig.EndAsync();

        Assert.Equal((413, "{}", true), (answer.Status, answer.Text, broken));
        Assert.Equal((1, 0), (observed.Baseline.Cells[SegmentCells.Everyone].Exchanges, observed.Baseline.Cells[SegmentCells.Everyone].Errors));
    }

    [Fact]
    public async Task The_time_that_a_caller_takes_to_send_is_not_the_versions()
    {
        await using var version = Upstream.Start(async connection =>
        {
            await connection.RequestAsync();
            await Task.Delay(0.7 * Patience, connection.Upstream.Stopping);
            await connection.WriteAsync(Conducts.Ok(Conducts.Fraud));
        });
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary, spec => spec with { Timeout = Patience });
        await using var caller = await rig.ConnectAsync();

        await caller.WriteAsync(Rig.Head(2) + "{");
        await Task.Delay(0.7 * Patience, TestContext.Current.CancellationToken);
        await caller.WriteAsync("}");

        Assert.Equal(200, (await caller.Reader.AnswerAsync()).Status);
    }

    [Fact]
    public async Task A_request_that_must_not_be_repeated_is_sent_once()
    {
        var times = 0;
        await using var version = Upstream.Start(async connection =>
        {
            await connection.RequestAsync();
            await connection.WriteAsync(Conducts.Ok(Conducts.Fraud));
            await connection.RequestAsync();
            Interlocked.Increment(ref times);
        });
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary, spec => spec with { Failover = Core.Specification.Failover.Never });
        await using var caller = await rig.ConnectAsync();

        var first = await caller.SendAsync(Rig.Head(0));
        var second = await caller.SendAsync(Rig.Head(0));
        var observed = await rig.EndAsync();

        Assert.Equal((200, 502, 1), (first.Status, second.Status, times));
        Assert.Equal(1, observed.Canary.Cells[SegmentCells.Everyone].Errors);
    }

    [Fact]
    public async Task Nothing_that_speaks_of_a_body_goes_with_an_answer_that_has_none()
    {
        await using var version = Upstream.Always("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n");
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);

        var answer = await rig.InferAsync([]);

        Assert.Equal((204, null, null), (answer.Status, answer["transfer-encoding"], answer["content-length"]));
    }

    [Fact]
    public async Task A_version_says_nothing_in_our_name_in_its_trailers()
    {
        await using var version = Upstream.Always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nx-haldane-arm: baseline\r\nKeep-Alive: 9\r\nGrade: 7\r\n\r\n");
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        await using var caller = await rig.ConnectAsync();

        await caller.WriteAsync(Rig.Head(0, "Connection: close\r\n"));
        using var all = new StreamReader(caller.Stream, Encoding.Latin1);

        Assert.EndsWith("\r\n2\r\n{}\r\n0\r\nGrade: 7\r\n\r\n", await all.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    // More than fits between caller and version, so that somebody has to give way. Whether the caller could send all of it is the second result.
    private static async Task<(Answer Answer, bool Broken)> UploadAsync(Rig rig)
    {
        await using var caller = await rig.ConnectAsync();
        var writing = caller.Stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(Rig.Head(32 << 20)), .. new byte[32 << 20]], TestContext.Current.CancellationToken).AsTask();
        var answer = await caller.Reader.AnswerAsync();
        var broken = false;
        try
        {
            await writing;
        }
        catch (IOException)
        {
            broken = true;
        }

        return (answer, broken);
    }
}
