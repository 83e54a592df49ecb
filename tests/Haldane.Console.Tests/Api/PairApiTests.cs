using System.Net;
using System.Text.Json.Nodes;
using Haldane.Console.Tests.Fakes;

namespace Haldane.Console.Tests.Api;

public sealed class PairApiTests
{
    private const string Token = "a-secret-of-the-admin-port";

    [Fact]
    public async Task Pairs_that_differ_are_shown_and_kept_by_no_cache()
    {
        await using var admin = await Admin.StartAsync();
        admin.Traffic.Differing = [new() { At = Views.Noon, Request = "{}", Baseline = new(200, 0.25, "legit"), Canary = new(200, null, null), Fields = ["/label"] }];

        var answer = await admin.GetAsync($"/api/v1/rollouts/{admin.Room.Rollouts[0].Rollout.Name}/pairs");

        var pair = JsonNode.Parse(answer.Text)![0]!;
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(("{}", "legit", 0.25, "/label"), ((string)pair["request"]!, (string)pair["baseline"]!["body"]!, (double)pair["baseline"]!["seconds"]!, (string)pair["fields"]![0]!));
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
    }

    [Theory]
    [InlineData("nobody", "there is no rollout nobody")]
    [InlineData(null, "is in no shadow stage")]
    public async Task What_has_no_pairs_says_why(string? name, string why)
    {
        await using var admin = await Admin.StartAsync();

        var answer = await admin.GetAsync($"/api/v1/rollouts/{name ?? admin.Room.Rollouts[0].Rollout.Name}/pairs");

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Contains(why, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_sees_them_without_the_credential()
    {
        await using var admin = await Admin.StartAsync(Token);

        Assert.Equal(HttpStatusCode.Unauthorized, (await admin.GetAsync("/api/v1/rollouts/fraud-v2/pairs")).Status);
    }
}
