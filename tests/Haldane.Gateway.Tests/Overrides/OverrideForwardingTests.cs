using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;
using Microsoft.AspNetCore.Http;

namespace Haldane.Gateway.Tests.Overrides;

/// <summary>The same where the forwarder relays: HTTP/2 to the version, and from the caller.</summary>
public sealed class OverrideForwardingTests
{
    private const string Chat = "/v1/chat/completions";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly OverrideSpec Canary = new()
    {
        Model = "gpt-new",
        System = "You are brief.",
        Headers = [new("X-Variant", "b"), new("Content-Language", "en")],
        Path = new("/v1", "/openai/v1"),
    };

    [Theory]
    [InlineData(false, true, 10)]
    [InlineData(true, true, 10)]
    [InlineData(true, false, 10)]
    [InlineData(false, false, 3 << 20)]
    [InlineData(true, true, 3 << 20)]
    public async Task The_version_gets_exactly_the_edited_request(bool callerToo, bool hasLength, int length)
    {
        var (text, seen) = (new string('x', length), new TaskCompletionSource<(string Line, string Headers, long? Length, byte[] Body)>());
        await using var version = await Http2Version.StartAsync(async context =>
        {
            var request = context.Request;
            var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            seen.TrySetResult(($"{request.Method} {request.Path}{request.QueryString}", $"{request.Headers["x-variant"]} {request.Headers["x_variant"]}{request.Headers.ContentLanguage}{request.Headers["content-digest"]}", request.ContentLength, body.ToArray()));
            await context.Response.WriteAsync(Conducts.Fraud);
        });
        await using var rig = await StartAsync(version.Address, version.Address, null, callerToo);

        using var answer = await SendAsync(rig, callerToo, $$"""{"messages":[{"role":"user","content":"{{text}}"}],"model":"gpt"}""", hasLength);
        var received = await seen.Task.WaitAsync(Patience);
        var observed = await rig.EndAsync();

        var expected = $$"""{"messages":[{"role":"system","content":"You are brief."},{"role":"user","content":"{{text}}"}],"model":"gpt-new"}""";
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("POST /openai/v1/chat/completions?q=1", "b en"), (received.Line, received.Headers));
        Assert.Equal(expected, Encoding.ASCII.GetString(received.Body));
        Assert.Equal(length > 1 << 20 ? null : expected.Length, received.Length);
        Assert.Equal(1, observed.Canary.Cells[SegmentCells.Everyone].Exchanges);
    }

    [Theory]
    [InlineData("not json", null)]
    [InlineData("{}", "gzip")]
    public async Task What_cannot_be_edited_goes_to_the_baseline_or_is_refused(string text, string? coding)
    {
        await using var version = await Http2Version.StartAsync(async context => await context.Response.WriteAsync($"{context.Request.Headers["x-variant"]}{await new StreamReader(context.Request.Body).ReadToEndAsync()}"));
        foreach (var baseline in new[] { null, Canary })
        {
            await using var rig = await StartAsync(version.Address, version.Address, baseline, callerToo: true);

            using var answer = await SendAsync(rig, true, text, hasLength: true, coding);
            var said = await answer.Content.ReadAsStringAsync();
            var observed = await rig.EndAsync();

            Assert.Equal(baseline is null ? HttpStatusCode.OK : coding is null ? HttpStatusCode.BadRequest : HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
            Assert.Equal(baseline is null, said == $"a{text}");
            Assert.True(Rig.Tokens.TryOpen(answer.Headers.GetValues("x-haldane-exchange").Single(), out var token));
            Assert.False(token.Counts);
            Assert.Equal(CellEvidence.Empty, observed.Canary.Cells[SegmentCells.Everyone]);
            Assert.Equal(1, rig.Router.Traffic().Single().Unfit);
        }
    }

    [Fact]
    public async Task The_baseline_stands_in_with_its_own_override_of_what_the_caller_sent()
    {
        await using var version = await Http2Version.StartAsync(async context =>
        {
            context.Response.StatusCode = context.Request.Headers["x-variant"] == "b" ? 500 : 200;
            await context.Response.WriteAsync($"{context.Request.Path} {await new StreamReader(context.Request.Body).ReadToEndAsync()}");
        });
        await using var rig = await StartAsync(version.Address, version.Address, new() { Parameters = [new("/seed", "7")] }, callerToo: true);

        using var answer = await SendAsync(rig, true, """{"model":"gpt","messages":[{}]}""", hasLength: true);

        Assert.Equal((HttpStatusCode.OK, $$$"""{{{Chat}}} {"model":"gpt","messages":[{}],"seed":7}"""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_body_that_turns_out_bad_when_the_version_has_had_a_part_is_charged_to_nobody()
    {
        await using var version = await Http2Version.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync(Conducts.Fraud);
        });
        await using var rig = await StartAsync(version.Address, version.Address, null, callerToo: true);

        using var answer = await SendAsync(rig, true, $$"""{"x":"{{new string('x', 2 << 20)}}"]""", hasLength: true);
        var observed = await rig.EndAsync();

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(CellEvidence.Empty, observed.Canary.Cells[SegmentCells.Everyone]);
    }

    private static Task<Rig> StartAsync(string baselineAt, string canaryAt, OverrideSpec? baseline, bool callerToo) =>
        Rig.StartAsync(Rig.Routed(OverrideRelayTests.Openai(Rig.Spec([baselineAt], [canaryAt]), baseline, Canary, Failover.Always), Share.Full), callerToo);

    private static async Task<HttpResponseMessage> SendAsync(Rig rig, bool http2, string text, bool hasLength, string? coding = null)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(rig.Address, $"{Chat}?q=1"))
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = hasLength ? new ByteArrayContent(Encoding.ASCII.GetBytes(text)) : new StreamContent(new Unsized(Encoding.ASCII.GetBytes(text))),
        };
        request.Headers.Add("X-Variant", "a");
        request.Headers.Add("X_Variant", "c");
        request.Headers.Add("Content-Digest", "sha-256=:x:");
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (coding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(coding);
        }

        var answer = await client.SendAsync(request, CancellationToken.None).WaitAsync(Patience);
        await answer.Content.LoadIntoBufferAsync();
        return answer;
    }

    private sealed class Unsized(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
