using System.Net.Http.Json;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests.Dashboard;

/// <summary>What people of each role are offered in a real browser, and what those do who are asked to agree.</summary>
[Collection(Alone.Name)]
public sealed class RoleTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private readonly Workspace _workspace = new();
    private FixedModel _v1 = null!, _v2 = null!;

    public async ValueTask InitializeAsync() => (_v1, _v2) = (await FixedModel.StartAsync(), await FixedModel.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _v1.DisposeAsync();
        await _v2.DisposeAsync();
        _workspace.Dispose();
    }

    public static bool HasBrowser => Browser.IsThere;

    [Fact(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    public async Task Each_role_is_offered_what_it_may_do_and_nothing_else()
    {
        var tokens = await MakeAsync("reporter", "viewer", "operator", "approver", "admin");
        await using var haldane = await StartAsync("{ share: 10%, bake: 1s, approval: {} }, { share: 50%, bake: 10m }");
        await using var callers = new SteadyCallers(haldane.Data);
        (string Role, string[] Actions, string[] Places)[] expected =
        [
            ("viewer", [], ["Overview", "Ledger", "Inventory", "Settings"]),
            ("operator", ["do-pause", "do-rollback"], ["Overview", "Ledger", "Inventory", "Settings"]),
            ("approver", ["do-pause", "do-approve", "do-rollback"], ["Overview", "Ledger", "Inventory", "Settings"]),
            ("admin", ["do-pause", "do-approve", "do-rollback"], ["Overview", "Ledger", "Inventory", "Settings", "Tokens"]),
        ];
        foreach (var (role, actions, places) in expected)
        {
            await using var window = await SignInAsync(haldane, tokens[role]);
            await window.SaysAsync("#rollout-head .hold", "people");
            await window.SaysAsync("#connection", "live");
            Assert.Equal(actions, await window.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('[data-open]')].map(b => b.dataset.open)"));
            Assert.Equal(places, await window.Page.Locator("header nav a").AllTextContentsAsync());
            Assert.Empty(window.Complaints);
        }

        await using var reporter = await SignInAsync(haldane, tokens["reporter"]);
        await reporter.SaysAsync("h1", "Not for you");
        await reporter.SaysAsync("main", "is a reporter; this takes a viewer");
        Assert.Equal("", await reporter.ViolationsAsync());
        Assert.All(reporter.Complaints, complaint => Assert.Contains("403", complaint, StringComparison.Ordinal));
    }

    [Fact(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    public async Task Who_is_asked_agrees_and_sets_a_freeze_aside()
    {
        var tokens = await MakeAsync("approver", "admin");
        await using var haldane = await StartAsync("{ share: 10%, bake: 1s, approval: {} }, { share: 50%, bake: 2s }");
        await using var callers = new SteadyCallers(haldane.Data);
        await using var window = await SignInAsync(haldane, tokens["approver"]);
        await window.SaysAsync("#rollout-head .hold", "people");
        await window.Page.GotoAsync("/");
        await window.SaysAsync("#overview .row[data-urgency=Person]", "people");
        await window.Page.ClickAsync("#overview .row[data-urgency=Person] h2 a");
        using var admin = new HttpClient { BaseAddress = haldane.Admin, DefaultRequestHeaders = { Authorization = new("Bearer", tokens["admin"]) } };
        using var frozen = await admin.PostAsJsonAsync("/api/v1/freezes", new { why = "the weekend" });
        Assert.True(frozen.IsSuccessStatusCode);
        await window.DoAsync("approve", "the figures are good");
        await window.SaysAsync("#records", "the figures are good");
        await window.SaysAsync("#rollout-head .hold", "frozen");
        await window.DoAsync("override", "it mends an outage");
        await window.SaysAsync("#records .record[data-kind=set]", "it mends an outage");
        await window.SaysAsync("#rollout-head .badge", "Promoted");
        await window.Page.ClickAsync("nav >> text=Ledger");
        await window.SaysAsync(".records", "it mends an outage");

        Assert.Empty(window.Complaints);
    }

    private Task<RunningHaldane> StartAsync(string stages) =>
        RunningHaldane.StartAsync(_workspace.WriteRollout(_v1.Address, _v2.Address, stages), _workspace.Store, more: ["--require-token"]);

    private async Task<Browser.Window> SignInAsync(RunningHaldane haldane, string token)
    {
        var window = await browser.OpenAsync(haldane.Admin);
        await window.Page.GotoAsync("/rollouts/fraud-v2");
        await window.SignInAsync(token);
        return window;
    }

    private async Task<Dictionary<string, string>> MakeAsync(params string[] roles)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var role in roles)
        {
            tokens[role] = await _workspace.MakeTokenAsync($"{role}-1", role);
        }

        return tokens;
    }
}
