using System.Net;
using Haldane.Pages.Running;

namespace Haldane.Pages.Readers;

/// <summary>Reads the streams of open pages as a browser does, but draws nothing.</summary>
internal static class OpenPages
{
    private static readonly byte[] Event = "\n\n"u8.ToArray();

    /// <summary>Opens streams, says when each has brought something, and reads on until the standard input ends.</summary>
    public static async Task ReadAsync(Uri admin, int overviews, int rollouts)
    {
        using var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None };
        using var http = new HttpClient(handler) { BaseAddress = admin };
        using var stop = new CancellationTokenSource();
        string[] paths = [.. Enumerable.Repeat("/live", overviews), .. Enumerable.Repeat($"/rollouts/{Plan.RolloutName(0)}/live", rollouts)];
        var tally = new Tally();
        Task[] pages = [.. paths.Select(path => ReadAsync(http, path, tally, stop.Token))];
        while (tally.Open < paths.Length)
        {
            await Task.Delay(20, CancellationToken.None);
        }

        tally.Begin();
        Console.WriteLine("open");
        await Console.In.ReadToEndAsync(CancellationToken.None);
        Console.WriteLine($"{tally.Bytes} {tally.Events}");
        await stop.CancelAsync();
        await Task.WhenAll(pages);
    }

    private static async Task ReadAsync(HttpClient http, string path, Tally tally, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, deflate, br, zstd");
        request.Headers.TryAddWithoutValidation("Cache-Control", "no-cache");
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            answer.EnsureSuccessStatusCode();
            await using var body = await answer.Content.ReadAsStreamAsync(stop);
            var buffer = new byte[64 * 1024];
            for (var isFirst = true; await body.ReadAsync(buffer, stop) is > 0 and var count; isFirst = false)
            {
                tally.Add(count, buffer.AsSpan(0, count).Count(Event), isFirst);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The page was closed.
        }
    }

    /// <summary>What all pages got. Any thread.</summary>
    private sealed class Tally
    {
        private long _bytes;
        private long _events;
        private int _open;

        public int Open => Volatile.Read(ref _open);

        public long Bytes => Interlocked.Read(ref _bytes);

        public long Events => Interlocked.Read(ref _events);

        /// <summary>Counts from now on: what came first, a whole page, is not what keeps it fresh.</summary>
        public void Begin()
        {
            Interlocked.Exchange(ref _bytes, 0);
            Interlocked.Exchange(ref _events, 0);
        }

        public void Add(int bytes, int events, bool isFirst)
        {
            Interlocked.Add(ref _bytes, bytes);
            Interlocked.Add(ref _events, events);
            if (isFirst)
            {
                Interlocked.Increment(ref _open);
            }
        }
    }
}
