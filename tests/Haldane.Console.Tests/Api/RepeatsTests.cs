using System.Net;
using Haldane.Console.Tests.Fakes;

namespace Haldane.Console.Tests.Api;

/// <summary>A change that is asked for again because its answer was lost is not done twice.</summary>
public sealed class RepeatsTests : IAsyncLifetime
{
    private const string Advance = "/api/v1/rollouts/fraud-v2/advance";
    private const string Body = """{"by":"ann","why":"looks good"}""";

    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task The_same_key_gets_the_same_answer_and_nothing_is_done_again()
    {
        var first = await PostAsync("a");
        var again = await PostAsync("a");
        var other = await PostAsync("b");

        Assert.Equal((first.Status, first.Text), (again.Status, again.Text));
        Assert.Equal(HttpStatusCode.OK, other.Status);
        Assert.Equal(2, _admin.Room.Commands.Count);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        await PostAsync("a");

        (await PostAsync("a", Body.Replace("good", "bad", StringComparison.Ordinal))).AssertProblem(HttpStatusCode.UnprocessableEntity, "was sent before with another body");
        Assert.Single(_admin.Room.Commands);
    }

    [Fact]
    public async Task A_key_is_remembered_for_a_day()
    {
        await PostAsync("a");
        _admin.Time.Pass(TimeSpan.FromHours(25));
        await PostAsync("a");

        Assert.Equal(2, _admin.Room.Commands.Count);
    }

    [Fact]
    public async Task What_could_not_be_done_may_be_asked_again_with_the_same_key()
    {
        _admin.Room.Failure = new Core.Ports.StoreUnavailableException("the store is locked");
        var failed = await PostAsync("a");
        _admin.Room.Failure = null;
        var done = await PostAsync("a");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (failed.Status, done.Status));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    public async Task A_key_is_visible_ascii(string key) => (await PostAsync(key)).AssertProblem(HttpStatusCode.BadRequest, "visible characters of ASCII");

    [Fact]
    public async Task An_answer_that_holds_a_secret_is_not_remembered() =>
        (await _admin.PostAsync("/api/v1/tokens", """{"name":"ann","role":"viewer"}""", ("Idempotency-Key", "a"))).AssertProblem(HttpStatusCode.BadRequest, "is not taken here");

    private Task<Answer> PostAsync(string key, string body = Body) => _admin.PostAsync(Advance, body, ("Idempotency-Key", key));
}
