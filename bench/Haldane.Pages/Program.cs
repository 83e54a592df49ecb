using System.Diagnostics;
using System.Globalization;
using Haldane.Pages;
using Haldane.Pages.Readers;
using Haldane.Pages.Running;

// What the dashboard costs whoever looks, and whoever is served meanwhile: see bench/dashboard.
//   pixels|load|readers|week|all [--rounds N] [--seconds S] [--every S]
//       --rounds: events, loads, pairs of rounds or openings; --seconds: of a round; --every: seconds of a slice of the week
//   read ADMIN OVERVIEWS ROLLOUTS     open pages, without a browser: what readers starts as a process of its own
switch (args)
{
    case ["read", var admin, var overviews, var rollouts]:
        await OpenPages.ReadAsync(new(admin), Whole(overviews), Whole(rollouts));
        return 0;
    case ["pixels" or "load" or "readers" or "week" or "all", ..]:
        Repository.Require();
        Console.WriteLine($"load average at the start: {Repository.LoadAverage}");
        foreach (var part in args[0] == "all" ? ["pixels", "load", "readers", "week"] : args[..1])
        {
            var since = Stopwatch.GetTimestamp();
            await (part switch
            {
                "pixels" => Pixels.RunAsync(Option("--rounds", 40)),
                "load" => Loads.RunAsync(Option("--rounds", 20)),
                "readers" => ReadersCost.RunAsync(Option("--rounds", 4), Option("--seconds", 8)),
                _ => Week.RunAsync(Option("--rounds", 10), TimeSpan.FromSeconds(Option("--every", 300))),
            });
            Console.WriteLine($"\n{part} took {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s; load average now: {Repository.LoadAverage}");
        }

        return 0;
    default:
        Console.Error.WriteLine("wanted is pixels, load, readers, week or all, and [--rounds N] [--seconds S] [--every S]");
        return 2;
}

int Option(string name, int otherwise) => Array.IndexOf(args, name) is > 0 and var at ? Whole(args[at + 1]) : otherwise;

static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);
