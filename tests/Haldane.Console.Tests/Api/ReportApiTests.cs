using System.Net;
using System.Text.Json;
using Haldane.Console.Reports;
using Haldane.Console.Tests.Fakes;
using Haldane.Core.Ports;
using Haldane.Core.Reports;

namespace Haldane.Console.Tests.Api;

public sealed class ReportApiTests : IAsyncLifetime
{
    private Admin _admin = null!;

    public async ValueTask InitializeAsync() => _admin = await Admin.StartAsync();

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public async Task A_pack_comes_as_JSON_and_as_the_same_page()
    {
        var json = await _admin.GetAsync("/api/v1/rollouts/fraud-v2/report?run=1");
        var page = await _admin.GetAsync("/api/v1/rollouts/fraud-v2/report.html");

        var pack = JsonSerializer.Deserialize(json.Text, ReportJson.Default.EvidencePack)!;
        Assert.Equal(PackPage.Write(pack), page.Text);
        Assert.Equal("text/html; charset=utf-8", page.Headers["Content-Type"]);
        Assert.Null(_admin.Reports.Run);
        json.AssertSecured();
        page.AssertSecured();
    }

    [Fact]
    public async Task The_page_may_use_its_own_style_and_nothing_else()
    {
        var page = await _admin.GetAsync("/api/v1/rollouts/fraud-v2/report.html");

        Assert.StartsWith("default-src 'none'; style-src 'sha256-", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.EndsWith("frame-ancestors 'none'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/rollouts/nope/report", HttpStatusCode.NotFound, "there is no rollout nope")]
    [InlineData("/api/v1/rollouts/fraud-v2/report?run=x", HttpStatusCode.BadRequest, "run is x; wanted is the number of a run")]
    [InlineData("/api/v1/rollouts/fraud-v2/report.html?run=-1", HttpStatusCode.BadRequest, "run is -1")]
    public async Task What_cannot_be_is_refused(string path, HttpStatusCode status, string detail) => (await _admin.GetAsync(path)).AssertProblem(status, detail);

    [Fact]
    public async Task A_desk_that_is_busy_says_when_to_ask_again()
    {
        _admin.Reports.Outcome = new(null, PackOutcomeKind.Busy, "another pack is being made");

        var answer = await _admin.GetAsync("/api/v1/rollouts/fraud-v2/report");

        answer.AssertProblem(HttpStatusCode.ServiceUnavailable, "another pack is being made");
        Assert.Equal("30", answer.Headers["Retry-After"]);
    }

    [Fact]
    public async Task What_cannot_be_made_a_pack_of_is_a_conflict()
    {
        _admin.Reports.Outcome = new(null, PackOutcomeKind.Unreadable, "there can be no pack of run 1");

        (await _admin.GetAsync("/api/v1/rollouts/fraud-v2/report.html")).AssertProblem(HttpStatusCode.Conflict, "there can be no pack of run 1");
    }

    [Theory]
    [InlineData("/api/v1/rollouts/fraud-v2/report")]
    [InlineData("/api/v1/inventory")]
    [InlineData("/inventory")]
    public async Task A_store_that_is_down_is_told(string path)
    {
        _admin.Reports.Failure = new StoreUnavailableException("the disk is gone");

        (await _admin.GetAsync(path)).AssertProblem(HttpStatusCode.ServiceUnavailable, "the disk is gone");
    }

    [Fact]
    public async Task The_inventory_is_a_page_and_JSON()
    {
        _admin.Reports.Entries.Add(_admin.Reports.Entries[0] with { Model = "<b>odd</b>", Owner = null, Rollout = null, Changed = null });

        var json = await _admin.GetAsync("/api/v1/inventory");
        var page = await _admin.GetAsync("/inventory");

        Assert.Equal(["fraud", "chat", "<b>odd</b>"], json.Json.EnumerateArray().Select(e => e.GetProperty("model").GetString()));
        Assert.Contains("&lt;b&gt;odd&lt;/b&gt;", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>odd", page.Text, StringComparison.Ordinal);
        Assert.Contains("/api/v1/rollouts/fraud-v2/report.html", page.Text, StringComparison.Ordinal);
        page.AssertSecured();
    }
}
