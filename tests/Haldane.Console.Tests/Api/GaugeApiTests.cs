using System.Net;
using Haldane.Console.Tests.Fakes;

namespace Haldane.Console.Tests.Api;

public sealed class GaugeApiTests : IAsyncLifetime
{
    private const string Path = "/api/v1/models/fraud/readings";

    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task The_last_readings_are_shown()
    {
        Assert.Equal(
            """
            [{"model":"fraud","version":"v2","gauge":"gpu","value":0.71,"at":"2026-03-04T12:00:00+00:00"},{"model":"fraud","version":"v2","gauge":"memory","process":"Memory","value":73400320,"at":"2026-03-04T12:00:00+00:00"},{"model":"chat","version":"v2","gauge":"cpu","metric":"process_cpu_seconds_total","trouble":"the address of its metrics answered 503"}]
            """.Trim(),
            (await _admin.GetAsync("/api/v1/gauges")).Text);
    }

    [Theory]
    [InlineData("""{"gauge":"gpu","version":"v2","value":0.71}""", 1)]
    [InlineData("""[{"gauge":"gpu","version":"v2","value":0.71},{"gauge":"gpu","version":"v2","value":7e1}]""", 2)]
    public async Task One_or_many_are_taken(string body, int count)
    {
        var answer = await _admin.PostAsync(Path, body);

        Assert.Equal((HttpStatusCode.OK, $$"""{"counted":{{count}},"idle":0,"mistakes":[]}"""), (answer.Status, answer.Text));
        Assert.Equal("v2 gpu 0.71", _admin.Gauges.Pushed[0]);
    }

    [Theory]
    [InlineData(Path, "gpu=1", HttpStatusCode.BadRequest, "the body is not JSON")]
    [InlineData(Path, "[1]", HttpStatusCode.BadRequest, "items[0]: is Number; an object is wanted")]
    [InlineData(Path, """{"gauge":"gpu","version":"v2","value":"high"}""", HttpStatusCode.BadRequest, "items[0].value: wanted is a number")]
    [InlineData(Path, """{"gauge":"gpu","version":"v2"}""", HttpStatusCode.BadRequest, "items[0]: wanted is { \"gauge\": \"gpu\", \"version\": \"v2\", \"value\": 0.71 }")]
    [InlineData(Path, """{"gauge":"gpu","version":null,"value":1}""", HttpStatusCode.BadRequest, "wanted is { \"gauge\"")]
    [InlineData(Path, """{"gauge":"gpu","version":"v2","value":1,"at":"now"}""", HttpStatusCode.BadRequest, "items[0]: at is no field; the fields are gauge, version, value")]
    [InlineData(Path, """{"gauge":"cpu","version":"v2","value":1}""", HttpStatusCode.UnprocessableEntity, "readings[0]: fraud has no gauge cpu; it has gpu")]
    [InlineData("/api/v1/models/frod/readings", """{"gauge":"gpu","version":"v2","value":1}""", HttpStatusCode.NotFound, "there is no model frod")]
    public async Task What_is_wrong_is_said(string path, string body, HttpStatusCode status, string why)
    {
        (await _admin.PostAsync(path, body)).AssertProblem(status, why);
        Assert.Empty(_admin.Gauges.Pushed);
    }
}
