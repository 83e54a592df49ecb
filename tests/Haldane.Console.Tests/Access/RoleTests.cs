using System.Net;
using Haldane.Console.Access;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Access;

namespace Haldane.Console.Tests.Access;

/// <summary>What each role may do, and that nothing is open that nobody thought of.</summary>
public sealed class RoleTests : IAsyncLifetime
{
    private static readonly AccessRules Asking = new() { Always = true };

    private readonly FakeTokens _tokens = new();
    private Admin _admin = null!;
    private string _root = null!;

    public async ValueTask InitializeAsync()
    {
        _root = _tokens.Add("root", Role.Admin);
        _admin = await Admin.StartAsync(Asking, _tokens);
    }

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    // Every endpoint that the server has, and what it takes.
    private static readonly (string Method, string Path, Permissions Needs)[] Endpoints =
    [
        ("GET", "/", Permissions.Read),
        ("GET", "/rollouts/fraud-v2", Permissions.Read),
        ("GET", "/rows", Permissions.Read),
        ("GET", "/rollouts/fraud-v2/numbers", Permissions.Read),
        ("GET", "/rollouts/fraud-v2/records", Permissions.Read),
        ("GET", "/rollouts/fraud-v2/segments", Permissions.Read),
        ("GET", "/rollouts/fraud-v2/guards/errors", Permissions.Read),
        ("GET", "/rollouts/fraud-v2/plan", Permissions.Read),
        ("GET", "/api/v1/rollouts/fraud-v2/plan", Permissions.Read),
        ("GET", "/rollouts/fraud-v2/pairs", Permissions.Read),
        ("GET", "/rollouts/fraud-v2/pairs/7", Permissions.Read),
        ("GET", "/ledger", Permissions.Read),
        ("POST", "/rollouts/fraud-v2/start", Permissions.Operate),
        ("POST", "/rollouts/fraud-v2/retry", Permissions.Operate),
        ("POST", "/rollouts/fraud-v2/pause", Permissions.Operate),
        ("POST", "/rollouts/fraud-v2/resume", Permissions.Operate),
        ("POST", "/rollouts/fraud-v2/advance", Permissions.Operate),
        ("POST", "/rollouts/fraud-v2/rollback", Permissions.Operate),
        ("POST", "/rollouts/fraud-v2/approve", Permissions.Approve),
        ("POST", "/rollouts/fraud-v2/override", Permissions.Approve),
        ("GET", "/api/v1/models", Permissions.Read),
        ("GET", "/api/v1/rollouts", Permissions.Read),
        ("GET", "/api/v1/rollouts/fraud-v2", Permissions.Read),
        ("GET", "/api/v1/rollouts/fraud-v2/course", Permissions.Read),
        ("GET", "/api/v1/rollouts/fraud-v2/segments", Permissions.Read),
        ("GET", "/api/v1/rollouts/fraud-v2/verdicts", Permissions.Read),
        ("GET", "/api/v1/rollouts/fraud-v2/pairs", Permissions.Read),
        ("GET", "/api/v1/rollouts/fraud-v2/report", Permissions.Read),
        ("GET", "/api/v1/rollouts/fraud-v2/report.html", Permissions.Read),
        ("GET", "/api/v1/inventory", Permissions.Read),
        ("GET", "/inventory", Permissions.Read),
        ("GET", "/api/v1/ledger", Permissions.Read),
        ("GET", "/api/v1/ledger/verify", Permissions.Read),
        ("GET", "/api/v1/ledger/heads", Permissions.Read),
        ("GET", "/api/v1/ledger/key", Permissions.Read),
        ("GET", "/api/v1/freezes", Permissions.Read),
        ("GET", "/api/v1/gauges", Permissions.Read),
        ("GET", "/api/v1/evaluators", Permissions.Read),
        ("GET", "/api/v1/processes", Permissions.Read),
        ("GET", "/api/v1/alerts", Permissions.Read),
        ("POST", "/api/v1/alerts", Permissions.Send),
        ("POST", "/api/v1/alerts/x/clear", Permissions.Operate),
        ("GET", "/api/v1/webhooks", Permissions.Read),
        ("GET", "/api/v1/webhooks/x/dead", Permissions.Read),
        ("POST", "/api/v1/webhooks/x/retry", Permissions.Operate),
        ("GET", "/api/v1/specification", Permissions.Read),
        ("GET", "/api/v1/specification/rollout/fraud-v2", Permissions.Read),
        ("POST", "/api/v1/specification", Permissions.Operate),
        ("GET", "/metrics", Permissions.Read),
        ("GET", "/readyz", Permissions.Read),
        ("POST", "/api/v1/rollouts/fraud-v2/start", Permissions.Operate),
        ("POST", "/api/v1/rollouts/fraud-v2/retry", Permissions.Operate),
        ("POST", "/api/v1/rollouts/fraud-v2/pause", Permissions.Operate),
        ("POST", "/api/v1/rollouts/fraud-v2/resume", Permissions.Operate),
        ("POST", "/api/v1/rollouts/fraud-v2/advance", Permissions.Operate),
        ("POST", "/api/v1/rollouts/fraud-v2/rollback", Permissions.Operate),
        ("POST", "/api/v1/rollouts/fraud-v2/approve", Permissions.Approve),
        ("POST", "/api/v1/rollouts/fraud-v2/override", Permissions.Approve),
        ("POST", "/api/v1/freezes", Permissions.Approve),
        ("POST", "/api/v1/freezes/x/lift", Permissions.Approve),
        ("POST", "/api/v1/feedback", Permissions.Send),
        ("POST", "/api/v1/models/x/readings", Permissions.Send),
        ("POST", "/api/v1/judge", Permissions.Send),
        ("POST", "/api/v1/judge/flagger", Permissions.Send),
        ("GET", "/api/v1/tokens", Permissions.Administer),
        ("POST", "/api/v1/tokens", Permissions.Administer),
        ("POST", "/api/v1/tokens/x/revoke", Permissions.Administer),
        ("GET", "/tokens", Permissions.Administer),
        ("POST", "/tokens", Permissions.Administer),
        ("POST", "/tokens/x/revoke", Permissions.Administer),
        ("GET", "/settings", Permissions.Read),
        ("GET", "/settings/rollout/fraud-v2", Permissions.Read),
    ];

