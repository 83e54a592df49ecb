using System.Net;
using Haldane.Console.Access;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Access;
using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Dashboard;

/// <summary>Tokens and settings as pages, and what people see who may not, or who ask for what is not there.</summary>
public sealed class SettingsTests : IAsyncLifetime
{
    private static readonly (string, string) Browser = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    private readonly FakeTokens _tokens = new();
    private Admin _admin = null!;
    private string _root = null!;

    public async ValueTask InitializeAsync()
    {
        _root = _tokens.Add("root", Role.Admin);
        _admin = await Admin.StartAsync(new AccessRules { Always = true }, _tokens);
    }

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task A_token_is_made_shown_once_and_revoked()
    {
        var made = await PostAsync("/tokens", _root, ("name", "ada"), ("role", "Operator"), ("models", "fraud, chat"), ("groups", ""), ("days", "90"), ("why", "she is on call"));
        var ada = _tokens.Tokens.Single(t => t.Name == "ada");
        var secret = made.Text.Split("data-copy=\"")[1].Split('"')[0];
        var page = await GetAsync("/tokens", _root);
        var revoked = await PostAsync($"/tokens/{ada.Id}/revoke", _root, ("why", ""));

        Assert.Equal((Role.Operator, "fraud, chat", _admin.Time.GetUtcNow().AddDays(90)), (ada.Role, ada.Models.Said(), ada.Expires));
        Assert.StartsWith($"hdn_{ada.Id}_", secret, StringComparison.Ordinal);
        Assert.Contains("hx-target=\"#tokens\"", made.Text, StringComparison.Ordinal);
        Assert.Contains(ada.Id, page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, page.Text, StringComparison.Ordinal);
        Assert.StartsWith("Done: ", revoked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_tokens.Tokens, t => t.Name == "ada");
        Assert.Null(_tokens.Find(secret));
    }

    [Theory]
    [InlineData("name", "judge", "stands for haldane itself")]
    [InlineData("role", "king", "role: wanted is one of")]
    [InlineData("days", "0", "days: wanted is a number from 1 to 3,650")]
    [InlineData("days", "soon", "days: wanted is a number from 1 to 3,650")]
    [InlineData("models", "a b", "models: wanted are at most")]
    [InlineData("why", "one\ntwo", "why: wanted is a text")]
    public async Task A_token_with_a_mistake_is_not_made(string field, string value, string says)
    {
        var asked = new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = "ada", ["role"] = "viewer", [field] = value };

        var answer = await PostAsync("/tokens", _root, [.. asked.Select(f => (f.Key, f.Value))]);

        answer.AssertProblem(HttpStatusCode.BadRequest, says);
        Assert.DoesNotContain(_tokens.Tokens, t => t.Name == "ada");
    }

    [Fact]
    public async Task Who_may_not_open_a_page_is_not_led_to_it_and_is_told_why()
    {
        var vera = _tokens.Add("vera", Role.Viewer);

        var (overview, tokens) = (await GetAsync("/", vera), await GetAsync("/tokens", vera));

        Assert.Contains("href=\"/settings\"", overview.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"/tokens\"", overview.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, tokens.Status);
        Assert.Contains("<h1>Not for you</h1>", tokens.Text, StringComparison.Ordinal);
        Assert.Contains("vera is a viewer; this takes an admin.", tokens.Text, StringComparison.Ordinal);
        tokens.AssertSecured();
    }

    [Theory]
    [InlineData("/nothing", HttpStatusCode.NotFound, "Not here")]
    [InlineData("/rollouts/nothing", HttpStatusCode.NotFound, "There is no rollout nothing.")]
    [InlineData("/rollouts/fraud-v2/pairs?by=chance", HttpStatusCode.BadRequest, "by: wanted is time or size; show: wanted is all.")]
    [InlineData("/rollouts/fraud-v2/pairs?show=some", HttpStatusCode.BadRequest, "show: wanted is all.")]
    [InlineData("/settings/rollout/nothing", HttpStatusCode.NotFound, "There is no rollout nothing.")]
    [InlineData("/settings/tree/oak", HttpStatusCode.NotFound, "There is no tree oak.")]
    public async Task A_browser_gets_a_page_that_says_what_is_wrong_and_a_program_its_detail(string path, HttpStatusCode status, string says)
    {
        var page = await GetAsync(path, _root);
        var problem = await _admin.GetAsync(path, ("Authorization", $"Bearer {_root}"));
        var piece = await _admin.GetAsync(path, ("Authorization", $"Bearer {_root}"), Browser, ("HX-Request", "true"));

        Assert.Equal((status, "text/html; charset=utf-8"), (page.Status, page.Headers["Content-Type"]));
        Assert.Contains(says, page.Text, StringComparison.Ordinal);
        Assert.Contains("root, an admin", page.Text, StringComparison.Ordinal);
        page.AssertSecured();
        Assert.All([problem, piece], answer => answer.AssertProblem(status, ""));
    }

    [Fact]
    public async Task A_store_that_is_down_is_told_on_a_page()
    {
        _admin.Reports.Failure = new StoreUnavailableException("the disk is gone");

        var page = await GetAsync("/inventory", _root);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "2"), (page.Status, page.Headers["Retry-After"]));
        Assert.Contains("<h1>Not now</h1>", page.Text, StringComparison.Ordinal);
        Assert.Contains("The disk is gone.", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_settings_say_how_all_stands()
    {
        var page = (await GetAsync("/settings", _root)).Text;

        string[] parts = ["<code>abc</code>", "href=\"/settings/rollout/fraud-v2\"", "data-hx-sse:connect=\"/settings/live?since=", "https://hooks.example.com", "id=\"processes\"", "id=\"evaluators\"", "id=\"gauges\"", "id=\"alerts\"", "id=\"freezes\""];
        Assert.All(parts, part => Assert.Contains(part, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_may_see_some_models_sees_no_settings_of_others()
    {
        var chat = _tokens.Add("cleo", Role.Admin, ["chat"]);

        var (page, document) = ((await GetAsync("/settings", chat)).Text, await GetAsync("/settings/rollout/fraud-v2", chat));

        Assert.DoesNotContain("fraud", page, StringComparison.Ordinal);
        Assert.Contains("/settings/rollout/chat-v2", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, document.Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/tokens", chat)).Status);
    }

    private Task<Answer> GetAsync(string path, string token) => _admin.GetAsync(path, ("Authorization", $"Bearer {token}"), Browser);

    private Task<Answer> PostAsync(string path, string token, params (string Name, string Value)[] fields) => _admin.SendAsync(
        HttpMethod.Post, path, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))), ("Authorization", $"Bearer {token}"), ("HX-Request", "true"));
}
