using System.Net;
using System.Text.Json.Nodes;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Dashboard;

/// <summary>What a plan would do, as people and programs ask for it.</summary>
public sealed class PlanTests : IAsyncLifetime
{
    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task The_page_shows_the_worst_of_both_kinds_beside_the_promise()
    {
        _admin.Plans.Answer = _admin.Plans.Answer with { Runs = 40, Cases = [Case(null, CaseKind.Fine, 1, 39), Case("errors", CaseKind.Bad, 30, 10) with { Harmed = 123 }, Case("p99", CaseKind.Bad, 40, 0), Case("p99", CaseKind.Bad, 0, 40) with { Segment = "country=MY" }] };

        var page = (await _admin.GetAsync("/rollouts/fraud-v2/plan")).Text;

        Assert.All(new[] { "2.5 %", "25 %", "worse in errors", "promised are at most 1 %", "123", "40 of 100 runs" }, part => Assert.Contains(part, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_asked_stands_in_the_address_also_of_the_stream()
    {
        var page = await _admin.GetAsync("/rollouts/fraud-v2/plan?rate=20&bake=2&margin=1.5&falseRollback=0.02&falsePromotion=0.1");

        Assert.Equal(new(20, 2, 1.5, 0.02, 0.1), _admin.Plans.Asked);
        Assert.Contains("/rollouts/fraud-v2/plan/live?rate=20&amp;bake=2", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/rollouts/fraud-v2/plan")]
    [InlineData("/rollouts/fraud-v2/plan/live")]
    [InlineData("/api/v1/rollouts/fraud-v2/plan")]
    public async Task Mistakes_are_named_all_at_once(string path)
    {
        var answer = await _admin.GetAsync($"{path}?rate=0&bake=99&margin=NaN");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        var detail = (string)JsonNode.Parse(answer.Text)!["detail"]!;
        Assert.All(new[] { "rate is 0", "bake is 99", "margin is" }, part => Assert.Contains(part, detail, StringComparison.Ordinal));
        Assert.Contains("margin is much; wanted is a number", (await _admin.GetAsync($"{path}?margin=much")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_get_the_same_as_json()
    {
        _admin.Plans.Answer = _admin.Plans.Answer with { Runs = 100, Cases = [Case("errors", CaseKind.Bad, 98, 2)] };

        var study = JsonNode.Parse((await _admin.GetAsync("/api/v1/rollouts/fraud-v2/plan?rate=5")).Text)!;

        Assert.True((bool)study["isDone"]!);
        Assert.Equal(2, (int)study["cases"]![0]!["promoted"]!["count"]!);
    }

    private static PlanCase Case(string? guard, CaseKind kind, int back, int up) => new()
    {
        Guard = guard,
        Size = "2 margins",
        Kind = kind,
        RolledBack = new(back, back / (double)(back + up), 0.01, 0.2),
        Promoted = new(up, up / (double)(back + up), 0.1, 0.4),
        CanaryExchanges = 1_000,
        Harmed = 0,
    };
}
