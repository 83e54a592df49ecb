using System.Net;
using Haldane.Console.Access;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Access;

namespace Haldane.Console.Tests.Access;

/// <summary>Browsers: the form, the session, what other pages cannot do with it, and who guesses.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private const string RollBack = "/api/v1/rollouts/fraud-v2/rollback";

    private readonly FakeTokens _tokens = new();
    private Admin _admin = null!;
    private string _token = null!;

    public async ValueTask InitializeAsync()
    {
        _tokens.Add("root", Role.Admin);
        _token = _tokens.Add("ada", Role.Operator);
        _admin = await Admin.StartAsync(new AccessRules { Always = true }, _tokens);
    }

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task A_browser_is_led_to_the_form_and_from_there_to_the_page()
    {
        var led = await _admin.GetAsync("/");
        var form = await _admin.GetAsync("/signin");
        var entered = await EnterAsync(_token);
        var page = await _admin.GetAsync("/", ("Cookie", CookieOf(entered)));

        Assert.Equal((HttpStatusCode.Redirect, "/signin"), (led.Status, led.Headers["Location"]));
        Assert.Contains("<form method=\"post\" action=\"/signin\"", form.Text, StringComparison.Ordinal);
        form.AssertSecured();
        Assert.Equal((HttpStatusCode.SeeOther, "/"), (entered.Status, entered.Headers["Location"]));
        Assert.Equal(HttpStatusCode.OK, page.Status);
    }

    [Theory]
    [InlineData("/rollouts/fraud-v2?run=2", "/rollouts/fraud-v2?run=2")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example/", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("", "/")]
    public async Task Who_wanted_a_page_of_ours_gets_it_afterwards(string to, string location)
    {
        var entered = await _admin.SendAsync(HttpMethod.Post, "/signin", new FormUrlEncodedContent([new("token", _token), new("to", to)]));

        Assert.Equal((HttpStatusCode.SeeOther, location), (entered.Status, entered.Headers["Location"]));
    }

    [Fact]
    public async Task A_page_that_was_wanted_stands_in_the_form()
    {
        var led = await _admin.GetAsync("/rollouts/a%22%3E%3Cscript%3E");
        var form = await _admin.GetAsync(led.Headers["Location"]);

        Assert.Contains("<input type=\"hidden\" name=\"to\" value=\"/rollouts/", form.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", form.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_is_for_this_site_and_no_script()
    {
        var cookie = (await EnterAsync(_token)).Headers["Set-Cookie"];

        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(_token, cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_changes_something_only_with_what_its_page_knows()
    {
        var cookie = CookieOf(await EnterAsync(_token));
        var session = (await _admin.GetAsync("/api/v1/session", ("Cookie", cookie))).Json;
        var csrf = session.GetProperty("csrf").GetString()!;

        var without = await _admin.PostAsync(RollBack, "{}", ("Cookie", cookie));
        var wrong = await _admin.PostAsync(RollBack, "{}", ("Cookie", cookie), ("x-haldane-csrf", csrf[..^1]));
        var none = _admin.Room.Commands.Count;
        var right = await _admin.PostAsync(RollBack, "{}", ("Cookie", cookie), ("x-haldane-csrf", csrf));

        Assert.Equal(("ada", "operator", true), (session.GetProperty("name").GetString(), session.GetProperty("role").GetString(), session.GetProperty("proven").GetBoolean()));
        without.AssertProblem(HttpStatusCode.Forbidden, "x-haldane-csrf");
        wrong.AssertProblem(HttpStatusCode.Forbidden, "x-haldane-csrf");
        Assert.Equal((0, HttpStatusCode.OK), (none, right.Status));
        Assert.Equal(["RollBack fraud-v2 by ada"], _admin.Room.Commands);
    }

    [Fact]
    public async Task Another_page_can_use_neither_the_session_nor_the_form()
    {
        var cookie = CookieOf(await EnterAsync(_token));

        (await _admin.GetAsync("/api/v1/models", ("Cookie", cookie), ("Origin", "https://evil.example"))).AssertProblem(HttpStatusCode.Forbidden, "other web pages");
        Assert.Equal(HttpStatusCode.Forbidden, (await EnterAsync(_token, ("Origin", "https://evil.example"))).Status);
    }

    [Fact]
    public async Task A_session_ends_by_signing_out_by_its_time_and_with_its_token()
    {
        var cookies = new[] { await EnterAsync(_token), await EnterAsync(_token), await EnterAsync(_token) }.Select(CookieOf).ToArray();
        var csrf = (await _admin.GetAsync("/api/v1/session", ("Cookie", cookies[0]))).Json.GetProperty("csrf").GetString()!;
        await _admin.PostAsync("/signout", "", ("Cookie", cookies[0]), ("x-haldane-csrf", csrf));

        var signedOut = await SeesAsync(cookies[0]);
        var other = await SeesAsync(cookies[1]);
        _admin.Time.Pass(TimeSpan.FromHours(12));
        var late = await SeesAsync(cookies[1]);
        var fresh = CookieOf(await EnterAsync(_token));
        var before = await SeesAsync(fresh);
        _tokens.Clear();

        Assert.Equal((false, true, false, true, false), (signedOut, other, late, before, await SeesAsync(fresh)));
    }

    [Fact]
    public async Task A_session_that_nobody_has_begun_opens_nothing()
    {
        foreach (var cookie in new[] { "haldane-session=", "haldane-session=x", $"haldane-session={_token}", $"haldane-session={new string('A', 43)}" })
        {
            Assert.False(await SeesAsync(cookie));
        }
    }

    [Fact]
    public async Task A_revoked_token_ends_a_stream_that_it_has_opened()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/rollouts/fraud-v2/events");
        request.Headers.Authorization = new("Bearer", _token);
        using var response = await _admin.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.StartsWith("event:", await reader.ReadLineAsync(), StringComparison.Ordinal);

        _tokens.Clear();
        _admin.Room.Show(Views.Running("fraud-v2", version: 3, points: 4));

        var rest = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("\"version\":3", rest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("token=")]
    [InlineData("token=wrong")]
    [InlineData("other=wrong")]
    public async Task A_wrong_token_is_told_and_opens_nothing(string form)
    {
        var answer = await _admin.SendAsync(HttpMethod.Post, "/signin", new StringContent(form, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Contains("Nobody has this token", answer.Text, StringComparison.Ordinal);
        Assert.False(answer.Headers.ContainsKey("Set-Cookie"));
    }

    [Fact]
    public async Task A_form_that_is_none_or_too_large_is_refused()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await _admin.PostAsync("/signin", """{"token":"x"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await EnterAsync(new string('x', 5_000))).Status);
    }

    [Fact]
    public async Task Who_guesses_has_to_wait_and_is_let_in_again_later()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await _admin.GetAsync("/api/v1/models", ("Authorization", $"Bearer guess{i}"))).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await EnterAsync($"guess{i}")).Status);
        }

        var guess = await _admin.GetAsync("/api/v1/models", ("Authorization", "Bearer guess"));
        var form = await EnterAsync(_token);
        var own = await _admin.GetAsync("/api/v1/models", ("Authorization", $"Bearer {_token}"));
        _admin.Time.Pass(TimeSpan.FromSeconds(6.5));
        var later = await EnterAsync(_token);

        guess.AssertProblem(HttpStatusCode.TooManyRequests, "too many wrong tokens");
        Assert.Equal(("6", HttpStatusCode.TooManyRequests), (guess.Headers["Retry-After"], form.Status));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.SeeOther), (own.Status, later.Status)); // who takes a canary back does not wait for others who guess
    }

    [Fact]
    public async Task Who_is_signed_in_does_not_wait_for_others_who_guess()
    {
        var cookie = CookieOf(await EnterAsync(_token));
        for (var i = 0; i < 12; i++)
        {
            await EnterAsync("guess");
        }

        Assert.True(await SeesAsync(cookie));
    }

    private Task<Answer> EnterAsync(string token, params (string, string)[] headers) =>
        _admin.SendAsync(HttpMethod.Post, "/signin", new FormUrlEncodedContent([new("token", token)]), headers);

    private async Task<bool> SeesAsync(string cookie) => (await _admin.GetAsync("/api/v1/models", ("Cookie", cookie))).Status == HttpStatusCode.OK;

    private static string CookieOf(Answer answer) => answer.Headers["Set-Cookie"].Split(';')[0];
}