    public static TheoryData<Role> Roles => [.. Enum.GetValues<Role>()];

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_role_does_what_it_may_and_nothing_else(Role role)
    {
        var (token, person, wrong) = (_tokens.Add("ada", role), new Person("x") { Role = role }, new List<string>());
        foreach (var (method, path, needs) in Endpoints)
        {
            var (may, done) = (person.May(needs), _admin.Room.Commands.Count);
            var answer = await SendAsync(method, path, token);
            if (may != answer.Status is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized) || (!may && _admin.Room.Commands.Count != done))
            {
                wrong.Add($"{method} {path}: {answer.Status}");
            }
            else if (!may)
            {
                answer.AssertProblem(HttpStatusCode.Forbidden, "ada is a");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Nobody_does_anything_without_a_credential()
    {
        foreach (var (method, path, _) in Endpoints)
        {
            var answer = await SendAsync(method, path, null);
            Assert.True(answer.Status == HttpStatusCode.Unauthorized || (IsPage(path) && answer.Headers["Location"] == (path == "/" ? "/signin" : $"/signin?to={Uri.EscapeDataString(path)}")), $"{method} {path}: {answer.Status}");
        }

        Assert.Empty(_admin.Room.Commands);
    }

    private static bool IsPage(string path) => path is "/" or "/settings" or "/settings/rollout/fraud-v2" or "/tokens" or "/inventory" or "/ledger" or "/rollouts/fraud-v2" or "/rollouts/fraud-v2/guards/errors" or "/rollouts/fraud-v2/plan" or "/rollouts/fraud-v2/pairs" or "/rollouts/fraud-v2/pairs/7";

    [Fact]
    public void The_table_has_every_endpoint_that_asks_for_something()
    {
        string[] open = ["/healthz", "/favicon.ico", "/assets/{digest}/{file}", "/live", "/rollouts/{name}/live", "/rollouts/{name}/guards/{guard}/live", "/rollouts/{name}/pairs/live", "/rollouts/{name}/plan/live", "/settings/live", "/signin", "/signin", "/signout", "/api/v1/session", "/api/v1/openapi.json", "/api/v1/rollouts/{name}/events"];

        var known = Endpoints.Select(e => e.Path.Replace("fraud-v2", "{name}", StringComparison.Ordinal).Replace("/rollout/{name}", "/{kind}/{name}", StringComparison.Ordinal).Replace("/tokens/x", "/tokens/{id}", StringComparison.Ordinal).Replace("/x/", "/{name}/", StringComparison.Ordinal).Replace("/guards/errors", "/guards/{guard}", StringComparison.Ordinal).Replace("/pairs/7", "/pairs/{number:long}", StringComparison.Ordinal));

        Assert.Equal(_admin.Routes.Order(StringComparer.Ordinal), known.Concat(open).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_may_see_some_models_sees_no_others()
    {
        var token = _tokens.Add("ada", Role.Approver, ["chat"]);

        var rollouts = await SendAsync("GET", "/api/v1/rollouts", token);
        var freezes = await SendAsync("GET", "/api/v1/freezes", token);

        Assert.Equal(["chat-v2"], rollouts.Json.EnumerateArray().Select(r => r.GetProperty("rollout").GetProperty("spec").GetProperty("name").GetString()));
        Assert.Equal(0, (await SendAsync("GET", "/api/v1/models", token)).Json.GetArrayLength());
        Assert.Equal(["chat"], (await SendAsync("GET", "/api/v1/inventory", token)).Json.EnumerateArray().Select(e => e.GetProperty("model").GetString()));
        Assert.DoesNotContain("fraud", (await SendAsync("GET", "/inventory", token)).Text, StringComparison.Ordinal);
        Assert.Equal(2, freezes.Json.GetArrayLength());
        foreach (var (method, path, _) in Endpoints.Where(e => e.Path.Contains("fraud-v2", StringComparison.Ordinal)))
        {
            (await SendAsync(method, path, token)).AssertProblem(HttpStatusCode.NotFound, "there is no rollout fraud-v2");
        }

        foreach (var path in new[] { "/metrics", "/api/v1/ledger/verify" })
        {
            (await SendAsync("GET", path, token)).AssertProblem(HttpStatusCode.Forbidden, "ada may see chat only");
        }

        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/api/v1/rollouts/fraud-v2/events", token)).Status);
        Assert.Empty(_admin.Room.Commands);
    }

    [Fact]
    public async Task Who_sends_points_asks_for_no_metrics()
    {
        const string Asks = """{"metrics":[{"name":"errors","baselineQuery":"a","canaryQuery":"b","direction":"lower","fine":"0","bad":"1"}],"window":"10m"}""";

        var reporter = await SendAsync("POST", "/api/v1/judge", _tokens.Add("rita", Role.Reporter), Asks);
        var scoped = await SendAsync("POST", "/api/v1/judge", _tokens.Add("olga", Role.Operator, ["chat"]), Asks);
        var whole = await SendAsync("POST", "/api/v1/judge", _root, Asks);

        reporter.AssertProblem(HttpStatusCode.Forbidden, "but not ask for metrics");
        scoped.AssertProblem(HttpStatusCode.Forbidden, "but not ask for metrics");
        Assert.NotEqual(HttpStatusCode.Forbidden, whole.Status);
    }

    [Fact]
    public async Task Gauges_are_those_of_the_models_of_a_token()
    {
        var scoped = _tokens.Add("rita", Role.Operator, ["chat"]);

        Assert.Equal("chat", Assert.Single((await SendAsync("GET", "/api/v1/gauges", scoped)).Json.EnumerateArray()).GetProperty("model").GetString());
        (await SendAsync("POST", "/api/v1/models/fraud/readings", scoped, "[]")).AssertProblem(HttpStatusCode.NotFound, "there is no model fraud");
        Assert.Empty(_admin.Gauges.Pushed);
    }

    [Fact]
    public async Task Processes_are_those_of_the_models_of_a_token()
    {
        Assert.Equal(
            """[{"model":"chat","version":"v2","phase":"Ready","since":"2026-03-04T12:00:00+00:00","starts":1}]""",
            (await SendAsync("GET", "/api/v1/processes", _tokens.Add("vera", Role.Viewer, ["chat"]))).Text);
    }

    [Fact]
    public async Task Evaluators_are_those_of_the_models_of_a_token()
    {
        var only = Assert.Single((await SendAsync("GET", "/api/v1/evaluators", _tokens.Add("vera", Role.Viewer, ["chat"]))).Json.EnumerateArray());

        Assert.Equal(("grader", 40, 39, 5), (only.GetProperty("evaluator").GetString(), only.GetProperty("baseline").GetProperty("scored").GetInt32(), only.GetProperty("canary").GetProperty("scored").GetInt32(), only.GetProperty("unfit").GetInt32()));
    }

    [Fact]
    public async Task Feedback_is_taken_for_the_models_of_its_token()
    {
        await SendAsync("POST", "/api/v1/feedback", _tokens.Add("labeller", Role.Reporter, ["chat"]), """{"exchange":"x","label":"good"}""");

        Assert.Equal(["chat"], _admin.Room.FeedbackBy!.Models);
    }

    [Theory]
    [InlineData("""{"why":"x"}""", HttpStatusCode.OK)]
    [InlineData("""{"by":"ada","why":"x"}""", HttpStatusCode.OK)]
    [InlineData("""{"by":"ben","why":"x"}""", HttpStatusCode.Forbidden)]
    public async Task Nobody_acts_under_another_name(string body, HttpStatusCode expected)
    {
        var answer = await SendAsync("POST", "/api/v1/rollouts/fraud-v2/pause", _tokens.Add("ada", Role.Operator), body);

        Assert.Equal(expected, answer.Status);
        Assert.Equal(expected == HttpStatusCode.OK ? ["Pause fraud-v2 by ada: x"] : [], _admin.Room.Commands);
    }

    [Fact]
    public async Task A_token_is_made_shown_once_and_revoked()
    {
        var made = await SendAsync("POST", "/api/v1/tokens", _root, """{"name":"anna","role":"viewer","expires":"2027-01-01T00:00:00Z"}""");
        var secret = made.Json.GetProperty("token").GetString()!;
        var seen = await SendAsync("GET", "/api/v1/models", secret);
        var listed = await SendAsync("GET", "/api/v1/tokens", _root);
        await SendAsync("POST", $"/api/v1/tokens/{AccessToken.IdOf(secret)}/revoke", _root);
        var gone = await SendAsync("GET", "/api/v1/models", secret);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Unauthorized), (made.Status, seen.Status, gone.Status));
        Assert.Contains("\"anna\"", listed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret[17..], listed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(AccessToken.HashOf(secret), listed.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"","role":"viewer"}""", "name: wanted is a name")]
    [InlineData("""{"role":"viewer"}""", "name: wanted is a name")]
    [InlineData("""{"name":"a\nb","role":"viewer"}""", "name: wanted is a name")]
    [InlineData("""{"name":"judge","role":"viewer"}""", "judge stands for haldane itself")]
    [InlineData("""{"name":"anna"}""", "role: wanted is one of reporter, viewer, operator, approver, admin")]
    [InlineData("""{"name":"anna","role":"king"}""", "role: wanted is one of")]
    [InlineData("""{"name":"anna","role":"4"}""", "role: wanted is one of")]
    [InlineData("""{"name":"anna","role":"viewer,operator"}""", "role: wanted is one of")]
    [InlineData("""{"name":"anna","role":"viewer","models":["a b"]}""", "models: wanted are")]
    [InlineData("""{"name":"x y","role":"king","groups":["<b>"]}""", "name: wanted is a name of 1 to 100 letters and digits of ASCII, dots, dashes, underscores, +, / and @, beginning with a letter, a digit or /; role: wanted")]
    [InlineData("""{"name":"anna","role":"viewer","secret":"mine"}""", "an object with the fields")]
    [InlineData("""{"name":"anna","role":"viewer","expires":"soon"}""", "an object with the fields")]
    public async Task A_token_that_cannot_be_is_refused(string body, string detail) =>
        (await SendAsync("POST", "/api/v1/tokens", _root, body)).AssertProblem(HttpStatusCode.BadRequest, detail);

    [Theory]
    [InlineData("""{"why":"x","models":["fraud"]}""", null)]
    [InlineData("""{"why":"x"}""", "ada has to do with chat only")]
    [InlineData("""{"why":"x","models":["chat"]}""", "")]
    [InlineData("""{"models":["chat"]}""", "why is missing")]
    [InlineData("""{"why":"x","models":["chat"],"name":"a b"}""", "name: wanted is a name")]
    public async Task A_freeze_is_ordered_for_ones_own_models(string body, string? detail)
    {
        var answer = await SendAsync("POST", "/api/v1/freezes", _tokens.Add("ada", Role.Approver, ["chat"]), body);

        Assert.Equal(detail == "", answer.Status == HttpStatusCode.OK);
        Assert.Contains(detail ?? "ada has to do with chat only", answer.Text, StringComparison.Ordinal);
    }

    private Task<Answer> SendAsync(string method, string path, string? token, string? body = null) => _admin.SendAsync(
        new(method),
        path,
        method == "POST" ? new StringContent(body ?? "{\"why\":\"x\"}", System.Text.Encoding.UTF8, "application/json") : null,
        token is null ? [] : [("Authorization", $"Bearer {token}")]);
}
