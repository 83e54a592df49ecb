using System.Net;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Api;

public sealed class WebhookApiTests : IAsyncLifetime
{
    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task Webhooks_and_dead_letters_are_shown()
    {
        var all = await _admin.GetAsync("/api/v1/webhooks");
        var dead = await _admin.GetAsync("/api/v1/webhooks/ops/dead");

        Assert.StartsWith(
            """[{"name":"ops","to":"https://hooks.example.com","format":"cloudevents","signed":true,"events":["ended"],"models":[],"state":"Retrying","position":4,"behind":3,"attempts":2,"due":"2026-03-04T12:00:00+00:00","fault":"it answered 503","dead":1},""",
            all.Text,
            StringComparison.Ordinal);
        Assert.Equal("""[{"number":3,"at":"2026-03-04T12:00:00+00:00","attempts":23,"fault":"it answered 503","kind":"promoted","rollout":"fraud-v2","model":"fraud"}]""", dead.Text);
        (await _admin.GetAsync("/api/v1/webhooks/nope/dead")).AssertProblem(HttpStatusCode.NotFound, "there is no webhook nope");
    }

    [Fact]
    public async Task One_is_tried_again_when_somebody_asks()
    {
        var done = await _admin.PostAsync("/api/v1/webhooks/ops/retry", """{"by":"ann"}""");

        Assert.Equal("""{"message":"ops is tried again"}""", done.Text);
        Assert.Equal(["ops by ann"], _admin.Webhooks.Asked);
        (await _admin.PostAsync("/api/v1/webhooks/nope/retry", "")).AssertProblem(HttpStatusCode.NotFound, "there is no webhook nope");
        (await _admin.PostAsync("/api/v1/webhooks/ops/retry", """{"all":true}""")).AssertProblem(HttpStatusCode.BadRequest, "an object with the fields");
    }

    [Fact]
    public async Task A_store_that_is_down_is_said()
    {
        _admin.Webhooks.Failure = new StoreUnavailableException("the disk is full");

        (await _admin.GetAsync("/api/v1/webhooks")).AssertProblem(HttpStatusCode.ServiceUnavailable, "the disk is full");
        (await _admin.GetAsync("/api/v1/webhooks/ops/dead")).AssertProblem(HttpStatusCode.ServiceUnavailable, "the disk is full");
        (await _admin.PostAsync("/api/v1/webhooks/ops/retry", "")).AssertProblem(HttpStatusCode.ServiceUnavailable, "the disk is full");
    }
}
