using System.Net;
using System.Text.Json;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Judging;
using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Api;

public sealed class JudgeApiTests : IAsyncLifetime
{
    private const string Path = "/api/v1/judge";
    private const string Flagger = "/api/v1/judge/flagger";
    private const string Series = """{"metrics":[{"name":"p99","baseline":[1,2],"canary":[3,null]}]}""";
    private const string Queries = """{"window":"10m","step":"30s","metrics":[{"name":"p99","baselineQuery":"up","canaryQuery":"down"}]}""";

    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Theory]
    [InlineData(VerdictKind.Pass, 100)]
    [InlineData(VerdictKind.Fail, 0)]
    [InlineData(VerdictKind.Undecided, 0)]
    public async Task The_verdict_is_in_the_body_and_the_status_is_200(VerdictKind says, int score)
    {
        _admin.Series.Says = says;

        var answer = await _admin.PostAsync(Path, Series);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal((says.ToString(), score), (answer.Json.GetProperty("verdict").GetString(), answer.Json.GetProperty("score").GetInt32()));
        Assert.Equal(("p99", 2), (answer.Json.GetProperty("metrics")[0].GetProperty("name").GetString(), answer.Json.GetProperty("metrics")[0].GetProperty("canaryCount").GetInt32()));
        answer.AssertSecured();
    }

    [Fact]
    public async Task Queries_go_to_the_configured_store_over_the_window_up_to_now()
    {
        var answer = await _admin.PostAsync(Path, Queries);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["down", "up"], _admin.Series.Asked.Select(a => a.Query).Order());
        Assert.All(_admin.Series.Asked, a => Assert.Equal((TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30)), (a.Range.To - a.Range.From, a.Range.Step)));
        Assert.Equal(4, _admin.Series.Judged!.Metrics[0].Baseline.Count);
    }

    [Fact]
    public async Task Without_a_configured_store_queries_are_refused()
    {
        await using var without = await Admin.StartAsync(withMetrics: false);

        (await without.PostAsync(Path, Queries)).AssertProblem(HttpStatusCode.BadRequest, "metrics[0]: is a query, and this Haldane was started without --prometheus");
        Assert.Equal(HttpStatusCode.OK, (await without.PostAsync(Path, Series)).Status);
    }

    [Fact]
    public async Task An_address_in_a_request_is_no_field()
    {
        (await _admin.PostAsync(Path, """{"prometheus":"http://169.254.169.254","metrics":[]}""")).AssertProblem(HttpStatusCode.BadRequest, "prometheus: is no field");
        Assert.Empty(_admin.Series.Asked);
    }

    [Fact]
    public async Task A_store_that_fails_is_told_with_the_query_and_no_verdict()
    {
        _admin.Series.Failure = new MetricSourceException("http://p:9090 answered 422: bad query");

        (await _admin.PostAsync(Path, Queries)).AssertProblem(HttpStatusCode.BadRequest, "metrics[0].baselineQuery: http://p:9090 answered 422: bad query");
        Assert.Null(_admin.Series.Judged);
    }

    [Theory]
    [InlineData("", "the body is not JSON")]
    [InlineData("7", "wanted is an object with a list \"metrics\"")]
    [InlineData("""{"metrics":[{"name":"a","baseline":["x"],"canary":[1]},{"name":"b","baseline":[1],"canary":"y"}]}""", "metrics[1].canary: ")]
    public async Task Mistakes_are_told_all_at_once(string body, string why)
    {
        (await _admin.PostAsync(Path, body)).AssertProblem(HttpStatusCode.BadRequest, why);
        Assert.Null(_admin.Series.Judged);
    }

    [Fact]
    public async Task More_than_eight_mebibytes_are_refused()
    {
        var answer = await _admin.PostAsync(Path, new string(' ', (8 << 20) + 1), ("Expect", "100-continue"));

        answer.AssertProblem(HttpStatusCode.RequestEntityTooLarge, "");
    }

    [Theory]
    [InlineData(VerdictKind.Pass, null, HttpStatusCode.OK)]
    [InlineData(VerdictKind.Undecided, null, HttpStatusCode.OK)]
    [InlineData(VerdictKind.NoData, null, HttpStatusCode.OK)]
    [InlineData(VerdictKind.Fail, null, HttpStatusCode.Conflict)]
    [InlineData(VerdictKind.Pass, "pass", HttpStatusCode.OK)]
    [InlineData(VerdictKind.Undecided, "pass", HttpStatusCode.Conflict)]
    [InlineData(VerdictKind.NoData, "pass", HttpStatusCode.Conflict)]
    [InlineData(VerdictKind.Broken, "pass", HttpStatusCode.Conflict)]
    public async Task Flagger_reads_the_status(VerdictKind says, string? need, HttpStatusCode status)
    {
        _admin.Series.Says = says;

        var answer = await _admin.PostAsync(Flagger, Hook(need is null ? new { request = Series } : new { request = Series, need }));

        Assert.Equal((status, says.ToString()), (answer.Status, answer.Json.GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task Flaggers_metadata_may_hold_one_metrics_queries_as_texts()
    {
        var answer = await _admin.PostAsync(Flagger, Hook(new { metric = "p99", baselineQuery = "up", canaryQuery = "down", direction = "increase", bad = "10%", window = "5m", step = "10s", seed = "3" }));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal((Core.Series.HarmDirection.Increase, "10%", 3L), (_admin.Series.Judged!.Metrics[0].Direction, _admin.Series.Judged.Metrics[0].Bad.ToString(), _admin.Series.Judged.Seed));
        Assert.All(_admin.Series.Asked, a => Assert.Equal(TimeSpan.FromMinutes(5), a.Range.To - a.Range.From));
    }

    [Theory]
    [InlineData("""{"name":"podinfo"}""", "wanted is what Flagger posts")]
    [InlineData("""{"metadata":{"request":"{"}}""", "metadata.request: is not JSON")]
    [InlineData("""{"metadata":{"request":7}}""", "metadata.request: is Number; wanted is a text")]
    [InlineData("""{"metadata":{"prometheus":"http://x"}}""", "metadata.prometheus: is no field")]
    [InlineData("""{"metadata":{"need":"luck","baselineQuery":"a","canaryQuery":"b"}}""", "metadata.need: is luck; wanted is pass or not-fail")]
    [InlineData("""{"metadata":{"seed":"x","baselineQuery":"a","canaryQuery":"b"}}""", "metadata.seed: is")]
    [InlineData("""{"metadata":{"baselineQuery":"a"}}""", "metadata.metrics[0].canary: wanted is")]
    [InlineData("""{"metadata":{"request":"\ud800"}}""", "metadata: holds a text that is not valid Unicode")]
    public async Task A_hook_with_a_mistake_is_refused(string body, string why)
    {
        (await _admin.PostAsync(Flagger, body)).AssertProblem(HttpStatusCode.BadRequest, why);
        Assert.Null(_admin.Series.Judged);
    }

    [Fact]
    public async Task A_caller_that_leaves_stops_the_work_and_frees_the_place()
    {
        using var stopped = new ManualResetEventSlim();
        using var began = new ManualResetEventSlim();
        _admin.Series.While = cancel =>
        {
            began.Set();
            cancel.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
            stopped.Set();
            return true;
        };
        using (var leave = new CancellationTokenSource())
        {
            var asked = _admin.Client.PostAsync(Path, new StringContent(Series), leave.Token);
            Assert.True(began.Wait(TimeSpan.FromSeconds(20)));
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        }

        Assert.True(stopped.Wait(TimeSpan.FromSeconds(20)));
        _admin.Series.While = null;
        for (var i = 0; i < 2 * Environment.ProcessorCount; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await _admin.PostAsync(Path, Series)).Status);
        }
    }

    [Fact]
    public async Task When_all_places_are_taken_the_rest_of_the_API_answers_and_the_next_caller_is_told_to_come_back()
    {
        using var done = new ManualResetEventSlim();
        _admin.Series.While = cancel => done.Wait(TimeSpan.FromSeconds(20), cancel);
        var places = Math.Max(1, Environment.ProcessorCount / 2);
        var busy = Enumerable.Range(0, places).Select(_ => _admin.PostAsync(Path, Series)).ToList();
        while (_admin.Series.Judged is null)
        {
            await Task.Yield();
        }

        var waiting = _admin.PostAsync(Path, Series);
        var rollouts = await _admin.GetAsync("/api/v1/rollouts");
        var refused = await waiting;
        done.Set();

        Assert.Equal(HttpStatusCode.OK, rollouts.Status);
        refused.AssertProblem(HttpStatusCode.ServiceUnavailable, "other series are being judged");
        Assert.Equal("5", refused.Headers["Retry-After"]);
        Assert.All(await Task.WhenAll(busy), a => Assert.Equal(HttpStatusCode.OK, a.Status));
    }

    private static string Hook(object metadata) =>
        JsonSerializer.Serialize(new { name = "podinfo", @namespace = "test", phase = "Progressing", checksum = "85d557f47b", metadata });
}
