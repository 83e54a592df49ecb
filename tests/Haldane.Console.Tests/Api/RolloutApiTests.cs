using System.Net;
using System.Text;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Api;

public sealed class RolloutApiTests : IAsyncLifetime
{
    private const string Start = "/api/v1/rollouts/fraud-v2/start";
    private const string RollBack = "/api/v1/rollouts/fraud-v2/rollback";

    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task Models_are_listed()
    {
        var answer = await _admin.GetAsync("/api/v1/models");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(
            """[{"name":"fraud","route":"/fraud/**","serving":"v1","versions":["v1","v2"],"rollout":"fraud-v2","canaryShare":1000}]""", answer.Text);
        answer.AssertSecured();
    }

    [Fact]
    public async Task Rollouts_are_listed_in_order_without_their_curves()
    {
        var list = (await _admin.GetAsync("/api/v1/rollouts")).Json;

        Assert.Equal(["chat-v2", "fraud-v2"], list.EnumerateArray().Select(r => r.GetProperty("rollout").GetProperty("name").GetString()));
        Assert.All(list.EnumerateArray(), r => Assert.Equal(0, r.GetProperty("series").GetArrayLength()));
    }

    [Fact]
    public async Task A_rollout_comes_with_its_curves_and_verdicts()
    {
        var rollout = (await _admin.GetAsync("/api/v1/rollouts/fraud-v2")).Json;

        Assert.Equal(3, rollout.GetProperty("series").GetArrayLength());
        Assert.Equal("Running", rollout.GetProperty("rollout").GetProperty("phase").GetString());
        Assert.Equal(2, rollout.GetProperty("judgement").GetProperty("verdicts").GetArrayLength());
        Assert.Equal(1, rollout.GetProperty("rollout").GetProperty("spec").GetProperty("guards").GetArrayLength());
    }

    [Fact]
    public async Task Verdicts_come_alone()
    {
        var verdicts = await _admin.GetAsync("/api/v1/rollouts/fraud-v2/verdicts");

        Assert.Equal("errors", verdicts.Json.GetProperty("verdicts")[0].GetProperty("guard").GetString());
        (await _admin.GetAsync("/api/v1/rollouts/chat-v2/verdicts")).AssertProblem(HttpStatusCode.NotFound, "chat-v2 was not judged yet");
    }

    [Theory]
    [InlineData("/api/v1/rollouts/nobody")]
    [InlineData("/api/v1/rollouts/nobody/verdicts")]
    [InlineData("/api/v1/rollouts/nobody/events")]
    [InlineData("/api/v1/rollouts/nobody.v2")]
    public async Task An_unknown_rollout_is_not_found(string path) =>
        (await _admin.GetAsync(path)).AssertProblem(HttpStatusCode.NotFound, "there is no rollout nobody");

    [Fact]
    public async Task A_start_without_a_body_is_by_the_api()
    {
        var answer = await _admin.SendAsync(HttpMethod.Post, Start);

        Assert.Equal((HttpStatusCode.OK, """{"message":"done as asked"}"""), (answer.Status, answer.Text));
        Assert.Equal(["Start fraud-v2 by api"], _admin.Room.Commands);
        answer.AssertSecured();
    }

    [Fact]
    public async Task A_rollback_says_who_and_why()
    {
        await _admin.PostAsync(RollBack, """{"by":"ann","why":"a smell"}""");
        await _admin.PostAsync(RollBack, "{}");

        Assert.Equal(["RollBack fraud-v2 by ann: a smell", "RollBack fraud-v2 by api"], _admin.Room.Commands);
    }

    [Fact]
    public async Task A_body_that_is_sent_in_chunks_is_read_as_well()
    {
        using var body = new ChunkedContent("""{"by":"ann","why":"a smell"}""");

        var answer = await _admin.SendAsync(HttpMethod.Post, RollBack, body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["RollBack fraud-v2 by ann: a smell"], _admin.Room.Commands);
    }

    [Theory]
    [InlineData(CommandOutcomeKind.NotFound, HttpStatusCode.NotFound)]
    [InlineData(CommandOutcomeKind.Conflict, HttpStatusCode.Conflict)]
    public async Task A_command_that_cannot_be_done_says_why(CommandOutcomeKind kind, HttpStatusCode status)
    {
        _admin.Room.Outcome = new(kind, "it runs already");

        (await _admin.SendAsync(HttpMethod.Post, Start)).AssertProblem(status, "it runs already");
        (await _admin.SendAsync(HttpMethod.Post, RollBack)).AssertProblem(status, "it runs already");
    }

    [Theory]
    [InlineData(Start)]
    [InlineData(RollBack)]
    public async Task A_store_that_is_down_is_told(string path)
    {
        _admin.Room.Failure = new StoreUnavailableException("the disk is full");

        (await _admin.SendAsync(HttpMethod.Post, path)).AssertProblem(HttpStatusCode.ServiceUnavailable, "the disk is full");
    }

    [Fact]
    public async Task A_fault_of_ours_tells_nothing_of_its_inside()
    {
        _admin.Room.Failure = new InvalidOperationException("secret inside");

        var answer = await _admin.SendAsync(HttpMethod.Post, Start);

        answer.AssertProblem(HttpStatusCode.InternalServerError, "a fault of haldane; its log says more");
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json", "\"by\" and \"why\"")]
    [InlineData("[]", "\"by\" and \"why\"")]
    [InlineData("7", "\"by\" and \"why\"")]
    [InlineData("null", "\"by\" and \"why\"")]
    [InlineData("""{"by":7}""", "\"by\" and \"why\"")]
    [InlineData("""{"who":"ann"}""", "\"by\" and \"why\"")]
    [InlineData("""{"by":""}""", "1 to 500 characters")]
    [InlineData("""{"why":"  "}""", "1 to 500 characters")]
    [InlineData("{\"by\":\"ann\\u001b[2J\"}", "control characters")]
    [InlineData("{\"why\":\"two\\nlines\"}", "control characters")]
    [InlineData("""{"by":"\ud800"}""", "\"by\" and \"why\"")]
    [InlineData("""{"by":"judge"}""", "judge stands for haldane itself")]
    [InlineData("""{"by":"Specification"}""", "Specification stands for haldane itself")]
    public async Task A_body_that_makes_no_sense_is_refused(string body, string why)
    {
        (await _admin.PostAsync(Start, body)).AssertProblem(HttpStatusCode.BadRequest, why);
        Assert.Empty(_admin.Room.Commands);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused()
    {
        (await _admin.PostAsync(RollBack, $$"""{"why":"{{new string('w', 501)}}"}""")).AssertProblem(HttpStatusCode.BadRequest, "1 to 500 characters");
        (await _admin.PostAsync(RollBack, new string(' ', 9 << 20), ("Expect", "100-continue"))).AssertProblem(HttpStatusCode.RequestEntityTooLarge, "8388608");
        Assert.Empty(_admin.Room.Commands);
    }

    private sealed class ChunkedContent(string text) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
