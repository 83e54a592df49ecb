using System.Net;
using System.Text;
using Haldane.Console.Access;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Access;

namespace Haldane.Console.Tests.Access;

public sealed class AdminAccessTests
{
    private const string Token = "0123456789abcdef";
    private const string Models = "/api/v1/models";

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8081")]
    [InlineData("127.0.0.1:8081")]
    [InlineData("127.9.9.9")]
    [InlineData("[::1]:8081")]
    public async Task Without_a_token_loopback_names_are_answered(string host)
    {
        await using var admin = await Admin.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync(Models, ("Host", host))).Status);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8081")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("10.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task Without_a_token_other_names_are_refused(string host)
    {
        await using var admin = await Admin.StartAsync();

        (await admin.GetAsync(Models, ("Host", host))).AssertProblem(HttpStatusCode.MisdirectedRequest, "loopback host name");
    }

    [Fact]
    public async Task A_request_without_a_host_name_is_refused()
    {
        await using var admin = await Admin.StartAsync();

        Assert.StartsWith("HTTP/1.1 421", await admin.RawAsync($"GET {Models} HTTP/1.0"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", await admin.RawAsync($"GET {Models} HTTP/1.1"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 4", await admin.RawAsync($"GET http://evil.example{Models} HTTP/1.1", "Host: evil.example"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", Models)]
    [InlineData("GET", "/api/v1/rollouts/fraud-v2/events")]
    [InlineData("POST", "/api/v1/rollouts/fraud-v2/rollback")]
    [InlineData("OPTIONS", "/api/v1/rollouts/fraud-v2/rollback")]
    public async Task Other_web_pages_are_refused(string method, string path)
    {
        await using var admin = await Admin.StartAsync();

        foreach (var origin in new[] { "http://evil.example", "null", "http://127.0.0.1:1", "file://", "http://localhost", "nonsense" })
        {
            (await admin.SendAsync(new(method), path, null, ("Origin", origin))).AssertProblem(HttpStatusCode.Forbidden, "other web pages");
        }

        Assert.Empty(admin.Room.Commands);
    }

    [Fact]
    public async Task Two_origins_are_not_taken_for_none()
    {
        await using var admin = await Admin.StartAsync();

        var answer = await admin.RawAsync(
            "POST /api/v1/rollouts/fraud-v2/rollback HTTP/1.1", "Host: localhost", "Origin: http://evil.example", "Origin: http://localhost", "Content-Length: 0");

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Empty(admin.Room.Commands);
    }

    [Fact]
    public async Task The_page_of_the_server_itself_is_no_other_page()
    {
        await using var admin = await Admin.StartAsync();

        var answer = await admin.SendAsync(
            HttpMethod.Post, "/api/v1/rollouts/fraud-v2/rollback", null, ("Origin", admin.Uri.GetLeftPart(UriPartial.Authority)));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("fifteen letters")]
    public void An_address_that_can_be_reached_from_outside_needs_a_token(string? token)
    {
        var outside = new AdminOptions(new(IPAddress.Any, 0));

        Assert.Contains("HALDANE_ADMIN_TOKEN", AdminServer.WhyNotListen(outside with { Access = new() { SharedToken = token } }, hasTokens: false), StringComparison.Ordinal);
        Assert.Null(AdminServer.WhyNotListen(outside with { Access = new() { SharedToken = Token } }, hasTokens: false));
        Assert.Null(AdminServer.WhyNotListen(outside, hasTokens: true));
        Assert.Null(AdminServer.WhyNotListen(new(new(IPAddress.IPv6Loopback, 0)), hasTokens: false));
        Assert.NotNull(AdminServer.WhyNotListen(new(new(IPAddress.Loopback, 0)) { Access = new() { Always = true } }, hasTokens: false));
        Assert.Contains("somebody's own", AdminServer.WhyNotListen(outside with { Access = new() { SharedToken = new FakeTokens().Add("ada", Role.Viewer) } }, hasTokens: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_nobody_could_enter_does_not_start()
    {
        var failure = await Assert.ThrowsAsync<FormatException>(() => Admin.StartAsync(new AccessRules { Always = true }));

        Assert.Contains("haldane tokens make", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told()
    {
        await using var admin = await Admin.StartAsync();

        await Assert.ThrowsAsync<IOException>(() => Admin.StartAsync(new AccessRules(), port: admin.Uri.Port));
    }

    [Theory]
    [InlineData($"Bearer {Token}")]
    [InlineData($"bearer  {Token}")]
    public async Task The_right_bearer_is_let_in(string authorization)
    {
        await using var admin = await Admin.StartAsync(Token);

        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync(Models, ("Authorization", authorization))).Status);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/metrics", ("Authorization", authorization), ("Host", "haldane.example"))).Status);
    }

    public static TheoryData<string> Wrong() =>
    [
        "", "Bearer", "Bearer ", "Bearer 0123456789abcdeF", $"Bearer {Token}x", $"Bearer {Token[..^1]}", Token, $"Digest {Token}", $"Token {Token}",
        "Basic", "Basic !!!", Basic(Token), Basic($"ann:{Token}"), $"Bearer {Basic($"ann:{Token}")}",
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Everything_else_is_asked_for_the_token(string authorization)
    {
        await using var admin = await Admin.StartAsync(Token);
        (string, string)[] headers = authorization.Length == 0 ? [] : [("Authorization", authorization)];

        foreach (var path in new[] { Models, "/metrics", "/readyz", "/nothing", "/api/v1/rollouts/fraud-v2/events" })
        {
            var answer = await admin.GetAsync(path, headers);

            answer.AssertProblem(HttpStatusCode.Unauthorized, "send a token as a bearer");
            Assert.Equal("Bearer", answer.Headers["WWW-Authenticate"]);
            AssertSilent(answer);
        }
    }

    [Theory]
    [InlineData("/healthz/")]
    [InlineData("/healthz/../api/v1/models")]
    [InlineData("/healthz%2f..%2fapi%2fv1%2fmodels")]
    [InlineData("//healthz")]
    [InlineData("/api/v1/models;/healthz")]
    public async Task Only_liveness_itself_needs_no_token(string path)
    {
        await using var admin = await Admin.StartAsync(Token);

        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/healthz")).Status);
        Assert.DoesNotContain("\"fraud\"", await admin.RawAsync($"GET {path} HTTP/1.1", "Host: localhost"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_is_in_no_answer()
    {
        await using var admin = await Admin.StartAsync(Token);

        foreach (var path in new[] { Models, "/", "/metrics", "/readyz", "/nothing", $"/api/v1/rollouts/{Token[..4]}" })
        {
            AssertSilent(await admin.GetAsync(path, ("Authorization", $"Bearer {Token}")));
        }
    }

    [Fact]
    public async Task A_token_does_not_open_the_door_for_other_web_pages()
    {
        await using var admin = await Admin.StartAsync(Token);

        var answer = await admin.GetAsync(Models, ("Authorization", $"Bearer {Token}"), ("Origin", "http://evil.example"));

        answer.AssertProblem(HttpStatusCode.Forbidden, "other web pages");
    }

    private static void AssertSilent(Answer answer)
    {
        Assert.DoesNotContain(Token, answer.Text, StringComparison.Ordinal);
        Assert.All(answer.Headers, h => Assert.DoesNotContain(Token, h.Value, StringComparison.Ordinal));
    }

    private static string Basic(string pair) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));
}
