using System.Text;
using System.Text.Json;
using Haldane.Connect.Evaluators;
using Haldane.Connect.Tests.Webhooks;
using Haldane.Core;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Http;

namespace Haldane.Connect.Tests.Evaluators;

/// <summary>Against an evaluator on a real socket.</summary>
public sealed class HttpEvaluatorTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly HttpEvaluator _evaluators = new();
    private Receiver _there = null!;

    public async ValueTask InitializeAsync()
    {
        _there = await Receiver.StartAsync();
        _there.Answer = static context => context.Response.WriteAsync("""{"scores":{"grounded":0.75,"useful":null}}""");
    }

    public async ValueTask DisposeAsync()
    {
        _evaluators.Dispose();
        await _there.DisposeAsync();
    }

    [Fact]
    public async Task It_is_told_what_was_asked_and_said_but_not_by_whom()
    {
        var evaluation = await _evaluators.ScoreAsync(Sample("{\"n\":1}"u8.ToArray(), "{\"text\":\"All well.\"}"u8.ToArray(), "All well."), None);

        var got = Assert.Single(_there.Got);
        Assert.Equal((EvaluationKind.Scored, ""), (evaluation.Kind, evaluation.Fault));
        Assert.Equal(new Dictionary<string, double> { ["grounded"] = 0.75 }, evaluation.Scores);
        Assert.Equal(("/score?v=1", "Bearer geheim", "application/json"), (got.Path, got.Headers["authorization"], got.Headers["content-type"]));
        Assert.Equal(
            """{"evaluator":"grader","model":"chat","values":["grounded","useful"],"request":{"path":"/v1/chat","body":{"n":1}},"answer":{"status":200,"type":"application/json","body":{"text":"All well."},"said":"All well."}}""",
            Encoding.UTF8.GetString(got.Body));
    }

    [Fact]
    public async Task A_body_that_is_no_json_comes_as_text_or_in_base64()
    {
        await _evaluators.ScoreAsync(Sample([], "data: {}\n\n"u8.ToArray(), null), None);
        await _evaluators.ScoreAsync(Sample("{} {}"u8.ToArray(), [0xff, 0x00], null), None);

        using var first = JsonDocument.Parse(_there.Got[0].Body);
        using var second = JsonDocument.Parse(_there.Got[1].Body);
        Assert.Equal(JsonValueKind.Null, first.RootElement.GetProperty("request").GetProperty("body").ValueKind);
        Assert.Equal("data: {}\n\n", first.RootElement.GetProperty("answer").GetProperty("text").GetString());
        Assert.Equal("{} {}", second.RootElement.GetProperty("request").GetProperty("text").GetString());
        Assert.Equal("/wA=", second.RootElement.GetProperty("answer").GetProperty("base64").GetString());
        Assert.False(second.RootElement.GetProperty("answer").TryGetProperty("said", out _));
    }

    [Theory]
    [InlineData(400, "", EvaluationKind.Refused, "it answered 400")]
    [InlineData(429, "", EvaluationKind.Failed, "it answered 429")]
    [InlineData(500, "", EvaluationKind.Failed, "it answered 500")]
    [InlineData(302, "", EvaluationKind.Failed, "it answered 302, a redirect, and redirects are not followed: write the address that it points to")]
    [InlineData(204, "", EvaluationKind.Invalid, "it answered 204; wanted is 200 with { \"scores\": { … } }")]
    [InlineData(200, "good", EvaluationKind.Invalid, "its answer is no JSON")]
    [InlineData(200, "[0.5]", EvaluationKind.Invalid, "its answer has no object \"scores\"")]
    [InlineData(200, """{"scores":{"grounded":"geheim"}}""", EvaluationKind.Invalid, "its score of grounded is no number")]
    [InlineData(200, """{"scores":{"grounded":1e999}}""", EvaluationKind.Invalid, "its score of grounded is no number")]
    [InlineData(200, """{"scores":{"geheim":1}}""", EvaluationKind.Invalid, "it gives a score that is none of grounded, useful")]
    public async Task What_is_no_scores_is_its_own_fault(int status, string body, EvaluationKind kind, string fault)
    {
        _there.Answer = context =>
        {
            (context.Response.StatusCode, context.Response.Headers.Location) = (status, "/elsewhere");
            return body.Length == 0 ? Task.CompletedTask : context.Response.WriteAsync(body);
        };

        var evaluation = await _evaluators.ScoreAsync(Sample([], [], null), None);

        Assert.Equal((kind, fault, 0), (evaluation.Kind, evaluation.Fault, evaluation.Scores.Count));
        Assert.Single(_there.Got);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_its_end()
    {
        _there.Answer = static context => context.Response.WriteAsync("{\"scores\":{}" + new string(' ', 70_000) + "}");

        var evaluation = await _evaluators.ScoreAsync(Sample([], [], null), None);

        Assert.Equal((EvaluationKind.Invalid, "its answer is longer than 64 KiB"), (evaluation.Kind, evaluation.Fault));
    }

    [Fact]
    public async Task Who_does_not_answer_in_time_or_at_all_has_failed()
    {
        _there.Answer = static context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var slow = await _evaluators.ScoreAsync(Sample([], [], null, TimeSpan.FromMilliseconds(200)), None);
        var sample = Sample([], [], null);
        var gone = await _evaluators.ScoreAsync(sample with { Evaluator = sample.Evaluator with { Url = $"http://127.0.0.1:{Receiver.FreePort()}/" } }, None);
        using var stop = new CancellationTokenSource();
        var given = _evaluators.ScoreAsync(sample, stop.Token);
        await stop.CancelAsync();

        Assert.Equal((EvaluationKind.Failed, "it did not answer within 200ms"), (slow.Kind, slow.Fault));
        Assert.Equal((EvaluationKind.Failed, "it cannot be connected to"), (gone.Kind, gone.Fault));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
    }

    private SampledExchange Sample(byte[] request, byte[] answer, string? said, TimeSpan? timeout = null) => new(
        "chat",
        new() { Run = 1, Stage = 0, Arm = Arm.Canary, Counts = true, SegmentCode = 0, Class = 0, Subject = 7, At = default, Nonce = 3 },
        new("grader", $"{_there.Address}/score?v=1", ["grounded", "useful"]) { Headers = [new("Authorization", "Bearer geheim")], Timeout = timeout ?? TimeSpan.FromSeconds(30) },
        new("/v1/chat", request),
        new(200, "application/json", answer, said));
}
