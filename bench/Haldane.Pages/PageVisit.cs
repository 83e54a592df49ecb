using System.Text.Json;
using Microsoft.Playwright;

namespace Haldane.Pages;

/// <summary>What it took to open a page once.</summary>
/// <param name="Load">From the start of the navigation to the end of the load event, ms.</param>
/// <param name="Largest">To the largest piece of content, ms; not a number where the browser names none.</param>
/// <param name="Chart">To the first chart, ms; not a number where the page has none.</param>
/// <param name="Bytes">That came over the wire in all, heads of answers included, until the page had settled.</param>
internal sealed record PageVisit(double Load, double Largest, double Chart, double Bytes)
{
    // What comes by the stream at once, and what is asked for after the load event.
    private static readonly TimeSpan Settles = TimeSpan.FromMilliseconds(250);

    private const string Watch = """
        (() => {
          window.seen = { largest: null, chart: null };
          new PerformanceObserver(list => { window.seen.largest = list.getEntries().at(-1).startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
          new MutationObserver((_, observer) => {
            if (document.querySelector('[data-chart] canvas')) {
              observer.disconnect();
              requestAnimationFrame(() => setTimeout(() => { window.seen.chart = performance.now(); }));
            }
          }).observe(document, { subtree: true, childList: true });
        })()
        """;

    private const string Read = "() => { const n = performance.getEntriesByType('navigation')[0]; return [n.loadEventEnd - n.startTime, window.seen.largest, window.seen.chart]; }";

    /// <summary>Opens a page, in a tab of its own.</summary>
    public static async Task<PageVisit> OpenAsync(IBrowserContext window, string path)
    {
        var page = await window.NewPageAsync();
        await page.AddInitScriptAsync(Watch);
        var wire = await window.NewCDPSessionAsync(page);
        var bytes = 0.0;
        Dictionary<string, double> open = new(StringComparer.Ordinal);
        wire.Event("Network.dataReceived").OnEvent += (_, said) => open[Id(said)] = open.GetValueOrDefault(Id(said)) + Length(said);
        wire.Event("Network.loadingFinished").OnEvent += (_, said) =>
        {
            open.Remove(Id(said));
            bytes += Length(said);
        };
        await wire.SendAsync("Network.enable");
        await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Load });
        await Task.Delay(Settles);
        var times = await page.EvaluateAsync<JsonElement>(Read);
        await page.CloseAsync();

        // What has not ended is the stream that keeps the page fresh.
        return new(Time(times[0]), Time(times[1]), Time(times[2]), bytes + open.Values.Sum());
    }

    private static string Id(JsonElement? said) => said!.Value.GetProperty("requestId").GetString()!;

    private static double Length(JsonElement? said) => said!.Value.GetProperty("encodedDataLength").GetDouble();

    private static double Time(JsonElement time) => time.ValueKind == JsonValueKind.Number ? time.GetDouble() : double.NaN;
}
