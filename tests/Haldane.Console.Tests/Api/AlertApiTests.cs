using System.Net;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Api;

public sealed class AlertApiTests : IAsyncLifetime
{
    private const string Path = "/api/v1/alerts";

    // As Alertmanager documents it.
    private const string Body = """
        {
          "version": "4", "groupKey": "{}:{alertname=\"Loss\"}", "truncatedAlerts": 0, "status": "firing", "receiver": "haldane", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://am",
          "alerts": [
            { "status": "firing", "labels": { "severity": "page", "alertname": "Loss" }, "annotations": { "summary": "too\n much" }, "startsAt": "2026-03-04T11:58:00.5Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://p", "fingerprint": "f00" },
            { "status": "resolved", "labels": { "alertname": "Slow" }, "annotations": {}, "startsAt": "0001-01-01T00:00:00Z" }
          ]
        }
        """;

    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task What_Alertmanager_posts_is_taken()
    {
        var answer = await _admin.PostAsync(Path, Body);

        Assert.Equal((HttpStatusCode.OK, """{"standing":2,"over":0,"ignored":0,"unfit":0}"""), (answer.Status, answer.Text));
        Assert.Equal(new AlertNews(true, "f00", [new("alertname", "Loss"), new("severity", "page")], "too much", new(2026, 3, 4, 11, 58, 0, 500, TimeSpan.Zero)), _admin.Room.AlertNews[0]);
        var second = _admin.Room.AlertNews[1];
        Assert.Equal((false, 16, null, null), (second.IsFiring, second.Fingerprint.Length, second.Summary, second.Since));
    }

    [Theory]
    [InlineData("[]", "version: wanted is \"4\"")]
    [InlineData("""{"version":4}""", "version: wanted is \"4\"")]
    [InlineData("""{"version":"4"}""", "alerts: wanted is an array")]
    [InlineData("""{"version":"4","alerts":[1]}""", "alerts[0].status: wanted is firing or resolved")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing"}]}""", "alerts[0].labels: wanted is an object of 1 to 64 texts of at most 500 characters")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","labels":{"a":1}}]}""", "alerts[0].labels: ")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","labels":{"a":"b\u001b[31m"}}]}""", "alerts[0].labels: ")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","labels":{"a":"b"},"fingerprint":""}]}""", "alerts[0].fingerprint: ")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","labels":{"a":"\ud800"}}]}""", "the body is not JSON")]
    [InlineData("alert!", "the body is not JSON")]
    public async Task What_is_wrong_is_said_and_nothing_is_taken(string body, string why)
    {
        (await _admin.PostAsync(Path, body)).AssertProblem(HttpStatusCode.BadRequest, why);
        Assert.Empty(_admin.Room.AlertNews);
    }

    [Fact]
    public async Task One_that_cannot_be_read_does_not_keep_the_others_away()
    {
        const string Sound = """{"status":"firing","labels":{"a":"b"}}""", Unfit = """{"status":"firing","labels":{"a":"b\n"}}""";
        var body = """{"version":"4","alerts":[""" + string.Join(',', Enumerable.Repeat(Sound, 2_000).Prepend(Unfit)) + "]}";
        Assert.Equal("""{"standing":2000,"over":0,"ignored":0,"unfit":1}""", (await _admin.PostAsync(Path, body)).Text);
    }

    [Fact]
    public async Task A_store_that_is_down_is_asked_again()
    {
        _admin.Room.Failure = new StoreUnavailableException("the disk is full");
        (await _admin.PostAsync(Path, Body)).AssertProblem(HttpStatusCode.ServiceUnavailable, "the disk is full"); // Alertmanager sends again after a 5xx
    }

    [Fact]
    public async Task Those_that_stand_are_shown_and_one_is_cleared()
    {
        Assert.Equal(
            """[{"id":"f00","name":"FraudLossHigh","labels":[{"name":"alertname","value":"FraudLossHigh"}],"summary":"too much","since":"2026-03-04T12:00:00+00:00","by":"alertmanager","holds":[],"takesBack":["fraud-v2"]}]""",
            (await _admin.GetAsync(Path)).Text);
        Assert.Equal("""{"message":"done as asked"}""", (await _admin.PostAsync(Path + "/f00/clear", """{"by":"ann","why":"gone"}""")).Text);
        Assert.Equal(["clear f00 by ann: gone"], _admin.Room.Commands);
        (await _admin.PostAsync(Path + "/f00/clear", """{"by":"ann"}""")).AssertProblem(HttpStatusCode.BadRequest, "why is missing");
    }
}
