using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

public sealed class RequestBodyTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(110, false)]
    [InlineData(110, true)]
    [InlineData(900 * 1024, false)]
    [InlineData(900 * 1024, true)]
    [InlineData(1024 * 1024, false)]
    [InlineData(3 * 1024 * 1024, false)]
    [InlineData(3 * 1024 * 1024, true)]
    public async Task A_request_body_reaches_the_version_byte_for_byte(int length, bool chunked)
    {
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);
        var body = Conducts.Noise(length);

        var answer = await SendAsync(rig, body, chunked);

        Assert.Equal((200, Conducts.Fraud), (answer.Status, answer.Text));
        Assert.Equal(body, canary.Requests.Single().Body);
        Assert.Empty(baseline.Requests);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(110, false)]
    [InlineData(110, true)]
    [InlineData(900 * 1024, false)]
    [InlineData(900 * 1024, true)]
    [InlineData(1024 * 1024, false)]
    public async Task A_body_up_to_a_mebibyte_is_sent_again_to_the_baseline(int length, bool chunked)
    {
        await using var canary = Upstream.Start(Conducts.Of(Fault.ResetsBeforeHead));
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);
        var body = Conducts.Noise(length);

        var answer = await SendAsync(rig, body, chunked);

        Assert.Equal((200, Conducts.Legit), (answer.Status, answer.Text));
        Assert.Equal(body, canary.Requests.Single().Body);
        Assert.Equal(body, baseline.Requests.Single().Body);
    }

    [Theory]
    [InlineData(Fault.Answers500, 500, "out of memory", false)]
    [InlineData(Fault.Answers500, 500, "out of memory", true)]
    [InlineData(Fault.ResetsBeforeHead, 502, """{"error":"the model could not be reached"}""", false)]
    public async Task A_body_too_large_to_repeat_lets_the_failure_through_and_counts_it(Fault fault, int status, string text, bool chunked)
    {
        await using var canary = Upstream.Start(Conducts.Of(fault));
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);

        var answer = await SendAsync(rig, Conducts.Noise(3 << 20), chunked);
        var observed = await rig.EndAsync();

        Assert.Equal((status, text), (answer.Status, answer.Text));
        Assert.Empty(baseline.Requests);
        Assert.Equal((1, 1), (observed.Canary.Cells[SegmentCells.Everyone].Exchanges, observed.Canary.Cells[SegmentCells.Everyone].Errors));
    }

    [Fact]
    public async Task A_large_body_goes_to_the_baseline_when_the_canary_refused_before_it_was_read()
    {
        await using var canary = Upstream.Refusing();
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);
        var body = Conducts.Noise(3 << 20);

        var answer = await SendAsync(rig, body, chunked: false);

        Assert.Equal((200, Conducts.Legit), (answer.Status, answer.Text));
        Assert.Equal(body, baseline.Requests.Single().Body);
    }

    // The canary stops reading in the middle of the upload: what was kept goes out again, the rest comes from the caller.
    [Fact]
    public async Task A_canary_that_resets_during_the_upload_is_replaced_within_it()
    {
        await using var canary = Upstream.Start(async connection =>
        {
            await connection.Reader.HeadAsync();
            connection.Reset();
            connection.Upstream.Proceed.TrySetResult();
        });
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);
        var body = Conducts.Noise(800_000);
        await using var caller = await rig.ConnectAsync();

        await caller.WriteAsync(Rig.Head(body.Length));
        await caller.Stream.WriteAsync(body.AsMemory(0, 1_000));
        await canary.Proceed.Task;
        await caller.Stream.WriteAsync(body.AsMemory(1_000));
        var answer = await caller.Reader.AnswerAsync();

        Assert.Equal((200, Conducts.Legit), (answer.Status, answer.Text));
        Assert.Equal(body, baseline.Requests.Single().Body);
    }

    [Theory]
    [InlineData(Protocol.Http, Failover.Auto, "POST", false)]
    [InlineData(Protocol.Http, Failover.Auto, "PUT", false)]
    [InlineData(Protocol.Http, Failover.Auto, "GET", true)]
    [InlineData(Protocol.Http, Failover.Auto, "OPTIONS", true)]
    [InlineData(Protocol.Http, Failover.Always, "POST", true)]
    [InlineData(Protocol.Http, Failover.Never, "GET", false)]
    [InlineData(Protocol.OpenInference, Failover.Auto, "POST", true)]
    [InlineData(Protocol.OpenInference, Failover.Never, "POST", false)]
    public async Task A_failed_call_is_repeated_only_where_protocol_or_specification_allow_it(
        Protocol protocol, Failover failover, string method, bool repeated)
    {
        await using var canary = Upstream.Start(Conducts.Of(Fault.Answers500));
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary, spec => spec with { Protocol = protocol, Failover = failover });

        var answer = await rig.SendAsync($"{method} {Rig.Path} HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\n", "{}"u8.ToArray());
        var observed = await rig.EndAsync();

        Assert.Equal((repeated ? 200 : 500, repeated ? 1 : 0), (answer.Status, baseline.Requests.Count));
        Assert.Equal(1, observed.Canary.Cells[SegmentCells.Everyone].Errors);
        Assert.Equal(CellEvidence.Empty, observed.Baseline.Cells[SegmentCells.Everyone]);
    }

    [Fact]
    public async Task When_canary_and_baseline_both_fail_the_caller_gets_the_baselines_failure_and_the_canary_is_charged_once()
    {
        await using var canary = Upstream.Start(Conducts.Of(Fault.Answers500));
        await using var baseline = Upstream.Refusing();
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);

        var answer = await rig.InferAsync([1, 2, 3]);
        var observed = await rig.EndAsync();

        Assert.Equal((502, """{"error":"the model could not be reached"}"""), (answer.Status, answer.Text));
        Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out var token));
        Assert.False(token.Counts);
        Assert.Equal((1, 1), (observed.Canary.Cells[SegmentCells.Everyone].Exchanges, observed.Canary.Cells[SegmentCells.Everyone].Errors));
        Assert.Equal(CellEvidence.Empty, observed.Baseline.Cells[SegmentCells.Everyone]);
        Assert.Equal(0, rig.Router.Traffic().Single().FailedOver); // the baseline did not answer
    }

    [Theory]
    [InlineData("Content-Length: 1000\r\n\r\n", "", 200)]
    [InlineData("Content-Length: 1001\r\n\r\n", "", 413)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3e8\r\n", "\r\n0\r\n\r\n", 200)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3e9\r\n", "\r\n0\r\n\r\n", 413)]
    public async Task How_large_a_body_may_be_can_be_chosen(string framing, string end, int status)
    {
        await using var model = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(Rig.Routed(Rig.Spec([model.Address], [model.Address]), Share.None), limits: new() { Body = 1_000 });
        var size = framing.Contains("1001", StringComparison.Ordinal) || framing.Contains("3e9", StringComparison.Ordinal) ? 1_001 : 1_000;

        var answer = await rig.SendAsync($"POST {Rig.Path} HTTP/1.1\r\nHost: x\r\n{framing}{new string('a', size)}{end}");

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task A_body_past_the_limit_is_the_callers_mistake()
    {
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);

        var answer = await rig.SendAsync(Rig.Head((64 << 20) + 1));
        var observed = await rig.EndAsync();

        Assert.Equal((413, """{"error":"the request is too large"}"""), (answer.Status, answer.Text));
        Assert.NotNull(answer["x-haldane-exchange"]);
        Assert.Equal(CellEvidence.Empty, observed.Canary.Cells[SegmentCells.Everyone]);
        Assert.Empty(baseline.Requests);
    }

    [Fact]
    public async Task A_caller_who_stops_sending_is_not_charged_to_the_canary()
    {
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary, spec => spec with { Timeout = TimeSpan.FromMilliseconds(300) });

        var answer = await rig.SendAsync(Rig.Head(100), new byte[10]);
        var observed = await rig.EndAsync();

        Assert.Equal((408, """{"error":"the request did not come in time"}"""), (answer.Status, answer.Text));
        Assert.Equal(CellEvidence.Empty, observed.Canary.Cells[SegmentCells.Everyone]);
        Assert.Empty(baseline.Requests);
    }

    private static Task<Answer> SendAsync(Rig rig, byte[] body, bool chunked)
    {
        if (!chunked)
        {
            return rig.InferAsync(body);
        }

        // Odd sizes, so that no chunk begins where a buffer does.
        var framed = new MemoryStream();
        foreach (var piece in body.Chunk(7_001))
        {
            framed.Write(System.Text.Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"));
            framed.Write(piece);
            framed.Write("\r\n"u8);
        }

        framed.Write("0\r\n\r\n"u8);
        return rig.SendAsync($"POST {Rig.Path} HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n", framed.ToArray());
    }
}
