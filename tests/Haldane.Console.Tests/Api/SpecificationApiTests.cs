using System.Net;
using System.Text;
using Haldane.Console.Access;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Specification.Changes;

namespace Haldane.Console.Tests.Api;

/// <summary>The specification over the wire.</summary>
public sealed class SpecificationApiTests : IAsyncLifetime
{
    private const string Path = "/api/v1/specification";

    private readonly FakeTokens _tokens = new();
    private Admin _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _tokens.Add("root", Role.Admin);
        _admin = await Admin.StartAsync(new AccessRules { Always = true }, _tokens);
    }

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task It_is_listed_with_its_revision_and_only_to_whoever_has_not_got_it()
    {
        var listed = await GetAsync(Path, Role.Viewer);
        var known = await GetAsync(Path, Role.Viewer, ("If-None-Match", "W/\"x\", \"abc\""));

        Assert.Equal((HttpStatusCode.OK, "\"abc\"", "abc"), (listed.Status, listed.Headers["ETag"], listed.Json.GetProperty("revision").GetString()));
        Assert.Equal(5, listed.Json.GetProperty("documents").GetArrayLength());
        Assert.Equal((HttpStatusCode.NotModified, ""), (known.Status, known.Text));
    }

    [Fact]
    public async Task A_document_is_given_as_it_was_written()
    {
        var given = await GetAsync($"{Path}/rollout/fraud-v2", Role.Viewer);
        var unknown = await GetAsync($"{Path}/rollout/nope", Role.Viewer);

        Assert.Equal((HttpStatusCode.OK, "application/yaml; charset=utf-8", "kind: Rollout # fraud-v2\n"), (given.Status, given.Headers["Content-Type"], given.Text));
        unknown.AssertProblem(HttpStatusCode.NotFound, "there is no rollout nope");
    }

    [Fact]
    public async Task Whoever_has_to_do_with_one_model_sees_what_is_about_that_one()
    {
        var token = _tokens.Add("cleo", Role.Viewer, ["chat"]);

        var listed = await _admin.GetAsync(Path, ("Authorization", $"Bearer {token}"));
        var other = await _admin.GetAsync($"{Path}/model/fraud", ("Authorization", $"Bearer {token}"));
        var all = await _admin.GetAsync($"{Path}/policy/all", ("Authorization", $"Bearer {token}"));

        Assert.Equal(["chat", "chat-v2"], listed.Json.GetProperty("documents").EnumerateArray().Select(d => d.GetProperty("name").GetString()));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (other.Status, all.Status));
    }

    [Fact]
    public async Task A_change_is_asked_for_as_it_was_sent()
    {
        var answer = await PostAsync(
            """{"files":[{"name":"a.yaml","text":"kind: Rollout"}],"remove":[{"kind":"model","name":"chat"}],"prune":true,"moveTraffic":true,"dryRun":true,"why":"because"}""", ("If-Match", "\"abc\""));

        var (order, by) = Assert.Single(_admin.Specifications.Asked);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(("olga", "because", "abc"), (by.Name, order.Why, order.Revision));
        Assert.Equal((true, true, true), (order.Prune, order.MayMoveTraffic, order.IsDryRun));
        Assert.Equal(new DocumentId("Model", "chat"), Assert.Single(order.Remove));
        Assert.Equal(("a.yaml", "kind: Rollout"), (order.Sources[0].Name, Encoding.UTF8.GetString(order.Sources[0].Content.Span)));
        Assert.Equal(("Applied", "done", "abd"), (answer.Json.GetProperty("outcome").GetString(), answer.Json.GetProperty("message").GetString(), answer.Json.GetProperty("revision").GetString()));
    }

    [Theory]
    [InlineData(ChangeOutcome.Invalid, HttpStatusCode.UnprocessableEntity)]
    [InlineData(ChangeOutcome.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData(ChangeOutcome.MovesTraffic, HttpStatusCode.Conflict)]
    [InlineData(ChangeOutcome.Stale, HttpStatusCode.PreconditionFailed)]
    [InlineData(ChangeOutcome.NotFound, HttpStatusCode.NotFound)]
    public async Task What_was_not_done_says_why_with_all_of_the_report(ChangeOutcome outcome, HttpStatusCode status)
    {
        _admin.Specifications.Report = new(outcome, "no", "abc") { Errors = [new("a.yaml", 3, 4, "spec.share", "found x")] };

        var answer = await PostAsync("""{"files":[{"name":"a.yaml","text":"x"}]}""");

        answer.AssertProblem(status, "no");
        Assert.Equal(3, answer.Json.GetProperty("report").GetProperty("errors")[0].GetProperty("line").GetInt32());
    }

    [Theory]
    [InlineData("", "files and remove are empty")]
    [InlineData("""{"files":[{"name":"a.yaml"}]}""", "wanted of each is \"name\"")]
    [InlineData("""{"files":[{"name":"a\nb","text":""}]}""", "wanted of each is \"name\"")]
    [InlineData("""{"remove":[{"kind":"Secret","name":"a"}]}""", "one of Model, Rollout, Policy, Webhook")]
    [InlineData("""{"files":[{"name":"a.yaml","text":"","path":"/etc/passwd"}]}""", "the body must be empty, or an object with the fields")]
    [InlineData("""{"force":true}""", "the body must be empty, or an object with the fields")]
    public async Task What_is_no_change_is_said_to_be_none(string body, string detail)
    {
        (await PostAsync(body)).AssertProblem(HttpStatusCode.BadRequest, detail);
        Assert.Empty(_admin.Specifications.Asked);
    }

    private Task<Answer> GetAsync(string path, Role role, params (string Name, string Value)[] headers) =>
        _admin.GetAsync(path, [("Authorization", $"Bearer {_tokens.Add("vera", role)}"), .. headers]);

    private Task<Answer> PostAsync(string body, params (string Name, string Value)[] headers) =>
        _admin.PostAsync(Path, body, [("Authorization", $"Bearer {_tokens.Add("olga", Role.Operator)}"), .. headers]);
}
