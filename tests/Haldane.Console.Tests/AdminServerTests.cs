using System.Net;
using System.Text.RegularExpressions;
using Haldane.Console.Tests.Fakes;

namespace Haldane.Console.Tests;

/// <summary>What holds for every path.</summary>
public sealed class AdminServerTests : IAsyncLifetime
{
    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task Liveness_and_readiness_are_two_things()
    {
        var (alive, ready) = (await _admin.GetAsync("/healthz"), await _admin.GetAsync("/readyz"));
        _admin.Room.Health = new(false, "the disk is gone", null);
        var (still, ill) = (await _admin.GetAsync("/healthz"), await _admin.GetAsync("/readyz"));

        Assert.Equal((HttpStatusCode.OK, "ok", HttpStatusCode.OK), (alive.Status, alive.Text, still.Status));
        Assert.Equal((HttpStatusCode.OK, """{"ready":true,"message":"ok","lastTick":"2026-03-04T12:00:00+00:00"}"""), (ready.Status, ready.Text));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"ready":false,"message":"the disk is gone"}"""), (ill.Status, ill.Text));
        ill.AssertSecured();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/rollouts/fraud-v2")]
    [InlineData("/inventory")]
    [InlineData("/signin")]
    public async Task A_page_and_all_that_it_asks_for_is_served(string path)
    {
        var page = await _admin.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.StartsWith("text/html", page.Headers["Content-Type"], StringComparison.Ordinal);
        page.AssertSecured();
        var assets = Regex.Matches(page.Text, "(?:href|src)=\"(?<path>/assets/[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking).Select(m => m.Groups["path"].Value).ToList();
        Assert.NotEmpty(assets);
        foreach (var asset in assets)
        {
            var answer = await _admin.GetAsync(asset);
            Assert.Equal((HttpStatusCode.OK, "public, max-age=31536000, immutable"), (answer.Status, answer.Headers["Cache-Control"]));
            Assert.StartsWith(asset.EndsWith(".css", StringComparison.Ordinal) ? "text/css" : "text/javascript", answer.Headers["Content-Type"], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/nothing.html")]
    [InlineData("/api/v1")]
    [InlineData("/api/v2/models")]
    [InlineData("/api/v1/rollouts/fraud-v2/nothing")]
    [InlineData("/assets/x/..%2f..%2fsecret/y")]
    [InlineData("/..%2f..%2fetc%2fpasswd")]
    [InlineData("/Page/index.html")]
    public async Task What_is_not_there_is_not_found(string path) =>
        (await _admin.GetAsync(path)).AssertProblem(HttpStatusCode.NotFound, "there is nothing at this path");

    [Fact]
    public async Task A_name_may_hold_any_character_and_leads_nowhere_else()
    {
        (await _admin.GetAsync("/api/v1/rollouts/..%2f")).AssertProblem(HttpStatusCode.NotFound, "there is no rollout ..%2f");
        (await _admin.GetAsync("/api/v1/rollouts/%22%3Cb%3E")).AssertProblem(HttpStatusCode.NotFound, "there is no rollout \"<b>");
        Assert.StartsWith("HTTP/1.1 404", await _admin.RawAsync("GET /api/v1/rollouts/../../../etc/passwd HTTP/1.1", "Host: localhost"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", await _admin.RawAsync("GET /api/v1/rollouts/%00 HTTP/1.1", "Host: localhost"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE", "/api/v1/rollouts/fraud-v2", "GET")]
    [InlineData("GET", "/api/v1/rollouts/fraud-v2/start", "POST")]
    [InlineData("POST", "/api/v1/models", "GET")]
    [InlineData("GET", "/api/v1/feedback", "POST")]
    [InlineData("PUT", "/", "GET")]
    [InlineData("OPTIONS", "/api/v1/models", "GET")]
    [InlineData("TRACE", "/api/v1/models", "GET")]
    public async Task A_method_that_is_not_possible_says_which_is(string method, string path, string possible)
    {
        var answer = await _admin.SendAsync(new(method), path);

        answer.AssertProblem(HttpStatusCode.MethodNotAllowed, $"{method} is not possible here; possible is {possible}");
        Assert.Equal(possible, answer.Headers["Allow"]);
    }

    [Fact]
    public async Task HEAD_has_no_body()
    {
        var answer = await _admin.SendAsync(HttpMethod.Head, "/api/v1/models");

        Assert.Equal((HttpStatusCode.MethodNotAllowed, ""), (answer.Status, answer.Text));
        answer.AssertSecured();
    }

    [Fact]
    public async Task The_server_does_not_name_itself() => Assert.False((await _admin.GetAsync("/")).Headers.ContainsKey("Server"));

    [Fact]
    public async Task A_fault_while_reading_is_an_error_with_a_detail_and_the_headers()
    {
        _admin.Ledger.Failure = new InvalidOperationException("secret inside");

        var answer = await _admin.GetAsync("/api/v1/ledger/verify");

        answer.AssertProblem(HttpStatusCode.InternalServerError, "a fault of haldane; its log says more");
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }
}
