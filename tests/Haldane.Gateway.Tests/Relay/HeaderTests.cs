using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

public sealed class HeaderTests
{
    [Fact]
    public async Task A_path_of_no_model_is_refused_with_a_reason()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(version, version, Arm.Baseline);

        var answer = await rig.SendAsync("POST /v2/models/fraud2/infer HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\n", "{}"u8.ToArray());

        Assert.Equal((404, """{"error":"no model is served at this path"}""", "application/json"), (answer.Status, answer.Text, answer["content-type"]));
        Assert.Empty(version.Requests);
    }

    [Theory]
    [InlineData(Arm.Canary)]
    [InlineData(Arm.Baseline)]
    public async Task A_head_request_gets_a_head_alone(Arm arm)
    {
        await using var version = Upstream.Start(Conducts.Each(c => c.WriteAsync($"{Conducts.JsonHead}Content-Length: 30\r\n\r\n")));
        await using var rig = await Rig.StartAsync(version, version, arm, spec => spec with { Protocol = Protocol.Http });

        var answer = await rig.SendAsync($"HEAD {Rig.Path} HTTP/1.1\r\nHost: gateway\r\n\r\n");
        var observed = await rig.EndAsync();

        Assert.Equal((200, "30"), (answer.Status, answer["content-length"]));
        Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out _));
        var everyone = (arm == Arm.Canary ? observed.Canary : observed.Baseline).Cells[SegmentCells.Everyone];
        Assert.Equal((1, 0, 0), (everyone.Exchanges, everyone.Errors, everyone.Unread));
    }

    [Fact]
    public async Task The_versions_own_exchange_header_is_replaced_and_never_doubled()
    {
        await using var version = Upstream.Always($"{Conducts.JsonHead}x-haldane-exchange: forged\r\nX-Haldane-Exchange: twice\r\nx-haldane-arm: nonsense\r\nContent-Length: 2\r\n\r\n{{}}");
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);

        var answer = await rig.InferAsync([]);

        Assert.True(Rig.Tokens.TryOpen(Assert.Single(answer.All("x-haldane-exchange")), out _));
        Assert.Equal("canary", Assert.Single(answer.All("x-haldane-arm")));
    }

    [Fact]
    public async Task No_arm_is_shown_without_showArm_not_even_one_that_the_version_made_up()
    {
        await using var version = Upstream.Always($"{Conducts.JsonHead}x-haldane-arm: nonsense\r\nContent-Length: 2\r\n\r\n{{}}");
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary, spec => spec with { ShowArm = false });

        var answer = await rig.InferAsync([]);

        Assert.Empty(answer.All("x-haldane-arm"));
    }

    [Theory]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n", 400)]
    [InlineData("POST {0} HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 400)]
    [InlineData("POST http://elsewhere.example{0} HTTP/1.1\r\nHost: elsewhere.example\r\nContent-Length: 0\r\n\r\n", 200)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400)]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400)]
    [InlineData("POST /v2/models/other/../fraud/%69nfer HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 200)]
    [InlineData("POST /v2/models/fraud%2Finfer HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 404)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 404)]
    [InlineData("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 404)]
    [InlineData("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505)]
    [InlineData("\0\0\0\0\r\n\r\n", 400)]
    public async Task Odd_requests_are_answered_and_do_no_harm(string request, int status)
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);

        var answer = await rig.SendAsync(request.Replace("{0}", Rig.Path));
        var next = await rig.InferAsync([]);
        var observed = await rig.EndAsync();

        Assert.Equal((status, 200), (answer.Status, next.Status));
        Assert.Equal(0, observed.Canary.Cells[SegmentCells.Everyone].Errors);
        Assert.Equal(status == 200 ? 2 : 1, observed.Canary.Cells[SegmentCells.Everyone].Exchanges);
    }

    [Fact]
    public async Task Content_length_beside_chunks_never_reaches_a_version()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);

        var answer = await rig.SendAsync($"POST {Rig.Path} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n");

        Assert.Equal(400, answer.Status);
        Assert.Empty(version.Requests);
    }

    // The gateway grants it itself; a version that does not know the header would be waited for in vain.
    [Fact]
    public async Task A_caller_who_asks_before_sending_is_told_to_go_on()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);
        await using var caller = await rig.ConnectAsync();

        await caller.WriteAsync(Rig.Head(2, "Expect: 100-continue\r\n"));
        var go = await caller.Reader.HeadAsync();
        await caller.WriteAsync("{}");
        var answer = await caller.Reader.AnswerAsync();

        Assert.Equal("HTTP/1.1 100 Continue", Assert.Single(go!));
        Assert.Equal(200, answer.Status);
        Assert.Null(version.Requests.Single()["expect"]);
    }

    // Bytes above 127 are common in headers (names of users, of files) and mean nothing to the gateway.
    [Theory]
    [InlineData(Arm.Canary)]
    [InlineData(Arm.Baseline)]
    public async Task Headers_beyond_ascii_pass_unchanged_both_ways(Arm arm)
    {
        var utf8 = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("Müller 王"));
        await using var version = Upstream.Always($"{Conducts.JsonHead}x-utf8: {utf8}\r\nx-latin: caf\u00e9\r\nContent-Length: 2\r\n\r\n{{}}");
        await using var rig = await Rig.StartAsync(version, version, arm);

        var answer = await rig.InferAsync([], $"x-name: {utf8}\r\n");
        var observed = await rig.EndAsync();

        Assert.Equal((200, utf8, "caf\u00e9"), (answer.Status, answer["x-utf8"], answer["x-latin"]));
        Assert.Equal(utf8, version.Requests.Single()["x-name"]);
        Assert.Equal(0, observed.Of(arm).Cells[SegmentCells.Everyone].Errors);
    }
}
