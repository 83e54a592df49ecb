using System.Diagnostics;
using Haldane.Core.Feedback;
using Haldane.Core.Ports;
using Haldane.Store.Sqlite;

namespace Haldane.Store.Tests.Sqlite;

/// <summary>Measures; asserts nothing about time, so it runs only when asked for.</summary>
public sealed class SpeedTests(ITestOutputHelper output) : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TempFolder _folder = new();

    public static bool IsAsked => Environment.GetEnvironmentVariable("HALDANE_LONG") == "1";

    public void Dispose() => _folder.Dispose();

    [Fact(Skip = "measures this machine; set HALDANE_LONG=1 to run it", SkipUnless = nameof(IsAsked))]
    public async Task Measure()
    {
        await using var store = await SqliteStore.OpenAsync(_folder.File(), None);
        output.WriteLine($"SQLite {SqliteStore.SqliteVersion}");
        await FeedbackAsync(store, 1, 32);
        await FeedbackAsync(store, 1, 1);
        await FeedbackAsync(store, 1, 64);
        await FeedbackAsync(store, 100, 8);
        await FeedbackAsync(store, 1_000, 4);

        var watch = Stopwatch.StartNew();
        for (var i = 1; i <= 2_000; i++)
        {
            await store.AppendEvidenceAsync(1, Make.Slice(i), None);
        }

        output.WriteLine($"evidence, one run, one after the other: {2_000 / watch.Elapsed.TotalSeconds:N0} slices/s");
        watch.Restart();
        await Task.WhenAll(Enumerable.Range(2, 20).Select(run => Task.Run(async () =>
        {
            for (var i = 1; i <= 200; i++)
            {
                await store.AppendEvidenceAsync(run, Make.Slice(i), None);
            }
        })));
        output.WriteLine($"evidence, 20 runs at once: {4_000 / watch.Elapsed.TotalSeconds:N0} slices/s");

        var times = new List<double>();
        for (var i = 0; i < 2_000; i++)
        {
            var next = Make.Running("a", 1, i % 3);
            watch.Restart();
            await store.RecordAsync(Make.Entry(next), next, None);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        output.WriteLine($"record: p50 {times[1000]:0.00} ms, p99 {times[1980]:0.00} ms, max {times[^1]:0.00} ms");
        watch.Restart();
        var check = await store.VerifyAsync(None);
        output.WriteLine($"verify of {check.Records} records and 6,000 slices: {watch.Elapsed.TotalMilliseconds:N0} ms, problems {check.Problems.Count}");
    }

    private static long _next;

    private async Task FeedbackAsync(SqliteStore store, int size, int callers)
    {
        var watch = Stopwatch.StartNew();
        var items = 0L;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed < TimeSpan.FromSeconds(2))
            {
                var batch = new JoinedFeedback[size];
                for (var i = 0; i < size; i++)
                {
                    batch[i] = Make.Feedback(Interlocked.Increment(ref _next));
                }

                await store.AddFeedbackAsync(batch, None);
                Interlocked.Add(ref items, size);
            }
        })));
        output.WriteLine($"feedback, {callers} callers x {size} items a call: {items / watch.Elapsed.TotalSeconds:N0} items/s");
    }
}
