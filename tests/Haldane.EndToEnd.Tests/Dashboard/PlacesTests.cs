using Haldane.EndToEnd.Tests.Support;
using Microsoft.Playwright;

namespace Haldane.EndToEnd.Tests.Dashboard;

/// <summary>The pages beside the rollouts' own, in a real browser: plans, pairs, tokens, settings, and what there is not.</summary>
[Collection(Alone.Name)]
public sealed class PlacesTests(Browser browser) : IClassFixture<Browser>, IAsyncLifetime
{
    private readonly Workspace _workspace = new();
    private FixedModel _v1 = null!, _v2 = null!;

    public async ValueTask InitializeAsync() => (_v1, _v2) = (await FixedModel.StartAsync(), await FixedModel.StartAsync("fraud"));

    public async ValueTask DisposeAsync()
    {
        await _v1.DisposeAsync();
        await _v2.DisposeAsync();
        _workspace.Dispose();
    }

    public static bool HasBrowser => Browser.IsThere;

    [Fact(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    public async Task A_plan_is_tried_before_it_is_started_and_its_sliders_stand_in_the_address()
    {
        await using var haldane = await StartAsync("{ share: 10%, bake: 1m }, { share: 50%, bake: 1m }", "manual");
        await using var window = await browser.OpenAsync(haldane.Admin);
        var page = window.Page;
        await page.GotoAsync("/rollouts/fraud-v2");
        await page.ClickAsync("text=What this plan would do");
        await window.SaysAsync("h1", "would do");
        await page.FillAsync("[name=rate]", "20");
        await page.Locator("[name=bake]").FillAsync("2");
        await window.SaysAsync("form.sliders output", "2 times");
        await page.ClickAsync("form.sliders button");
        await page.WaitForFunctionAsync("() => location.search.startsWith('?rate=20&bake=2&')");
        await Assertions.Expect(page.Locator(".cases tbody tr").First).ToBeVisibleAsync(new() { Timeout = 60_000 });

        Assert.Equal("20", await page.InputValueAsync("[name=rate]"));
        await ReadAsync(window, "plan");
        Assert.Empty(window.Complaints);
    }

    [Fact(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    public async Task Pairs_of_a_shadow_that_differ_are_found_by_what_differs_and_read_side_by_side()
    {
        // Without a class to predict, the answers are compared as the JSON that they are.
        var file = _workspace.Write("pairs.yaml", $$"""
            apiVersion: haldane.dev/v1
            kind: Model
            metadata: { name: fraud }
            spec:
              protocol: open-inference
              route: { path: "/v2/models/fraud/**" }
              showArm: true
              versions:
                - { name: v1, endpoints: ["{{_v1.Address}}"] }
                - { name: v2, endpoints: ["{{_v2.Address}}"] }
            ---
            apiVersion: haldane.dev/v1
            kind: Rollout
            metadata: { name: fraud-v2 }
            spec:
              model: fraud
              baseline: v1
              canary: v2
              start: auto
              stages: [{ kind: shadow, bake: 10m, rate: 5000/s, keepPairs: 20 }, { share: 50%, bake: 10m }]
              guards: [{ name: errors, signal: error-rate, atMost: { ratio: 2.0 }, floor: 1% }]
            """);
        await using var haldane = await RunningHaldane.StartAsync(file, _workspace.Store);
        await using var window = await browser.OpenAsync(haldane.Admin);
        var page = window.Page;
        await page.GotoAsync("/rollouts/fraud-v2");
        await window.SaysAsync("#rollout-head .badge", "Running");
        await using (new SteadyCallers(haldane.Data, 1))
        {
            for (var i = 0; i < 300 && await page.EvaluateAsync<int>("fetch('/api/v1/rollouts/fraud-v2/pairs').then(r => r.json()).then(p => p.length)") < 10; i++)
            {
                await Task.Delay(50);
            }
        }

        await page.ClickAsync("text=Pairs that differ");
        await window.SaysAsync("#pair-totals", "pairs");
        await page.ClickAsync("nav.choices a:has(code:text('/outputs/0/data/0'))");
        await page.WaitForFunctionAsync("() => location.search.includes('outputs')");
        await ReadAsync(window, "pairs");
        await page.ClickAsync(".pairs tbody a");
        await window.SaysAsync(".diff ins", "fraud");
        await ReadAsync(window, "pair");

        Assert.Empty(window.Complaints);
    }

    [Fact(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    public async Task A_token_is_made_used_and_revoked_and_its_session_ends()
    {
        var file = _workspace.WriteRollout(_v1.Address, _v2.Address, "{ share: 10%, bake: 10m }", "manual");
        var root = await _workspace.MakeTokenAsync("root", "admin");
        await using var haldane = await RunningHaldane.StartAsync(file, _workspace.Store, more: ["--require-token"]);
        await using var window = await browser.OpenAsync(haldane.Admin);
        await SignInAsync(window, root);
        await window.Page.ClickAsync("nav >> text=Tokens");
        await window.Page.FillAsync("[name=name]", "ada");
        await window.Page.SelectOptionAsync("[name=role]", "Operator");
        await window.Page.FillAsync("[name=models]", "a b");
        await window.Page.ClickAsync("text=Make the token");
        await window.SaysAsync("#outcome", "models: wanted are at most");
        Assert.Equal("ada", await window.Page.InputValueAsync("[name=name]"));
        await window.Page.FillAsync("[name=models]", "");
        await window.Page.ClickAsync("text=Make the token");
        await window.SaysAsync("#tokens", "ada");
        await ReadAsync(window, "tokens");

        await using var other = await browser.OpenAsync(haldane.Admin);
        await SignInAsync(other, (await window.Page.TextContentAsync("#made code"))!);
        await other.SaysAsync("#connection", "live");
        Assert.Equal(0, await other.Page.Locator("nav >> text=Tokens").CountAsync());

        var row = window.Page.Locator("#tokens tr", new() { HasText = "ada" });
        await row.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).First.ClickAsync();
        await row.Locator("dialog input").FillAsync("she has left");
        await row.Locator("dialog button[type=submit]").ClickAsync();
        await window.SaysAsync("#outcome", "Done");
        await Assertions.Expect(row).ToHaveCountAsync(0);
        await other.SaysAsync("#connection", "signed out");
        Assert.All(window.Complaints, complaint => Assert.Contains("400", complaint, StringComparison.Ordinal));
        Assert.DoesNotContain("hdn_", (await Terminal.RunAsync("ledger", "show", "--json", "--store", _workspace.Store)).Out, StringComparison.Ordinal);
    }

    [Fact(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    public async Task Every_address_can_be_sent_to_others()
    {
        await using var haldane = await StartAsync("{ share: 10%, bake: 10m }", "auto");
        await using var callers = new SteadyCallers(haldane.Data, 1);
        await using var window = await browser.OpenAsync(haldane.Admin);
        (string Path, string Selector, string Says)[] links =
        [
            ("/?q=fraud&show=Running", "#overview", "fraud-v2"),
            ("/rollouts/fraud-v2#guard-errors", "#guard-errors", "errors"),
            ("/rollouts/fraud-v2/guards/errors", "#verdict", "errors"),
            ("/ledger#record-1", "#record-1", "1"),
            ("/inventory#model-fraud", "#model-fraud", "fraud"),
            ("/settings#freezes", "#freezes", "Nothing is frozen"),
            ("/settings/rollout/fraud-v2", "pre", "kind: Rollout"),
        ];
        foreach (var (path, selector, says) in links)
        {
            await window.Page.GotoAsync(path);
            await window.SaysAsync(selector, says);
            Assert.EndsWith(path, window.Page.Url, StringComparison.Ordinal);
            await ReadAsync(window, path);
        }

        Assert.Empty(window.Complaints);

        await using var lost = await browser.OpenAsync(haldane.Admin);
        foreach (var path in new[] { "/rollouts/nothing", "/nothing", "/settings/rollout/nothing" })
        {
            Assert.Equal(404, (await lost.Page.GotoAsync(path))!.Status);
            await lost.SaysAsync("h1", "Not here");
            await ReadAsync(lost, path);
        }

        Assert.All(lost.Complaints, complaint => Assert.Contains("404", complaint, StringComparison.Ordinal));
    }

    [Fact(Skip = "chromium or axe-core is not installed", SkipUnless = nameof(HasBrowser))]
    public async Task Of_many_models_the_first_come_at_once_and_the_rest_without_being_asked_for()
    {
        var specification = _workspace.WriteRollout(_v1.Address, _v2.Address, "{ share: 10%, bake: 10m }");
        await File.AppendAllTextAsync(specification, string.Concat(Enumerable.Range(1, 40).Select(number => $$"""

            ---
            apiVersion: haldane.dev/v1
            kind: Model
            metadata: { name: quiet-{{number}} }
            spec:
              protocol: open-inference
              route: { path: "/v2/models/quiet-{{number}}/**" }
              versions:
                - { name: v1, endpoints: ["{{_v1.Address}}"] }
            """)), TestContext.Current.CancellationToken);
        await using var haldane = await RunningHaldane.StartAsync(specification, _workspace.Store);
        await using var window = await browser.OpenAsync(haldane.Admin);
        var rows = window.Page.Locator("#overview > .row");

        await window.Page.GotoAsync("/?q=quiet-40");
        await Assertions.Expect(rows).ToHaveCountAsync(41);
        await window.SaysAsync("#connection", "live");
        Assert.Equal(1, await window.Page.Locator("#overview > .row:not([hidden])").CountAsync());
        await ReadAsync(window, "/?q=quiet-40");
        await window.Page.GotoAsync("/ledger");
        await window.Page.ClickAsync("nav >> text=Overview");
        await Assertions.Expect(rows).ToHaveCountAsync(41);
        Assert.Empty(window.Complaints);

        // Where the rest does not come, what is there is followed, and the rest is one click away.
        await using var cut = await browser.OpenAsync(haldane.Admin);
        await cut.Page.RouteAsync("**/rows", route => route.FulfillAsync(new() { Status = 503 }));
        await cut.Page.GotoAsync("/");
        await cut.SaysAsync("#connection", "live");
        Assert.Equal(20, await cut.Page.Locator("#overview > .row").CountAsync());
        await cut.Page.ClickAsync("text=show all");
        await Assertions.Expect(cut.Page.Locator("#overview > .row")).ToHaveCountAsync(41);
    }

    private Task<RunningHaldane> StartAsync(string stages, string start) => RunningHaldane.StartAsync(_workspace.WriteRollout(_v1.Address, _v2.Address, stages, start), _workspace.Store);

    private static async Task SignInAsync(Browser.Window window, string token)
    {
        await window.Page.GotoAsync("/");
        await window.SignInAsync(token);
        await window.SaysAsync("h1", "Models and rollouts");
    }

    // As people with any sight and any device do.
    private static async Task ReadAsync(Browser.Window window, string path)
    {
        Assert.Equal("", await window.ViolationsAsync());
        await window.Page.SetViewportSizeAsync(390, 844);
        Assert.True(await FitsAsync(window.Page), $"{path} is wider than a phone");
        await window.Page.SetViewportSizeAsync(1_300, 900);
    }

    // Charts are drawn anew a moment after the screen has another size.
    private static async Task<bool> FitsAsync(IPage page)
    {
        try
        {
            await page.WaitForFunctionAsync("() => document.documentElement.scrollWidth <= innerWidth", null, new() { Timeout = 5_000 });
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
