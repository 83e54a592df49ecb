using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Haldane.Samples.ModelServer;
using Haldane.Samples.Payments;

namespace Haldane.Samples.Tests;

/// <summary>The protocol, over a real socket; service times are zero.</summary>
public sealed class ServerTests : IAsyncLifetime
{
    private const string Country1 = """{"name":"country","shape":[1],"datatype":"BYTES","data":["SG"]}""";
    private const string Device1 = """{"name":"device","shape":[1],"datatype":"BYTES","data":["web"]}""";
    private const string Amount1 = """{"name":"amount","shape":[1],"datatype":"FP64","data":[80.5]}""";

    private readonly HttpClient _client = new();
    private FraudServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync();
        _client.BaseAddress = _server.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("/v2/models/fraud/infer")]
    [InlineData("/v2/models/fraud/versions/v1/infer")]
    public async Task One_payment_gets_a_class_a_confidence_and_its_id_back(string path)
    {
        var expected = Sample.Answers(ModelKind.Logistic).Of(new(80.5, Country.Singapore, Device.Web));

        var response = await PostAsync(path, $$"""{"id":"a \"b\" é","inputs":[{{Amount1}},{{Country1}},{{Device1}}]}""");
        var reply = await JsonAsync(response);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull(response.Content.Headers.ContentLength);
        Assert.NotEqual(true, response.Headers.TransferEncodingChunked);
        Assert.Equal("a \"b\" é", (string?)reply["id"]);
        Assert.Equal(("fraud", "v1"), ((string?)reply["model_name"], (string?)reply["model_version"]));
        Assert.Equal(("class", "BYTES"), ((string?)reply["outputs"]![0]!["name"], (string?)reply["outputs"]![0]!["datatype"]));
        Assert.Equal(("confidence", "FP64"), ((string?)reply["outputs"]![1]!["name"], (string?)reply["outputs"]![1]!["datatype"]));
        Assert.Equal(Wire.Label(expected.IsFraud), (string?)reply["outputs"]![0]!["data"]![0]);
        Assert.Equal(expected.Confidence, (double)reply["outputs"]![1]!["data"]![0]!);
    }

    [Fact]
    public async Task The_body_that_the_caller_writes_is_understood()
    {
        var one = Sample.Fresh[0].Payment;

        using var content = new ByteArrayContent(InferBody.Of(one, "x"));
        var reply = await JsonAsync(await _client.PostAsync("/v2/models/fraud/infer", content));

        Assert.Equal(Wire.Label(Sample.Answers(ModelKind.Logistic).Of(one).IsFraud), (string?)reply["outputs"]![0]!["data"]![0]);
    }

    [Fact]
    public async Task No_id_comes_back_if_none_was_sent()
    {
        var reply = await JsonAsync(await InferAsync(Amount1, Country1, Device1));

        Assert.Null(reply["id"]);
    }

    [Theory]
    [InlineData("[2,1]", "[[12],[950.25]]")]
    [InlineData("[2]", "[12,950.25]")]
    public async Task A_batch_is_answered_in_its_order_whether_flat_or_nested(string shape, string data)
    {
        var answers = Sample.Answers(ModelKind.Logistic);

        var reply = await JsonAsync(await InferAsync(
            $$"""{"data":{{data}},"datatype":"FP64","shape":{{shape}},"name":"amount"}""",
            """{"name":"country","shape":[2],"datatype":"BYTES","data":["MY","ID"]}""",
            """{"name":"device","shape":[2],"datatype":"BYTES","data":["phone","terminal"],"parameters":{"a":[1]}}"""));

        Assert.Equal(2, (int)reply["outputs"]![0]!["shape"]![0]!);
        Assert.Equal(
            [answers.Of(new(12, Country.Malaysia, Device.Phone)).Confidence, answers.Of(new(950.25, Country.Indonesia, Device.Terminal)).Confidence],
            reply["outputs"]![1]!["data"]!.AsArray().Select(value => (double)value!));
    }

    [Theory]
    [InlineData("""{"inputs":[{"name":"amont"}]}""", "unknown input 'amont'")]
    [InlineData("""{"inputs":[]}""", "input 'device' is missing")]
    [InlineData("""{"inputs":[{"name":"amount","shape":[1],"datatype":"FP32","data":[1]}]}""", "datatype 'FP32'; it must be FP64")]
    [InlineData("""{"inputs":[{"name":"amount","shape":[1,2],"datatype":"FP64","data":[1,2]}]}""", "needs a shape of [n] or [n,1]")]
    [InlineData("""{"inputs":[{"name":"amount","shape":[257],"datatype":"FP64","data":[1]}]}""", "n from 1 to 256")]
    [InlineData("""{"inputs":[{"name":"amount","shape":[2],"datatype":"FP64","data":[1]}]}""", "has 1 values for 2 rows")]
    [InlineData("""{"inputs":[{"name":"amount","shape":[1],"datatype":"FP64","data":[-1]}]}""", "'amount' at row 0 must be a number above 0")]
    [InlineData("""{"inputs":[{"name":"country","shape":[1],"datatype":"BYTES","data":["TH"]}]}""", "must be \"MY\", \"SG\" or \"ID\"")]
    [InlineData("""{"inputs":[{"name":"device","shape":[1],"datatype":"BYTES"}]}""", "needs an array as data")]
    [InlineData("""{"inputs":{}}""", "'inputs' must be an array")]
    [InlineData("""{"id":7,"inputs":[]}""", "'id' must be a string")]
    [InlineData("""[1]""", "must be a JSON object")]
    [InlineData("""{"inputs":[""", "not JSON")]
    [InlineData("", "not JSON")]
    public async Task A_bad_request_is_told_what_is_wrong_with_it(string body, string mistake)
    {
        var response = await PostAsync("/v2/models/fraud/infer", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(mistake, (string?)(await JsonAsync(response))["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_above_the_limit_is_refused()
    {
        // The client asks first: one that sends at once may find the connection closed before it has read the answer.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/fraud/infer") { Content = new StringContent(new string(' ', ProtocolEndpoints.MaximumBody + 1)) };
        request.Headers.ExpectContinue = true;
        var response = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.NotNull((await JsonAsync(response))["error"]);
    }

    [Theory]
    [InlineData("/v2/models/other", "no model 'other'")]
    [InlineData("/v2/models/other/ready", "no model 'other'")]
    [InlineData("/v2/models/fraud/versions/v9/ready", "no version 'v9'")]
    [InlineData("/v2/models/fraud/versions/v9", "no version 'v9'")]
    [InlineData("/v3", "no such path")]
    [InlineData("/v2/models/fraud/nonsense", "no such path")]
    public async Task What_is_not_here_is_not_found(string path, string mistake)
    {
        var response = await _client.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains(mistake, (string?)(await JsonAsync(response))["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_infer_call_to_another_model_is_not_found()
    {
        var response = await PostAsync("/v2/models/other/infer", "{}");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("/v2/health/ready")]
    [InlineData("/v2/models/fraud/ready")]
    [InlineData("/v2/models/fraud/versions/v1/ready")]
    public async Task A_server_is_alive_at_once_but_ready_only_when_warm(string path)
    {
        var live = await _client.GetAsync("/v2/health/live");
        var before = await _client.GetAsync(path);
        await _server.WarmUpAsync(calls: 40);
        var after = await _client.GetAsync(path);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK),
            (live.StatusCode, before.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task Metadata_names_the_model_its_version_and_its_tensors()
    {
        var server = await JsonAsync(await _client.GetAsync("/v2"));
        var model = await JsonAsync(await _client.GetAsync("/v2/models/fraud/versions/v1"));

        Assert.NotNull(server["name"]);
        Assert.Equal("v1", (string?)model["versions"]![0]);
        Assert.Equal(["amount", "country", "device"], model["inputs"]!.AsArray().Select(input => (string?)input!["name"]));
        Assert.Equal(["class", "confidence"], model["outputs"]!.AsArray().Select(output => (string?)output!["name"]));
    }

    [Fact]
    public async Task A_server_with_errors_answers_500_with_a_message()
    {
        await using var failing = await StartAsync(new Fault.Errors(1.0));
        await failing.WarmUpAsync(calls: 10);
        using var content = new ByteArrayContent(InferBody.Of(Sample.Fresh[0].Payment, "x"));

        var response = await _client.PostAsync(new Uri(failing.Address, "/v2/models/fraud/infer"), content);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.NotNull((await JsonAsync(response))["error"]);
    }

    private static Task<FraudServer> StartAsync(params Fault[] faults) =>
        FraudServer.StartAsync(new() { ServiceTime = new(TimeSpan.Zero, 0.25), Faults = faults }, TimeProvider.System);

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    private Task<HttpResponseMessage> InferAsync(params string[] inputs) =>
        PostAsync("/v2/models/fraud/infer", $$"""{"inputs":[{{string.Join(',', inputs)}}]}""");

    private async Task<HttpResponseMessage> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _client.PostAsync(path, content);
    }
}
