using System.Text.Json;
using Haldane.Pages.Running;
using Microsoft.Playwright;

namespace Haldane.Pages;

/// <summary>How long it takes from an event in the gateway to its pixels on an open rollout page.</summary>
/// <remarks>Page and callers read the same clock. A frame counts when it has been handed over to be shown: in a task after the animation callback in which its text was read.</remarks>
internal static class Pixels
{
    private const double Target = 2_000;

    // What the page shows, frame by frame, as far as it changes: [time, canary's exchanges, whether it says paused].
    private const string Watch = """
        () => {
          window.shown = [];
          let waits = false;
          const look = () => {
            waits = false;
            const canary = Number(document.querySelector('#reach dd').textContent.replace(/\D/g, ''));
            const paused = document.querySelector('#rollout-head .hold[data-kind=Paused]') ? 1 : 0;
            setTimeout(() => window.shown.push([Date.now(), canary, paused]));
          };
          new MutationObserver(() => {
            if (!waits) {
              waits = true;
              requestAnimationFrame(look);
            }
          }).observe(document.getElementById('main'), { subtree: true, childList: true, characterData: true, attributes: true });
        }
        """;

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    public static async Task RunAsync(int events)
    {
        Console.WriteLine($"\n## pixels: {events} bursts of requests and {events} actions, on the page of a running rollout\n");
        using var plan = new Plan();
        await using Model v1 = await Model.StartAsync(20), v2 = await Model.StartAsync(19);
        await using var server = await Server.StartAsync(plan.Write(1, v1.Address, v2.Address), plan.Store);
        await server.SaysAsync(Plan.RolloutName(0), "\"Running\"");
        await using var chromium = await Chromium.StartAsync();
        await using var window = await chromium.OpenAsync(server.Admin);
        await using var callers = new Callers(server.Data, 1, 4, TimeSpan.FromMilliseconds(5));
        var page = await window.NewPageAsync();
        await page.GotoAsync($"/rollouts/{Plan.RolloutName(0)}");
        await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("live");
        await Task.Delay(2_000);
        await page.EvaluateAsync(Watch);

        var (bursts, actions) = (BurstsAsync(callers, events), ActionsAsync(server, page, events));
        var (counts, phases) = (await bursts, await actions);
        await Task.Delay(3_000);
        Frame[] frames = [.. (await page.EvaluateAsync<JsonElement>("() => window.shown")).EnumerateArray().Select(f => new Frame(f[0].GetInt64(), f[1].GetInt64(), f[2].GetInt32() == 1))];
        Console.WriteLine("| event | shown by | p50 ms | p95 ms | max ms | target: p95 |\n| --- | --- | ---: | ---: | ---: | --- |");
        Report("the canary answers a request of a burst", "the count of its exchanges", [.. counts.Select(c => Took(frames, c.At, f => f.Canary >= c.Canary))]);
        Report("a person pauses or resumes", "the word beside the phase", [.. phases.Select(p => Took(frames, p.At, f => f.At >= p.At && f.Paused == p.Paused))]);
        Console.WriteLine($"\n{frames.Length} frames that changed the page; {callers.Canary:N0} requests that the canary answered.");
    }

    private static async Task<List<(long At, long Canary)>> BurstsAsync(Callers callers, int events)
    {
        const int Burst = 20;
        var chance = new Random(7);
        var seen = new List<(long, long)>();
        while (seen.Count < events)
        {
            await Task.Delay(chance.Next(200, 2_000));
            var first = await Task.WhenAll(Enumerable.Range(0, Burst).Select(async _ => (Canary: await callers.CallAsync(), At: Now)));
            if (first.Where(f => f.Canary is not null).OrderBy(f => f.Canary).FirstOrDefault() is (Canary: { } canary, var at))
            {
                seen.Add((at, canary));
                Console.Error.Write('.');
            }
        }

        return seen;
    }

    // From when it was asked for, which is before it was done. The next one is asked for some time after this one was shown.
    private static async Task<List<(long At, bool Paused)>> ActionsAsync(Server server, IPage page, int events)
    {
        var chance = new Random(8);
        var seen = new List<(long, bool)>();
        for (var i = 0; i < events; i++)
        {
            var pause = i % 2 == 0;
            await Task.Delay(chance.Next(0, 1_000));
            seen.Add((Now, pause));
            await server.DoAsync(Plan.RolloutName(0), pause ? "pause" : "resume");
            await page.WaitForFunctionAsync("paused => window.shown.at(-1)?.[2] === paused", pause ? 1 : 0, new() { PollingInterval = 50 });
        }

        return seen;
    }

    private static double Took(Frame[] frames, long at, Func<Frame, bool> shows) => Array.Find(frames, f => shows(f)) is { } frame ? Math.Max(0, frame.At - at) : double.PositiveInfinity;

    private static void Report(string what, string by, double[] took) => Console.WriteLine($"| {what} | {by} | {Figures.Cells(took)} | < {Target:0}: {Figures.Met(Figures.Quantile(took, 0.95), Target)} |");

    private sealed record Frame(long At, long Canary, bool Paused);
}
