using System.Globalization;
using System.Net;
using Haldane.Load;

// Load for bench/gateway, on one thread. All figures of time are in microseconds.
//   serve PORT                                                       a model server: 190 bytes, 1 MB (/megabyte) or a paced stream of events (/stream)
//   drive PORT [--rate R] [--connections N] [--body BYTES] [--path P] [--seconds S] [--warm S]
//       prints: result REQUESTS/S REQUESTS P50 P99 FAILED P99.9 MOST LAG-P99
//   compare PORT --rate R --path P --other P [--connections N] [--seconds S] [--moment S]      two paths in turn, a moment each
//       prints: result ANSWERS P50 P99, the same of the other, then its p50 and its p99 as ratios, each with both ends of a 95 % interval, FAILED
//   frontier PORT [--connections N] [--seconds S]                    prints: result MOST/S then for each of 1, 5, 10 ms the most requests/s with a p99 below
//   streams PORT [--streams N] [--seconds S]
//       prints: result EVENTS/S EVENTS TTFT-P50 TTFT-P99 FAILED DELAY-P50 DELAY-P99 GAP-P99 GAP-MOST STALLED
var to = new IPEndPoint(IPAddress.Loopback, int.Parse(args[1], CultureInfo.InvariantCulture));
var seconds = Number("--seconds", 5);
var request = new Request(to, Option("--path") ?? "/v2/models/fraud/infer", (int)Number("--body", 0));
switch (args[0])
{
    case "serve":
        using (var server = new ModelServer(to))
        {
            server.Run();
        }

        break;
    case "drive":
        using (var driver = new Driver(to, request, (int)Number("--connections", 64)))
        {
            Console.WriteLine(driver.Run(Number("--rate", 0), Number("--warm", 0.5), seconds));
        }

        break;
    case "compare":
        using (Driver one = new(to, request, (int)Number("--connections", 64)), other = new(to, new(to, Option("--other")!, (int)Number("--body", 0)), (int)Number("--connections", 64)))
        {
            Console.WriteLine(new Comparison(one, other, Number("--rate", 1_000), Number("--moment", 0.25)).Run(seconds));
        }

        break;
    case "frontier":
        Console.WriteLine(new Frontier(to, request, (int)Number("--connections", 64), seconds).Find(1, 5, 10));
        break;
    case "streams":
        using (var callers = new StreamCallers(to, (int)Number("--streams", 1000)))
        {
            Console.WriteLine(callers.Run(seconds));
        }

        break;
    default:
        Console.Error.WriteLine($"{args[0]}: wanted serve, drive, compare, frontier or streams");
        return 2;
}

return 0;

string? Option(string name) => Array.IndexOf(args, name) is > 0 and var at ? args[at + 1] : null;

double Number(string name, double otherwise) => Option(name) is { } found ? double.Parse(found, CultureInfo.InvariantCulture) : otherwise;
