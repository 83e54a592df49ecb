using System.Net;
using System.Text;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Samples;

/// <summary>What evaluators get of exchanges on real sockets.</summary>
public sealed class SampleTests
{
    private static readonly EvaluatorSpec Grader = new("grader", "http://127.0.0.1:1/", ["grounded"]) { Rate = 100 };

    [Theory]
    [InlineData("Content-Length: 12\r\n\r\n", "{\"n\":123456}")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n", "4\r\n{\"n\"\r\n8\r\n:123456}\r\n0\r\n\r\n")]
    public async Task An_answer_comes_with_its_request_and_without_the_callers_credentials(string framing, string body)
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await StartAsync(baseline, canary, Share.Full);

        await rig.SendAsync($"POST {Rig.Path}?key=geheim HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer geheim\r\nx-user: ann\r\n{framing}", Encoding.ASCII.GetBytes(body));
        var sample = await NextAsync(rig);

        Assert.Equal(("fraud", Grader, Arm.Canary, true), (sample.Model, sample.Evaluator, sample.Token.Arm, sample.Token.Counts));
        Assert.Equal((Rig.Path, "{\"n\":123456}"), (sample.Request.Path, Text(sample.Request.Body)));
        Assert.Equal((200, Conducts.Legit, null), (sample.Answer.Status, Text(sample.Answer.Body), sample.Answer.Text));
        Assert.DoesNotContain("geheim", $"{sample}{sample.Request}{sample.Answer}{Text(sample.Request.Body)}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exchanges_of_HTTP_2_are_taken_as_well()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(Rig.Routed(Judged(Rig.Spec([baseline.Address], [canary.Address])), Share.Full), priorKnowledge: true);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(rig.Address, Rig.Path + "?a=b"))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent("{\"n\":123456}", Encoding.UTF8, "application/json"),
        };

        using var answer = await client.SendAsync(request);
        var sample = await NextAsync(rig);

        Assert.Equal((Rig.Path, "{\"n\":123456}", Conducts.Legit), (sample.Request.Path, Text(sample.Request.Body), Text(sample.Answer.Body)));
    }

    [Fact]
    public async Task Of_generated_text_the_evaluator_gets_what_was_said_streamed_or_not()
    {
        const string Events = "data: {\"choices\":[{\"delta\":{\"content\":\"All \"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"well.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
        await using var baseline = Upstream.Always(Conducts.Ok("{}"));
        await using var canary = Upstream.Always($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {Events.Length}\r\n\r\n{Events}");
        await using var rig = await StartAsync(baseline, canary, Share.Full, spec => spec with { Protocol = Protocol.OpenAi, Signals = spec.Signals with { Prediction = null, Confidence = null } });

        await rig.SendAsync("POST /v2/models/fraud/chat/completions HTTP/1.1\r\nHost: gateway\r\nContent-Length: 15\r\n\r\n", "{\"stream\":true}"u8.ToArray());
        var sample = await NextAsync(rig);

        Assert.Equal((Events, "All well."), (Text(sample.Answer.Body), sample.Answer.Text));
    }

    [Fact]
    public async Task What_is_blotted_out_nobody_gets()
    {
        await using var baseline = Upstream.Always(Conducts.Ok("{}"));
        await using var canary = Upstream.Always(Conducts.Ok("{\"label\":\"legit\",\"who\":\"geheim\"}"));
        await using var rig = await StartAsync(baseline, canary, Share.Full, evaluator: Grader with { Redact = ["/who", "/user"] });

        await rig.InferAsync("{\"user\":\"geheim\",\"n\":1}"u8.ToArray());
        await rig.InferAsync("geheim, and no JSON"u8.ToArray());
        var (first, second) = (await NextAsync(rig), await NextAsync(rig));

        Assert.Equal(("{\"user\":\"[redacted]\",\"n\":1}", "{\"label\":\"legit\",\"who\":\"[redacted]\"}"), (Text(first.Request.Body), Text(first.Answer.Body)));
        Assert.Equal("[redacted]", Text(second.Request.Body));
    }

    [Fact]
    public async Task Failures_refusals_and_what_cannot_be_read_are_not_handed_on()
    {
        var answers = new Queue<string>(
            [Conducts.Error(500, "no"), Conducts.Error(404, "no"), "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\npacked", Conducts.Ok(Conducts.Legit)]);
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud)); // stands in for the first
        await using var canary = Upstream.Start(Conducts.Each(connection => connection.WriteAsync(answers.Dequeue())));
        await using var rig = await StartAsync(baseline, canary, Share.Full);

        for (var i = 0; i < 4; i++)
        {
            await rig.InferAsync([]);
        }

        Assert.Equal(Conducts.Legit, Text((await NextAsync(rig)).Answer.Body));
        Assert.Equal([new SampleLoss("fraud", 1, 0)], rig.Router.Samples.Losses());
    }

    [Fact]
    public async Task What_nobody_fetches_is_dropped_and_counted()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(new string('x', 200_000)));
        await using var canary = Upstream.Always(Conducts.Ok(new string('x', 200_000)));
        await using var rig = await StartAsync(baseline, canary, Share.Full, evaluator: Grader with { Rate = 1_000_000 });
        await using var caller = await rig.ConnectAsync();
        for (var i = 0; i < 300; i++) // more than 32 MiB
        {
            await caller.SendAsync(Rig.Head(0));
        }

        var lost = Assert.Single(rig.Router.Samples.Losses());
        Assert.InRange(lost.Unfit, 130, 140); // an answer that there was no room for is not whole
        Assert.Equal(200_000, (await NextAsync(rig)).Answer.Body.Length);
    }

    [Fact]
    public async Task How_exchanges_are_chosen_depends_on_who_has_callers()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        var half = Rig.Routed(Judged(Rig.Spec([version.Address], [version.Address])), new(5_000));
        await using var rig = await Rig.StartAsync(half with { Split = half.Split! with { Share = Share.None } }); // its process is not ready
        var none = rig.Router.Current.Models[0].Split!.Samples;
        rig.Router.Publish(new([half]));
        var both = rig.Router.Current.Models[0].Split!.Samples;
        rig.Router.Publish(new([half with { Warm = ["v2"] }]));

        Assert.NotSame(none, both);
        Assert.Same(both, rig.Router.Current.Models[0].Split!.Samples);
    }

    [Fact]
    public async Task A_model_without_evaluators_and_a_shadow_stage_hand_nothing_on()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(Rig.Shadowed(Judged(Rig.Spec([baseline.Address], [canary.Address])), new()));
        await rig.InferAsync([]);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => NextAsync(rig, soon.Token));
    }

    private static Task<Rig> StartAsync(Upstream baseline, Upstream canary, Share share, Func<ModelSpec, ModelSpec>? change = null, EvaluatorSpec? evaluator = null) =>
        Rig.StartAsync(Rig.Routed(Judged((change ?? (s => s))(Rig.Spec([baseline.Address], [canary.Address])), evaluator), share));

    private static ModelSpec Judged(ModelSpec spec, EvaluatorSpec? evaluator = null) =>
        spec with { Signals = spec.Signals with { Values = [new("grounded", 0, 1)], Evaluators = [evaluator ?? Grader] } };

    private static async Task<SampledExchange> NextAsync(Rig rig, CancellationToken cancel = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        await foreach (var sample in rig.Router.Samples.SamplesAsync(patience.Token))
        {
            return sample;
        }

        throw new InvalidOperationException("the samples have ended");
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
