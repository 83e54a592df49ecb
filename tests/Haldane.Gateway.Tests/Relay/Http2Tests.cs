using System.Net;
using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;
using Microsoft.AspNetCore.Http;

namespace Haldane.Gateway.Tests.Relay;

public sealed class Http2Tests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false, Arm.Canary)]
    [InlineData(true, Arm.Canary)]
    [InlineData(true, Arm.Baseline)]
    public async Task An_exchange_passes_over_http2_on_both_sides(bool callerToo, Arm arm)
    {
        await using var version = await Http2Version.StartAsync(async context =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            context.Response.ContentLength = Conducts.Fraud.Length;
            context.Response.Headers["x-received"] = $"{context.Request.Protocol} {context.Request.Method} {context.Request.Path} {body.Length}";
            await context.Response.WriteAsync(Conducts.Fraud);
        });
        await using var rig = await StartAsync(version.Address, version.Address, arm, callerToo);
        using var client = Client();
        using var request = Request(rig, callerToo, new ByteArrayContent(new byte[200_000]));

        using var answer = await client.SendAsync(request, CancellationToken.None).WaitAsync(Patience);
        var text = await answer.Content.ReadAsStringAsync();
        var observed = await rig.EndAsync();

        Assert.Equal((HttpStatusCode.OK, Conducts.Fraud, callerToo ? 2 : 1), (answer.StatusCode, text, answer.Version.Major));
        Assert.Equal($"HTTP/2 POST {Rig.Path} 200000", answer.Headers.GetValues("x-received").Single());
        Assert.True(Rig.Tokens.TryOpen(answer.Headers.GetValues("x-haldane-exchange").Single(), out var token));
        Assert.Equal((arm, 1, true), (token.Arm, token.Class, token.Counts));
        Assert.Equal((1, 1), (observed.Of(arm).Cells[SegmentCells.Everyone].Exchanges, observed.Of(arm).Cells[SegmentCells.Everyone].Classes[1]));
    }

    [Fact]
    public async Task Both_directions_stream_at_once_over_http2()
    {
        await using var version = await Http2Version.StartAsync(async context =>
        {
            var buffer = new byte[100];
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
                await context.Response.Body.FlushAsync();
            }
        });
        await using var rig = await StartAsync(version.Address, version.Address, Arm.Canary, callerToo: true);
        using var client = Client();
        using var content = new PacedContent();
        using var request = Request(rig, true, content);
        var sending = client.SendAsync(request, CancellationToken.None);

        await content.SendAsync("one").WaitAsync(Patience);
        using var answer = await sending.WaitAsync(Patience);
        await using var back = await answer.Content.ReadAsStreamAsync();
        Assert.Equal("one", await ReadAsync(back, 3));
        await content.SendAsync("two").WaitAsync(Patience);
        Assert.Equal("two", await ReadAsync(back, 3));
        content.End();

        Assert.Equal("", await ReadAsync(back, 1));
    }

    // The version needs no more of the request and says so; what the caller got is a whole answer.
    [Fact]
    public async Task An_answer_that_comes_before_the_request_has_ended_counts_as_answered()
    {
        await using var version = await Http2Version.StartAsync(context =>
        {
            context.Response.ContentLength = Conducts.Fraud.Length;
            return context.Response.WriteAsync(Conducts.Fraud);
        });
        await using var rig = await StartAsync(version.Address, version.Address, Arm.Canary, callerToo: true);
        using var client = Client();
        using var content = new PacedContent();
        using var request = Request(rig, true, content);
        var sending = client.SendAsync(request, CancellationToken.None);
        try
        {
            await content.SendAsync("one").WaitAsync(Patience);
        }
        catch (OperationCanceledException)
        {
            // The answer was quicker.
        }

        using var answer = await sending.WaitAsync(Patience);
        var text = await ReadAsync(await answer.Content.ReadAsStreamAsync(), Conducts.Fraud.Length);
        content.End();
        var observed = await rig.EndAsync();

        Assert.Equal(Conducts.Fraud, text);
        Assert.Equal((1, 0), (observed.Canary.Cells[SegmentCells.Everyone].Exchanges, observed.Canary.Cells[SegmentCells.Everyone].Errors));
    }

    // gRPC: a status in the trailers must reach the caller although its own stream is still open.
    [Fact]
    public async Task A_grpc_answer_ends_while_the_request_is_still_open()
    {
        await using var version = await Http2Version.StartAsync(async context =>
        {
            await context.Request.Body.ReadExactlyAsync(new byte[3]);
            context.Response.ContentType = "application/grpc";
            await context.Response.WriteAsync("answer");
            context.Response.AppendTrailer("grpc-status", "5");
        });
        await using var rig = await StartAsync(version.Address, version.Address, Arm.Canary, callerToo: true);
        using var client = Client();
        using var content = new PacedContent();
        content.Headers.ContentType = new("application/grpc");
        using var request = Request(rig, true, content);
        var sending = client.SendAsync(request, CancellationToken.None);
        await content.SendAsync("one").WaitAsync(Patience);

        using var answer = await sending.WaitAsync(Patience);
        var text = await answer.Content.ReadAsStringAsync().WaitAsync(Patience);
        content.End();

        Assert.Equal(("answer", "5"), (text, answer.TrailingHeaders.GetValues("grpc-status").Single()));
    }

    // HTTP/2 frames end a body on their own, so that only the gateway can notice that it is not as long as was promised.
    [Theory]
    [InlineData(40, Arm.Canary, HttpStatusCode.OK)]
    [InlineData(40, Arm.Baseline, HttpStatusCode.BadGateway)]
    [InlineData(20, Arm.Canary, HttpStatusCode.OK)]
    [InlineData(20, Arm.Baseline, HttpStatusCode.BadGateway)]
    public async Task A_body_of_another_length_than_promised_is_a_failure(int promised, Arm arm, HttpStatusCode seen)
    {
        await using var lying = Upstream.Start(Frames.Lying(promised, Conducts.Fraud));
        await using var good = Upstream.Always(Conducts.Ok(Conducts.Legit));
        var liar = "h2c" + lying.Address["http".Length..];
        await using var rig = await StartAsync(arm == Arm.Baseline ? liar : good.Address, arm == Arm.Canary ? liar : good.Address, arm, callerToo: false);

        var answer = await rig.InferAsync([]);
        var observed = await rig.EndAsync();

        Assert.Equal((int)seen, answer.Status);
        Assert.Equal(seen == HttpStatusCode.OK ? Conducts.Legit : """{"error":"the model could not be reached"}""", answer.Text);
        Assert.Equal((1, 1), (observed.Of(arm).Cells[SegmentCells.Everyone].Exchanges, observed.Of(arm).Cells[SegmentCells.Everyone].Errors));
    }

    [Fact]
    public async Task A_long_body_shorter_than_promised_is_cut_for_the_caller_and_charged()
    {
        await using var lying = Upstream.Start(Frames.Lying(200_000, "begin"));
        var liar = "h2c" + lying.Address["http".Length..];
        await using var rig = await StartAsync(liar, liar, Arm.Baseline, callerToo: false);

        var answer = await rig.InferAsync([]);
        var observed = await rig.EndAsync();

        Assert.False(answer.Whole);
        Assert.Equal(1, observed.Baseline.Cells[SegmentCells.Everyone].Errors);
    }

    [Fact]
    public async Task A_request_that_cannot_be_forwarded_at_all_is_charged_to_nobody()
    {
        await using var version = await Http2Version.StartAsync(context => context.Response.WriteAsync("never"));
        await using var rig = await StartAsync(version.Address, version.Address, Arm.Canary, callerToo: true, spec => spec with { Protocol = Protocol.Http });
        using var client = Client();
        using var request = Request(rig, true, null);
        request.Method = HttpMethod.Connect;
        request.Headers.Protocol = "nonsense";

        using var answer = await client.SendAsync(request, CancellationToken.None).WaitAsync(Patience);
        var observed = await rig.EndAsync();

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(CellEvidence.Empty, observed.Canary.Cells[SegmentCells.Everyone]);
    }

    private static Task<Rig> StartAsync(string baseline, string canary, Arm arm, bool callerToo, Func<ModelSpec, ModelSpec>? change = null) =>
        Rig.StartAsync(Rig.Routed((change ?? (s => s))(Rig.Spec([baseline], [canary])), arm == Arm.Canary ? Share.Full : Share.None), callerToo);

    private static HttpMessageInvoker Client() => new(new SocketsHttpHandler { UseProxy = false });

    private static HttpRequestMessage Request(Rig rig, bool http2, HttpContent? content) => new(HttpMethod.Post, new Uri(rig.Address, Rig.Path))
    {
        Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = content,
    };

    private static async Task<string> ReadAsync(Stream stream, int length)
    {
        var buffer = new byte[length];
        var read = await stream.ReadAtLeastAsync(buffer, length, throwOnEndOfStream: false).AsTask().WaitAsync(Patience);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }

    /// <summary>A body that is sent when the test says so.</summary>
    private sealed class PacedContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task SendAsync(string text)
        {
            var stream = await _opened.Task;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
            await stream.FlushAsync();
        }

        public void End() => _ended.TrySetResult();

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _opened.TrySetResult(stream);
            return _ended.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
