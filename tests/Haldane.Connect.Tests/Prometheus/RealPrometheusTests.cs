using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Haldane.Connect.Prometheus;
using Haldane.Core.Ports;

namespace Haldane.Connect.Tests.Prometheus;

/// <summary>Against Debian's Prometheus, on loopback, with points that were written into its store beforehand.</summary>
public sealed class RealPrometheusTests
{
    private const long Start = 1_772_625_600;

    public static bool IsThere => Find("prometheus") is not null && Find("promtool") is not null;

    [Fact(Skip = "needs prometheus and promtool, which ./test fetches on Debian", SkipUnless = nameof(IsThere))]
    public async Task Points_mistakes_and_several_series_come_as_they_do_from_the_small_server()
    {
        var folder = Directory.CreateTempSubdirectory("haldane-prometheus-");
        try
        {
            await FillAsync(folder.FullName);
            var address = $"http://127.0.0.1:{FreePort()}";
            using var server = Run(
                "prometheus", folder.FullName, "--config.file=none.yml", "--storage.tsdb.path=data", "--storage.tsdb.retention.time=100y", $"--web.listen-address={address[7..]}");
            try
            {
                using var source = new PrometheusSource(address, null);
                var range = new MetricRange(DateTimeOffset.FromUnixTimeSeconds(Start), DateTimeOffset.FromUnixTimeSeconds(Start + 15 * 39), TimeSpan.FromSeconds(15));
                await ReadyAsync(address);

                var points = await source.RangeAsync("p99{arm=\"canary\"}", range, CancellationToken.None);
                var several = await Assert.ThrowsAsync<MetricSourceException>(() => source.RangeAsync("p99", range, CancellationToken.None));
                var wrong = await Assert.ThrowsAsync<MetricSourceException>(() => source.RangeAsync("p99{", range, CancellationToken.None));

                Assert.Equal(40, points.Count);
                Assert.Equal((Start + 15.0, 1.5), (points[1].Time, points[1].Value));
                Assert.Empty(await source.RangeAsync("nothing", range, CancellationToken.None));
                Assert.Contains("the query gives 2 series", several.Message, StringComparison.Ordinal);
                Assert.Contains("answered 400: 1:5: parse error", wrong.Message, StringComparison.Ordinal);
            }
            finally
            {
                server.Kill();
                await server.WaitForExitAsync();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task FillAsync(string folder)
    {
        var lines = Enumerable.Range(0, 40).SelectMany(i => new[] { "baseline", "canary" }.Select(arm =>
            string.Create(CultureInfo.InvariantCulture, $"p99{{arm=\"{arm}\"}} {1 + 0.5 * (i % 2)} {Start + 15 * i}")));
        await File.WriteAllTextAsync(Path.Combine(folder, "points.om"), $"# TYPE p99 gauge\n{string.Join('\n', lines)}\n# EOF\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "none.yml"), "global: { scrape_interval: 1h }\n");
        using var tool = Run("promtool", folder, "tsdb", "create-blocks-from", "openmetrics", "points.om", "data");
        await tool.WaitForExitAsync();
        Assert.Equal(0, tool.ExitCode);
    }

    private static async Task ReadyAsync(string address)
    {
        using var client = new HttpClient();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"{address}/-/ready"), patience.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                await Task.Yield(); // it does not listen yet
            }
        }
    }

    private static Process Run(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Find(program)!, arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Append(Path.Combine(ThisFolder(), "..", "..", "..", "artifacts", "tools", "prometheus", "usr", "bin"))
        .Select(folder => Path.GetFullPath(Path.Combine(folder.Length == 0 ? "." : folder, program)))
        .FirstOrDefault(File.Exists);

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
