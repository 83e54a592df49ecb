using System.Globalization;
using Haldane.EndToEnd.Tests.Support;
using Microsoft.Playwright;

namespace Haldane.EndToEnd.Tests.Dashboard;

/// <summary>Takes pictures of pages on a light, a dark and a narrow screen, and notes what is wrong with them.</summary>
internal sealed class Camera : IAsyncDisposable
{
    // The stream has told what is new, what comes by itself has come, and curves are drawn; a run that began a moment ago has none to draw.
    private const string Quiet = """
        () => document.querySelector('#connection')?.dataset.state !== 'wait'
          && ![...document.querySelectorAll('#segments, #records')].some(n => n.textContent.trim() === 'Loading.')
          && (!document.querySelector('[data-chart=latency]:empty') || performance.now() > 2500)
        """;

    private static readonly string Pictures = Path.Combine(Repository.Root, "artifacts", "screenshots");

    private readonly string _folder;
    private readonly Screen[] _screens;
    private readonly List<string> _mistakes = [];

    private Camera(string folder, Screen[] screens) => (_folder, _screens) = (folder, screens);

    /// <summary>How many pictures were taken.</summary>
    public int Count { get; private set; }

    /// <summary>What the browser complained of, what axe found, and what is wider than a phone.</summary>
    public IReadOnlyList<string> Mistakes => [.. _mistakes, .. _screens.SelectMany(s => s.Mistakes)];

    /// <summary>Opens the windows.</summary>
    public static async Task<Camera> OpenAsync(Browser browser, Uri admin, string story)
    {
        var folder = Path.Combine(Pictures, story);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        return new(folder,
        [
            new("light", await browser.OpenAsync(admin)),
            new("dark", await browser.OpenAsync(admin, ColorScheme.Dark)),
            new("phone", await browser.OpenAsync(admin, width: 390)),
        ]);
    }

    /// <summary>Where the navigation of every page leads to, but for the overview.</summary>
    public async Task<string[]> PlacesAsync()
    {
        await _screens[0].Window.Page.GotoAsync("/");
        return [.. (await LinksAsync("header nav a")).Where(path => path != "/")];
    }

    /// <summary>Takes a page on each screen.</summary>
    public async Task TakeAsync(string moment, string page, string path)
    {
        var found = await Task.WhenAll(_screens.Select(screen => TakeAsync(screen, moment, page, path)));
        _mistakes.AddRange(found.SelectMany(f => f));
        Count += _screens.Length;
    }

    /// <summary>Where links of the page that was taken last lead to, each once.</summary>
    public async Task<string[]> LinksAsync(string selector) =>
        [.. (await _screens[0].Window.Page.Locator(selector).EvaluateAllAsync<string[]>("all => all.map(a => a.getAttribute('href'))")).Distinct()];

    public async ValueTask DisposeAsync()
    {
        foreach (var screen in _screens)
        {
            await screen.Window.DisposeAsync();
        }
    }

    private async Task<List<string>> TakeAsync(Screen screen, string moment, string page, string path)
    {
        var (where, window) = ($"{moment}/{page}-{screen.Name}", screen.Window);
        if (await window.Page.GotoAsync(path) is { Status: 404 })
        {
            screen.Missing++;
        }

        await window.Page.WaitForFunctionAsync(Quiet);
        await window.Page.ScreenshotAsync(new() { Path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{where}.png")), FullPage = true });
        var mistakes = new List<string>();
        if (screen.Name == "phone")
        {
            if (await window.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
            {
                mistakes.Add($"{where}: wider than the screen");
            }
        }
        else if (await window.ViolationsAsync() is { Length: > 0 } violations)
        {
            mistakes.Add($"{where}: {violations}");
        }

        return mistakes;
    }

    private sealed class Screen(string name, Browser.Window window)
    {
        public string Name => name;

        public Browser.Window Window => window;

        /// <summary>Pages that are not there; Chromium complains of each.</summary>
        public int Missing { get; set; }

        public IEnumerable<string> Mistakes => window.Complaints.Where(c => c.Contains("status of 404", StringComparison.Ordinal)).Skip(Missing)
            .Concat(window.Complaints.Where(c => !c.Contains("status of 404", StringComparison.Ordinal))).Select(c => $"{name}: {c}");
    }
}
