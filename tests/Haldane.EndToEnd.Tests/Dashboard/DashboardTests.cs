using Haldane.EndToEnd.Tests.Support;
using Microsoft.Playwright;

namespace Haldane.EndToEnd.Tests.Dashboard;

/// <summary>The dashboard in a real browser, of a real server, with real callers.</summary>
[Collection(Alone.Name)]
public sealed class DashboardTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
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
    public async Task A_rollout_is_followed_from_its_start_to_promotion_without_a_reload()
    {
        await using var haldane = await StartAsync("{ share: 10%, bake: 2s }, { share: 50%, bake: 2s }");
        await using var callers = new SteadyCallers(haldane.Data);
        await using var window = await browser.OpenAsync(haldane.Admin);
        var page = window.Page;
        await page.GotoAsync("/");
        await page.EvaluateAsync("window.mark = 1");

        await page.ClickAsync("#overview a");
        await window.SaysAsync("#connection", "live");
        await window.DoAsync("start", "a try");
        await window.SaysAsync("#rollout-head .badge", "Running");
        await window.SaysAsync("#rollout-head .share-now", "50%");
        await window.SaysAsync("#rollout-head .badge", "Promoted");
        await window.SaysAsync("#records", "promoted");
        await Assertions.Expect(page.Locator("[data-chart=latency] canvas")).ToBeVisibleAsync();
        await Assertions.Expect(page).ToHaveTitleAsync("0% fraud-v2 - Haldane");
        await page.ClickAsync("nav >> text=Overview");
        await window.SaysAsync("#overview .badge", "Promoted");

        Assert.Equal(1, await page.EvaluateAsync<int>("window.mark"));
        Assert.Empty(window.Complaints);
    }

    [Fact(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    public async Task Each_action_asks_first_and_stands_in_the_ledger_with_its_reason()
    {
        await using var haldane = await StartAsync("{ share: 10%, bake: 10m }, { share: 50%, bake: 10m }");
        await using var window = await browser.OpenAsync(haldane.Admin);
        var page = window.Page;
        await page.GotoAsync("/rollouts/fraud-v2");
        await window.DoAsync("start", "");
        await window.SaysAsync("#rollout-head .badge", "Running");
        await page.ClickAsync("[data-open=do-rollback]");
        await page.ClickAsync("#do-rollback [data-close]");
        await window.DoAsync("pause", "lunch & <b>more</b>");
        await window.SaysAsync("#rollout-head .hold", "paused");
        await window.SaysAsync("#outcome", "Done");
        await window.DoAsync("resume", "");
        await window.DoAsync("advance", "it looks good");
        await window.SaysAsync("#rollout-head .share-now", "50%");
        await page.GotoAsync("/");
        await page.ClickAsync("#overview a.danger");
        await page.FillAsync("#do-rollback-why", "it did not");
        await page.ClickAsync("#do-rollback button[type=submit]");
        await window.SaysAsync("#rollout-head .badge", "Rolled back");
        await window.DoAsync("retry", "");
        await window.SaysAsync("#rollout-head .facts", "Run 2 began");

        var ledger = (await Terminal.RunAsync("ledger", "show", "--json", "--admin", haldane.Admin.ToString())).Out;
        Assert.All(new[] { "paused", "resumed", "it looks good", "it did not" }, word => Assert.Contains(word, ledger, StringComparison.Ordinal));
        Assert.Equal(0, await page.Locator("#records b b").CountAsync());
        Assert.Empty(window.Complaints);
    }

    [Fact(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    public async Task What_somebody_has_opened_stays_open_while_the_page_goes_on()
    {
        await using var haldane = await StartAsync("{ share: 50%, bake: 10m }");
        await using var callers = new SteadyCallers(haldane.Data);
        await using var window = await browser.OpenAsync(haldane.Admin);
        await window.Page.GotoAsync("/rollouts/fraud-v2");
        await window.DoAsync("start", "");
        foreach (var summary in new[] { ".harmed summary", ".actions .terminal summary", "[aria-labelledby=guards-title] summary" })
        {
            await window.Page.ClickAsync(summary);
        }

        for (var change = 0; change < 3; change++)
        {
            var seen = await window.Page.Locator("#reach dd").First.InnerTextAsync();
            await Assertions.Expect(window.Page.Locator("#reach dd").First).Not.ToHaveTextAsync(seen);
        }

        Assert.Equal(3, await window.Page.Locator("details[open]").CountAsync());
        Assert.Empty(window.Complaints);
    }

    [Fact(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    public async Task A_page_says_that_it_is_old_and_goes_on_when_the_server_is_back()
    {
        var haldane = await StartAsync("{ share: 10%, bake: 10m }");
        await using var window = await browser.OpenAsync(haldane.Admin);
        try
        {
            await window.Page.GotoAsync("/rollouts/fraud-v2");
            await window.DoAsync("start", "");
            await window.SaysAsync("#rollout-head .badge", "Running");
            await haldane.KillAsync();
            await window.SaysAsync("#connection", "stale since");
            await window.SaysAsync("#notice", "The gateway may still serve traffic");
            var (file, admin) = (_workspace.Path("rollout.yaml"), haldane.Admin.Authority);
            await haldane.DisposeAsync();
            haldane = await RunningHaldane.StartAsync(file, _workspace.Store, admin);

            await window.SaysAsync("#connection", "live");
            await Assertions.Expect(window.Page.Locator("#notice")).ToBeHiddenAsync();
            await window.DoAsync("pause", "after the restart");
            await window.SaysAsync("#rollout-head .hold", "paused");
            Assert.Empty(window.Complaints);
        }
        finally
        {
            await haldane.DisposeAsync();
        }
    }

    [Fact(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    public async Task Who_has_to_sign_in_comes_to_the_page_and_does_what_the_role_allows()
    {
        var file = Write("{ share: 10%, bake: 10m }");
        var root = await _workspace.MakeTokenAsync("root", "admin");
        var viewer = await _workspace.MakeTokenAsync("vera", "viewer");
        await using var haldane = await RunningHaldane.StartAsync(file, _workspace.Store, more: ["--require-token"]);

        await using (var window = await browser.OpenAsync(haldane.Admin))
        {
            await window.Page.GotoAsync("/rollouts/fraud-v2");
            await window.SignInAsync(viewer);
            await window.SaysAsync("h1", "fraud-v2");
            await window.SaysAsync(".who", "vera, a viewer");
            await window.SaysAsync("#connection", "live");
            await window.SaysAsync("#actions", "takes an operator");
            Assert.Equal(0, await window.Page.Locator("[data-open]").CountAsync());
            Assert.Empty(window.Complaints);
        }

        await using var other = await browser.OpenAsync(haldane.Admin);
        await other.Page.GotoAsync("/rollouts/fraud-v2");
        await other.SignInAsync(root);
        await other.SaysAsync("#connection", "live");
        await other.DoAsync("start", "by session");
        await other.SaysAsync("#rollout-head .facts", "by root");
        await other.Page.ClickAsync(".who button");
        await other.SaysAsync("#connection", "signed out");
        Assert.DoesNotContain(root, await other.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Theory(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    [InlineData("light", 1_300)]
    [InlineData("dark", 1_300)]
    [InlineData("light", 400)]
    public async Task Every_page_can_be_read_by_everyone(string scheme, int width)
    {
        await using var haldane = await StartAsync("{ share: 10%, bake: 1m }, { share: 50%, bake: 1m }", "auto");
        await using var callers = new SteadyCallers(haldane.Data);
        await using var window = await browser.OpenAsync(haldane.Admin, scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light, width);
        foreach (var path in new[] { "/rollouts/fraud-v2", "/", "/rollouts/fraud-v2/guards/errors", "/ledger", "/inventory", "/signin" })
        {
            await window.Page.GotoAsync(path);
            if (path == "/rollouts/fraud-v2")
            {
                await window.SaysAsync("#segments", "no segments");
            }

            if (path is "/" or "/rollouts/fraud-v2")
            {
                await window.SaysAsync("#connection", "live");
            }

            Assert.Equal("", await window.ViolationsAsync());
            Assert.True(await window.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{path} is wider than {width}");
        }

        Assert.Empty(window.Complaints);
    }

    private string Write(string stages, string start = "manual") => _workspace.WriteRollout(_v1.Address, _v2.Address, stages, start);

    private Task<RunningHaldane> StartAsync(string stages, string start = "manual") => RunningHaldane.StartAsync(Write(stages, start), _workspace.Store);
}
