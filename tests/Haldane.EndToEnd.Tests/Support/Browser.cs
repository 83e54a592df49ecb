using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>Debian's Chromium. What a page complains of is a failure of the test that opened it.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";

    private static readonly string Axe = Path.Combine(Repository.Root, "tests", "clients", "node_modules", "axe-core", "axe.min.js");

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    /// <summary>Whether there is one, and what checks its pages.</summary>
    public static bool IsThere => File.Exists(Program) && File.Exists(Axe);

    public async ValueTask InitializeAsync()
    {
        if (!IsThere)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
            _playwright.Dispose();
        }
    }

    /// <summary>Opens a window of its own, with cookies of its own.</summary>
    internal async Task<Window> OpenAsync(Uri admin, ColorScheme scheme = ColorScheme.Light, int width = 1_300)
    {
        var context = await _browser.NewContextAsync(new() { BaseURL = admin.ToString(), ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 } });
        return new(context, await context.NewPageAsync());
    }

    // What Chromium and htmx write when a server that was killed does not answer.
    private static readonly string[] Unreachable = ["ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "network error", "Failed to fetch"];

    /// <summary>A window of the browser.</summary>
    internal sealed class Window : IAsyncDisposable
    {
        private readonly IBrowserContext _context;
        private readonly ConcurrentQueue<string> _complaints = new();

        public Window(IBrowserContext context, IPage page)
        {
            (_context, Page) = (context, page);
            page.SetDefaultTimeout(15_000);
            page.PageError += (_, error) => _complaints.Enqueue(error);
            page.Console += (_, message) =>
            {
                if (message.Type is "error" or "warning" && !Array.Exists(Unreachable, message.Text.Contains))
                {
                    _complaints.Enqueue($"{message.Type}: {message.Text}");
                }
            };
        }

        public IPage Page { get; }

        /// <summary>What the browser complained of so far; that a server which was killed does not answer is no complaint.</summary>
        public IReadOnlyCollection<string> Complaints => [.. _complaints];

        /// <summary>Waits until an element says something.</summary>
        public Task SaysAsync(string selector, string text) => Assertions.Expect(Page.Locator(selector).First).ToContainTextAsync(text, new() { Timeout = 20_000 });

        /// <summary>Signs in where a page has led to the form.</summary>
        public async Task SignInAsync(string token)
        {
            await Page.FillAsync("#token", token);
            await Page.ClickAsync("button[type=submit]");
        }

        /// <summary>Does what a button of the rollout's page offers, with a reason.</summary>
        public async Task DoAsync(string verb, string why)
        {
            await Page.ClickAsync($"[data-open=do-{verb}]");
            await Page.FillAsync($"#do-{verb}-why", why);
            await Page.ClickAsync($"#do-{verb} button[type=submit]");
        }

        /// <summary>What axe finds wrong for who cannot see, hear or point well.</summary>
        public async Task<string> ViolationsAsync()
        {
            // A page must not run scripts of others; the checker comes by the debugger.
            await Page.EvaluateAsync(await File.ReadAllTextAsync(Axe));
            var found = await Page.EvaluateAsync<JsonElement>("() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }).then(r => r.violations.map(v => `${v.id}: ${v.nodes[0].html} ${v.nodes[0].failureSummary}`))");
            return string.Join('\n', found.EnumerateArray());
        }

        public async ValueTask DisposeAsync() => await _context.DisposeAsync();
    }
}
