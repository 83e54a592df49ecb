using System.Globalization;
using Haldane.Pages.Running;

namespace Haldane.Pages;

/// <summary>Opens pages again and again, and prints a row for each.</summary>
/// <param name="chromium">The browser.</param>
/// <param name="times">How often each is opened.</param>
/// <param name="target">What the load event has to come before, ms.</param>
internal sealed class PageTable(Chromium chromium, int times, double target)
{
    private const double MostKilobytes = 300;

    public static void Head() => Console.WriteLine("""
        | page | cache | first ms | p50 ms | p95 ms | max ms | target: p95 | largest content p50 ms | first chart p50 ms | kB | target: 300 kB |
        | --- | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | --- |
        """);

    /// <summary>Opens a page with an empty cache each time, and then with what the same window has cached.</summary>
    public async Task RunAsync(string name, Uri admin, string path, bool isWarmToo = true)
    {
        var cold = new List<PageVisit>();
        for (var i = 0; i <= times; i++)
        {
            await using var window = await chromium.OpenAsync(admin);
            cold.Add(await PageVisit.OpenAsync(window, path));
            Console.Error.Write('.');
        }

        Row(name, "empty", cold);
        if (!isWarmToo)
        {
            return;
        }

        var warm = new List<PageVisit>();
        await using var same = await chromium.OpenAsync(admin);
        await PageVisit.OpenAsync(same, path);
        for (var i = 0; i <= times; i++)
        {
            warm.Add(await PageVisit.OpenAsync(same, path));
            Console.Error.Write('.');
        }

        Row(name, "warm", warm);
    }

    // The first compiles what draws the page, or opens the store's pages: it stands apart.
    private void Row(string name, string cache, List<PageVisit> all)
    {
        var visits = all[1..];
        double[] loads = [.. visits.Select(v => v.Load)];
        var (most, kilobytes) = (Figures.Quantile(loads, 0.95), visits.Max(v => v.Bytes) / 1e3);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {cache} | {all[0].Load:0} | {Figures.Cells(loads)} | < {target:0}: {Figures.Met(most, target)} | {Median(visits, v => v.Largest)} | {Median(visits, v => v.Chart)} | {kilobytes:0} | {Figures.Met(kilobytes, MostKilobytes)} |"));
    }

    private static string Median(List<PageVisit> visits, Func<PageVisit, double> value)
    {
        double[] known = [.. visits.Select(value).Where(v => !double.IsNaN(v))];
        return known.Length == 0 ? "-" : Figures.Quantile(known, 0.5).ToString("0");
    }
}
