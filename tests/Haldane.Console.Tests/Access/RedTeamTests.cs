using System.Net;
using System.Text;
using Haldane.Console.Access;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Access;

namespace Haldane.Console.Tests.Access;

/// <summary>Attempts on the admin port. Each is refused, nothing moves, and no answer tells a secret.</summary>
/// <remarks>What else is tried stands with what it is tried on: smuggled requests and exhausted limits with the data port, forged exchange tokens and floods of labels with feedback.</remarks>
public sealed class RedTeamTests : IAsyncLifetime
{
    private const string RollBack = "/api/v1/rollouts/fraud-v2/rollback";
    private const string Shared = "shared-secret-0123456789";

    private static readonly HttpStatusCode[] Refusals =
    [
        HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.RequestUriTooLong,
        HttpStatusCode.TooManyRequests, HttpStatusCode.RequestHeaderFieldsTooLarge, HttpStatusCode.MisdirectedRequest, HttpStatusCode.Conflict, HttpStatusCode.UnsupportedMediaType,
    ];

    private readonly FakeTokens _tokens = new();
    private readonly Dictionary<string, string> _secrets = [];
    private Admin _admin = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var (name, role, models) in new (string, Role, string[])[]
        {
            ("root", Role.Admin, []), ("olga", Role.Operator, []), ("vera", Role.Viewer, []), ("rita", Role.Reporter, []), ("adam", Role.Approver, []), ("chad", Role.Operator, ["chat"]), ("cleo", Role.Approver, ["chat"]),
            ("cora", Role.Admin, ["chat"]),
        })
        {
            _secrets[name] = _tokens.Add(name, role, [.. models]);
        }

        _admin = await Admin.StartAsync(new AccessRules { SharedToken = Shared }, _tokens);
    }

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    /// <summary>Method, path, whose token (with a dash for none, or the credential itself), body, further headers.</summary>
    public static TheoryData<string, string, string, string, string?, string[]> Attempts => new()
    {
        // No credential, or one that is none.
        { "no token", "POST", RollBack, "-", "{}", [] },
        { "no token, a read", "GET", "/api/v1/rollouts", "-", null, [] },
        { "no token, metrics", "GET", "/metrics", "-", null, [] },
        { "no token, the ledger", "GET", "/api/v1/ledger", "-", null, [] },
        { "no token, tokens", "POST", "/api/v1/tokens", "-", """{"name":"eve","role":"admin"}""", [] },
        { "empty bearer", "POST", RollBack, "Bearer ", "{}", [] },
        { "bearer of the wrong length", "POST", RollBack, "Bearer hdn_00", "{}", [] },
        { "an id without its secret", "POST", RollBack, "Bearer id:olga", "{}", [] },
        { "the hash for the secret", "POST", RollBack, "Bearer hash:olga", "{}", [] },
        { "a secret cut short", "POST", RollBack, "Bearer cut:olga", "{}", [] },
        { "a secret with something behind it", "POST", RollBack, "Bearer long:olga", "{}", [] },
        { "one id, another's secret", "POST", RollBack, "Bearer mixed:olga:vera", "{}", [] },
        { "basic authentication", "POST", RollBack, "Basic cm9vdDpzaGFyZWQtc2VjcmV0LTAxMjM0NTY3ODk=", "{}", [] },
        { "the shared secret in other letters", "POST", RollBack, "Bearer SHARED-SECRET-0123456789", "{}", [] },
        { "the token in the address", "POST", RollBack + "?token=shared-secret-0123456789", "-", "{}", [] },
        { "the token in the body", "POST", RollBack, "-", """{"token":"shared-secret-0123456789"}""", [] },
        { "the token in a cookie", "POST", RollBack, "-", "{}", ["Cookie: haldane-session=shared-secret-0123456789"] },
        { "a session made up", "POST", RollBack, "-", "{}", ["Cookie: haldane-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x-haldane-csrf: A"] },
        { "a proxy's word where there is no proxy", "POST", RollBack, "-", "{}", ["X-Forwarded-User: root", "X-Auth-Request-Email: root", "X-Auth-Request-Groups: admin"] },
        { "two credentials", "POST", RollBack, "-", "{}", ["Authorization: Bearer x", "Authorization: Bearer shared-secret-0123456789"] },

        // The wrong role.
        { "a viewer moves", "POST", RollBack, "vera", "{}", [] },
        { "a viewer labels", "POST", "/api/v1/feedback", "vera", """{"exchange":"x","label":"good"}""", [] },
        { "a viewer tells of an alert", "POST", "/api/v1/alerts", "vera", """{"version":"4","alerts":[]}""", [] },
        { "a reporter reads alerts", "GET", "/api/v1/alerts", "rita", null, [] },
        { "a reporter clears an alert", "POST", "/api/v1/alerts/f00/clear", "rita", """{"why":"x"}""", [] },
        { "a viewer pushes readings", "POST", "/api/v1/models/fraud/readings", "vera", "[]", [] },
        { "a reporter reads gauges", "GET", "/api/v1/gauges", "rita", null, [] },
        { "a reporter reads", "GET", "/api/v1/rollouts", "rita", null, [] },
        { "a reporter reads pairs", "GET", "/api/v1/rollouts/fraud-v2/pairs", "rita", null, [] },
        { "a reporter moves", "POST", "/api/v1/rollouts/fraud-v2/start", "rita", "{}", [] },
        { "an operator approves", "POST", "/api/v1/rollouts/fraud-v2/approve", "olga", """{"why":"x"}""", [] },
        { "an operator overrides", "POST", "/api/v1/rollouts/fraud-v2/override", "olga", """{"why":"x"}""", [] },
        { "an operator freezes", "POST", "/api/v1/freezes", "olga", """{"why":"x"}""", [] },
        { "an operator makes an admin", "POST", "/api/v1/tokens", "olga", """{"name":"olga","role":"admin"}""", [] },
        { "an approver makes an admin", "POST", "/api/v1/tokens", "adam", """{"name":"adam","role":"admin"}""", [] },
        { "an approver revokes", "POST", "/api/v1/tokens/x/revoke", "adam", "{}", [] },
        { "an approver lists tokens", "GET", "/api/v1/tokens", "adam", null, [] },

        // Another model's token.
        { "another model's operator moves", "POST", RollBack, "chad", "{}", [] },
        { "another model's operator reads", "GET", "/api/v1/rollouts/fraud-v2", "chad", null, [] },
        { "another model's operator follows", "GET", "/api/v1/rollouts/fraud-v2/events", "chad", null, [] },
        { "another model's operator reads all", "GET", "/metrics", "chad", null, [] },
        { "another model's operator pushes readings", "POST", "/api/v1/models/fraud/readings", "chad", "[]", [] },
        { "another model's approver approves", "POST", "/api/v1/rollouts/fraud-v2/approve", "cleo", """{"why":"x"}""", [] },
        { "another model's approver freezes all", "POST", "/api/v1/freezes", "cleo", """{"why":"x"}""", [] },
        { "another model's approver freezes both", "POST", "/api/v1/freezes", "cleo", """{"why":"x","models":["chat","fraud"]}""", [] },
        { "a model's admin makes an admin of all", "POST", "/api/v1/tokens", "cora", """{"name":"cora","role":"admin"}""", [] },

        // Another name.
        { "an operator says it is another", "POST", RollBack, "olga", """{"by":"root"}""", [] },
        { "somebody says it is the judge", "POST", RollBack, "Bearer shared", """{"by":"judge"}""", [] },
        { "somebody says it is the gateway, with a blank", "POST", RollBack, "Bearer shared", """{"by":"Gateway "}""", [] },
        { "a token in the judge's name", "POST", "/api/v1/tokens", "root", """{"name":"judge","role":"viewer"}""", [] },

        // Other pages.
        { "another page, without a credential", "POST", RollBack, "-", "{}", ["Origin: https://evil.example"] },
        { "another page, with one", "POST", RollBack, "root", "{}", ["Origin: https://evil.example"] },
        { "a page of a file", "POST", RollBack, "root", "{}", ["Origin: null"] },
        { "a page on another port", "POST", RollBack, "root", "{}", ["Origin: http://127.0.0.1:1"] },
        { "another page signs somebody in", "POST", "/signin", "-", "token=shared-secret-0123456789", ["Origin: https://evil.example"] },

        // Paths.
        { "out of the page's folder", "GET", "/..%2f..%2fetc%2fpasswd", "root", null, [] },
        { "out of a rollout", "GET", "/api/v1/rollouts/..%2f..%2ftokens", "root", null, [] },
        { "a name with nothing in it", "POST", "/api/v1/rollouts/%20/rollback", "root", "{}", [] },
        { "another version of the API", "GET", "/api/v2/rollouts", "root", null, [] },
        { "around the check, with two slashes", "GET", "/api//v1/rollouts", "-", null, [] },
        { "around the check, with a dot", "GET", "/healthz/../api/v1/rollouts", "-", null, [] },
        { "around the check, in other letters", "GET", "/API/V1/ROLLOUTS", "-", null, [] },
        { "a method that is not for it", "DELETE", "/api/v1/rollouts/fraud-v2", "root", null, [] },
        { "a method in a header", "GET", RollBack, "root", null, ["X-HTTP-Method-Override: POST"] },
        { "TRACE", "TRACE", "/api/v1/rollouts", "root", null, [] },

        // Making us connect somewhere: nothing that is asked for names an address.
        { "an endpoint in a command", "POST", "/api/v1/rollouts/fraud-v2/start", "root", """{"endpoint":"http://169.254.169.254/"}""", [] },
        { "a webhook in a freeze", "POST", "/api/v1/freezes", "root", """{"why":"x","webhook":"http://169.254.169.254/"}""", [] },
        { "a query's address in a series", "POST", "/api/v1/judge", "root", """{"prometheus":"http://169.254.169.254/","metrics":[]}""", [] },

        // Bodies.
        { "no JSON", "POST", RollBack, "root", "by=ann", [] },
        { "alerts that are too deep", "POST", "/api/v1/alerts", "root", "deep", [] },
        { "JSON that is too deep", "POST", "/api/v1/feedback", "root", "deep", [] },
        { "a command that is too large", "POST", RollBack, "root", "large", [] },
        { "feedback that is too large", "POST", "/api/v1/feedback", "root", "large", [] },
        { "too many items", "POST", "/api/v1/feedback", "root", "many", [] },
        { "a field that nobody knows", "POST", RollBack, "root", """{"by":"ann","admin":true}""", [] },
        { "a field twice, with another name", "POST", RollBack, "olga", """{"by":"olga","by":"root"}""", [] },
        { "a line break for the log", "POST", RollBack, "Bearer shared", "{\"by\":\"ann\\n2026 info: promoted\"}", [] },
        { "colours for the terminal", "POST", RollBack, "Bearer shared", "{\"why\":\"\\u001b[2J\"}", [] },
        { "a reason without end", "POST", RollBack, "Bearer shared", "reason", [] },
        { "a script for a name", "POST", "/api/v1/tokens", "root", """{"name":"<script>","role":"viewer"}""", [] },
        { "text that is no Unicode", "POST", RollBack, "Bearer shared", "{\"by\":\"\\ud800\"}", [] },
        { "a sign-in without end", "POST", "/signin", "-", "signin", [] },

        // Headers.
        { "a header without end", "GET", "/api/v1/rollouts", "root", null, ["X-Long: long"] },
        { "another host", "GET", "/api/v1/rollouts", "-", null, ["Host: evil.example"] },
    };

    [Theory]
    [MemberData(nameof(Attempts))]
    public async Task An_attempt_is_refused(string name, string method, string path, string whose, string? body, string[] headers)
    {
        using var content = body is null ? null : new StringContent(Expand(body), Encoding.UTF8, path == "/signin" ? "application/x-www-form-urlencoded" : "application/json");
        List<(string, string)> sent = [.. headers.Select(h => (h[..h.IndexOf(':', StringComparison.Ordinal)], h[(h.IndexOf(' ', StringComparison.Ordinal) + 1)..].Replace("long", new string('x', 64_000), StringComparison.Ordinal)))];
        if (whose != "-")
        {
            sent.Add(("Authorization", Credential(whose)));
        }

        Answer answer;
        try
        {
            answer = await _admin.SendAsync(new(method), path, content, [.. sent]);
        }
        catch (HttpRequestException) when (body is "large" or "signin")
        {
            return; // broken off while it was still sending
        }

        Assert.True(Refusals.Contains(answer.Status), $"{name}: answered with {answer.Status}: {answer.Text}");
        Assert.Empty(_admin.Room.Commands);
        Assert.Empty(_admin.Room.Feedback);
        Assert.Equal(8, _tokens.Tokens.Count);
        var told = answer.Text + string.Concat(answer.Headers.Values);
        Assert.All([Shared, .. _secrets.Values.Select(s => s[17..])], secret => Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
        Assert.False(answer.Headers.ContainsKey("Set-Cookie"));
    }

    [Fact]
    public void There_are_more_than_sixty() => Assert.InRange(Attempts.Count, 60, 1_000);

    // A wrong token's first letters must not be answered later or sooner than its last: the medians of many tries of both kinds lie together.
    [Fact]
    public void The_time_of_a_check_tells_nothing_of_the_secret()
    {
        var token = _secrets["olga"];
        string[] wrong = [token[..17] + new string('A', 43), token[..^1] + (token[^1] == 'A' ? 'B' : 'A')];
        var times = new List<double>[] { [], [] };
        for (var i = 0; i < 20_000; i++)
        {
            var which = i % 2;
            var from = TimeProvider.System.GetTimestamp();
            Assert.Null(_tokens.Find(wrong[which]));
            times[which].Add(TimeProvider.System.GetElapsedTime(from).TotalMicroseconds);
        }

        var medians = times.Select(t => t.Order().ElementAt(t.Count / 2)).ToArray();
        Assert.InRange(medians[0] / medians[1], 0.7, 1.4);
    }

    private string Credential(string whose)
    {
        string Secret(string name) => _secrets[name];
        return whose.Split(' ', 2) switch
        {
            [var name] => $"Bearer {Secret(name)}",
            ["Bearer", "shared"] => $"Bearer {Shared}",
            ["Bearer", var made] when made.Split(':') is [var kind, .. var names] && names.Length > 0 => "Bearer " + kind switch
            {
                "id" => AccessToken.IdOf(Secret(names[0])),
                "hash" => AccessToken.HashOf(Secret(names[0])),
                "cut" => Secret(names[0])[..^1],
                "long" => Secret(names[0]) + "x",
                _ => Secret(names[0])[..17] + Secret(names[1])[17..],
            },
            _ => whose,
        };
    }

    private static string Expand(string body) => body switch
    {
        "deep" => new string('[', 10_000) + new string(']', 10_000),
        "large" => $$"""{"why":"{{new string('x', 9 << 20)}}"}""",
        "many" => "[" + string.Join(',', Enumerable.Repeat("{}", 10_001)) + "]",
        "reason" => $$"""{"why":"{{new string('x', 501)}}"}""",
        "signin" => "token=" + new string('x', 100_000),
        _ => body,
    };
}
