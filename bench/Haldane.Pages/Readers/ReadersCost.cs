using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Haldane.Pages.Running;

namespace Haldane.Pages.Readers;

/// <summary>What fifty open pages cost the gateway.</summary>
/// <remarks>
/// The server has core 0 to itself; model, load and readers share core 1, so that what the readers take of a core is not taken from the gateway. Rounds with and without alternate, in pairs of changing
/// order, in one run: a machine that is now quick, now slow is so for both.
/// </remarks>
internal static class ReadersCost
{
    private const int Pages = 50;
    private const int Rollouts = 10;
    private const int Connections = 32;
    private const int CalmRate = 500;
    private const double Target = 0.02;
    private const int ServerCore = 0, OtherCore = 1;

    /// <summary>A round.</summary>
    /// <param name="PerSecond">Requests a second.</param>
    /// <param name="Cpu">Of the server, microseconds a request.</param>
    /// <param name="Busy">Of the server, seconds of processor a second.</param>
    /// <param name="Read">Bytes that each page got a second.</param>
    private sealed record Round(double PerSecond, double Cpu, double Busy, double Read);

    public static async Task RunAsync(int pairs, int seconds)
    {
        Console.WriteLine($"\n## readers: {Pages} open pages, half of them the overview of {Rollouts} rollouts, half one rollout, against none\n");
        Console.WriteLine($"{pairs} pairs of rounds of {seconds} s. The server is on core {ServerCore}, all others are on core {OtherCore}. {Connections} connections, each with one request at a time.\n");
        var port = FreePort();
        var model = Child.Start(OtherCore, "dotnet", Repository.Load, "serve", $"{port}");
        try
        {
            using var plan = new Plan();
            var at = $"http://127.0.0.1:{port}";
            await using var server = await Server.StartAsync(plan.Write(Rollouts, at, at), plan.Store, ServerCore);
            await server.SaysAsync(Plan.RolloutName(Rollouts - 1), "\"Running\"");
            await RoundAsync(server, seconds, 0, readers: true);
            var (full, core) = await PairsAsync("as many requests as go through", server, pairs, seconds, 0);
            var (_, calm) = await PairsAsync($"{CalmRate} requests/s", server, Math.Max(1, pairs / 2), seconds, CalmRate);
            Console.WriteLine($"Target, less than {Target:P0} of the requests/s: counted {Verdict(full)}; by what the pages take of the core that these requests have {Verdict(calm.Taken / core.Busy)}.\n");
        }
        finally
        {
            await Child.EndAsync(model);
        }
    }

    // What part of the requests/s is lost; and what the server has of a core without the pages, and what they take of one.
    private static async Task<(double Lost, (double Busy, double Taken) Core)> PairsAsync(string what, Server server, int pairs, int seconds, int rate)
    {
        List<Round> without = [], with = [];
        for (var i = 0; i < pairs; i++)
        {
            foreach (var readers in i % 2 == 0 ? new[] { false, true } : [true, false])
            {
                (readers ? with : without).Add(await RoundAsync(server, seconds, rate, readers));
                Console.Error.Write('.');
            }
        }

        double[] rates = Ratios(with, without, r => r.PerSecond), cpu = Ratios(with, without, r => r.Cpu), busy = [.. with.Zip(without, (w, o) => 100 * (w.Busy - o.Busy))];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            ### {what}

            | median (least to most) | without | with {Pages} pages | with / without |
            | --- | ---: | ---: | ---: |
            | requests/s | {Spread(without, r => r.PerSecond, "0")} | {Spread(with, r => r.PerSecond, "0")} | {Figures.Spread(rates, "0.000")}, mean {Figures.Mean(rates, "0.000")} |
            | CPU of the server a request, µs | {Spread(without, r => r.Cpu, "0.0")} | {Spread(with, r => r.Cpu, "0.0")} | {Figures.Spread(cpu, "0.000")}, mean {Figures.Mean(cpu, "0.000")} |
            | CPU of the server, % of a core | {Spread(without, r => 100 * r.Busy, "0.0")} | {Spread(with, r => 100 * r.Busy, "0.0")} | {Figures.Spread(busy, "+0.0;-0.0;0.0")} points, mean {Figures.Mean(busy, "+0.0;-0.0;0.0")} |
            | bytes a page and second | - | {Spread(with, r => r.Read, "0")} | - |

            """));
        return (1 - rates.Average(), (without.Average(r => r.Busy), busy.Average() / 100));
    }

    private static string Verdict(double cost) => string.Create(CultureInfo.InvariantCulture, $"{100 * cost:0.0} %, {Figures.Met(cost, Target)}");

    private static double[] Ratios(List<Round> with, List<Round> without, Func<Round, double> value) => [.. with.Zip(without, (w, o) => value(w) / value(o))];

    private static string Spread(List<Round> rounds, Func<Round, double> value, string format) => Figures.Spread([.. rounds.Select(value)], format);

    private static async Task<Round> RoundAsync(Server server, int seconds, int rate, bool readers)
    {
        var pages = readers ? Child.Start(OtherCore, "dotnet", Repository.Pages, "read", server.Admin.ToString(), $"{Pages / 2}", $"{Pages - Pages / 2}") : null;
        try
        {
            if (pages is not null && await pages.StandardOutput.ReadLineAsync() != "open")
            {
                throw new InvalidOperationException($"the readers ended: {await pages.StandardError.ReadToEndAsync()}");
            }

            await Task.Delay(1_000);
            var (before, since) = (server.Cpu, Stopwatch.GetTimestamp());
            var (perSecond, count) = await DriveAsync(server.Data.Port, seconds, rate);
            var (used, took) = (server.Cpu - before, Stopwatch.GetElapsedTime(since).TotalSeconds);
            return new(perSecond, used * 1e6 / count, used / took, await ReadAsync(pages) / Pages / (took + 1));
        }
        finally
        {
            if (pages is not null)
            {
                await Child.EndAsync(pages);
            }
        }
    }

    private static async Task<double> ReadAsync(Process? pages)
    {
        if (pages is null)
        {
            return 0;
        }

        pages.StandardInput.Close();
        var said = await pages.StandardOutput.ReadLineAsync();
        return double.Parse(said!.Split(' ')[0], CultureInfo.InvariantCulture);
    }

    // Prints: result REQUESTS/S REQUESTS P50 P99 FAILED ...
    private static async Task<(double PerSecond, double Count)> DriveAsync(int port, int seconds, int rate)
    {
        var load = Child.Start(
            OtherCore, "dotnet", Repository.Load, "drive", $"{port}", "--rate", $"{rate}", "--connections", $"{Connections}", "--seconds", $"{seconds}", "--warm", "0", "--path", $"/v2/models/{Plan.ModelName(0)}/infer");
        try
        {
            var said = (await load.StandardOutput.ReadToEndAsync()).Split(' ', StringSplitOptions.TrimEntries);
            return said is ["result", var perSecond, var count, _, _, "0", ..]
                ? (double.Parse(perSecond, CultureInfo.InvariantCulture), double.Parse(count, CultureInfo.InvariantCulture))
                : throw new InvalidOperationException($"the load says: {string.Join(' ', said)} {await load.StandardError.ReadToEndAsync()}");
        }
        finally
        {
            await Child.EndAsync(load);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
