using System.Diagnostics;
using System.Globalization;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge;
using Haldane.Promise;
using Haldane.Simulation.Traffic;
using MathNet.Numerics.Distributions;

// Holds the judge to its promise by simulation. Arguments: rollbacks|promotions|all, --streams N, --only TEXT (rows whose name holds it), --out DIRECTORY.
var what = args.FirstOrDefault(a => !a.StartsWith('-')) ?? "all";
var most = int.Parse(Option("--streams") ?? "4000", CultureInfo.InvariantCulture);
if (what is "rollbacks" or "all")
{
    Rollbacks(Table("rollbacks"));
}

if (what is "promotions" or "all")
{
    Promotions(Table("promotions"));
}

return;

void Rollbacks(Table table)
{
    int[] four = [1, 5, 20, 50], nine = [10, 15, 20, 25, 30, 35, 40, 45, 50];
    var zipf = new Regulars(5000, 1, 0.02);
    var second = TimeSpan.FromSeconds(1);
    var day = new Conditions { DailyRate = 0.7, DailyErrors = 2 };
    table.Add("| world | false rollbacks | rate | 95 % interval | promised | by |");
    table.Add("| --- | ---: | ---: | --- | ---: | --- |");
    foreach (var (name, streams, rate, length, perStage, shares, conditions) in new (string, int, double, TimeSpan, int, int[], Conditions)[]
    {
        ("stationary", most, 400, second, 60, four, Conditions.Calm),
        ("base rate doubles while the share moves", most, 400, second, 60, four, new() { ErrorsPerHour = Math.Pow(2, 3600 / 240.0), LatencyPerHour = Math.Pow(1.3, 3600 / 240.0) }),
        ("daily cycle (24 h, looked at every 6 minutes)", most, 400 / 360.0, 360 * second, 60, four, day),
        ("Zipf users, 2 % of them make all errors", most, 400, second, 60, four, new() { Regulars = zipf }),
        ("Zipf users, each with a latency, a class and a confidence of its own", most, 400, second, 60, four, new() { Regulars = zipf with { LatencySpread = 0.3, Sameness = 0.5 } }),
        ("Zipf users over nine close stages", Math.Max(1, most / 4), 400, second, 60, nine, new() { Regulars = zipf with { LatencySpread = 0.3, Sameness = 0.5 } }),
        ("bursts: stalls and outages", most, 400, second, 60, four, new() { Stalls = new(0.03, 0.8, 5), Outages = new(0.02, 0.5), Retries = new(0.5, 0.5) }),
        ("labels late and uneven", most, 400, second, 60, four, new() { FeedbackSpread = 60 * second, FeedbackEvery = 15 * second }),

        // Twelve times the looks and eighteen times the evidence: for a tenth of the streams.
        ("daily cycle (24 h, looked at every 30 seconds)", Math.Max(1, most / 10), 20, 30 * second, 720, four, day),
    }.Where(w => IsAsked(w.Item1)))
    {
        foreach (var (canary, kind) in new[] { (Plan.Baseline, "as the baseline"), (Plan.AtEveryFineLine(), "at the fine lines") })
        {
            var rollout = Plan.Rollout(Plan.Guards, new() { FalseRollback = 0.01 }, TimeSpan.FromSeconds(60), shares);
            var world = new World { Traffic = Plan.Traffic(rate, conditions), Canary = canary };
            var blamed = new System.Collections.Concurrent.ConcurrentBag<string>();
            Run($"{name}, {kind}", streams, seed =>
            {
                if (Fails(rollout, world, seed, length, perStage) is { } failed)
                {
                    blamed.Add(failed);
                }
            });
            var by = string.Join(", ", blamed.GroupBy(g => g).OrderByDescending(g => g.Count()).Select(g => $"{g.Key} {g.Count()}"));
            table.Add($"| {name}; canary {kind} | {Row(blamed.Count, streams)} | 1 % | {by} |");
        }
    }
}

void Promotions(Table table)
{
    table.Add("| canary at the bad line of | false promotions | rate | 95 % interval | promised |");
    table.Add("| --- | ---: | ---: | --- | ---: |");
    foreach (var guard in Plan.Guards.Concat(Plan.MoreGuards).Where(g => IsAsked(g.Name)))
    {
        var rollout = Plan.Rollout([guard with { Segments = SegmentScan.None }], new(), TimeSpan.FromSeconds(40), 5, 20, 50);
        var world = new World { Traffic = Plan.Traffic(400, Conditions.Calm), Canary = Plan.At(guard, guard.Bad) };
        var promoted = 0;
        Run(guard.Name, most, seed =>
        {
            if (Passes(rollout, world, seed, 60))
            {
                Interlocked.Increment(ref promoted);
            }
        });
        table.Add($"| {guard.Name}: {guard.Signal} {(guard.AtLeast ? "at least" : "at most")} {guard.Scale} {guard.Bad.ToString(CultureInfo.InvariantCulture)} | {Row(promoted, most)} | 5 % |");
    }
}

bool IsAsked(string name) => Option("--only") is not { } only || name.Contains(only, StringComparison.OrdinalIgnoreCase);

Table Table(string name) => new(Option("--out") is { } directory ? Path.Combine(directory, $"{name}.md") : null);

// The guard that takes a fine canary back, if any does at any look.
static string? Fails(RolloutSpec rollout, World world, int seed, TimeSpan length, int perStage)
{
    var traffic = new RandomTraffic(world, (ulong)seed, [.. rollout.Guards.Select(g => g.Signal)]);
    var judge = new RolloutJudge(Plan.Model, rollout);
    for (var i = 0; i < perStage * rollout.Stages.Count; i++)
    {
        judge.Add(traffic.Next(i / perStage, rollout.Stages[i / perStage].Share, length));
        foreach (var verdict in judge.Evaluate(forecast: false).Verdicts)
        {
            if (verdict.Kind == VerdictKind.Fail)
            {
                return verdict.Guard + (verdict.Segment is null ? "" : " in a segment");
            }
        }
    }

    return null;
}

// Whether a bad canary passes at any look of the last stage.
static bool Passes(RolloutSpec rollout, World world, int seed, int perStage)
{
    var traffic = new RandomTraffic(world, (ulong)seed, [.. rollout.Guards.Select(g => g.Signal)]);
    var judge = new RolloutJudge(Plan.Model, rollout);
    for (var i = 0; i < perStage * rollout.Stages.Count; i++)
    {
        judge.Add(traffic.Next(i / perStage, rollout.Stages[i / perStage].Share));
        if (i / perStage == rollout.Stages.Count - 1 && judge.Evaluate(forecast: false).Verdicts[0].Kind == VerdictKind.Pass)
        {
            return true;
        }
    }

    return false;
}

static void Run(string name, int streams, Action<int> stream)
{
    var (done, begun) = (0, Stopwatch.GetTimestamp());
    Parallel.For(1, streams + 1, seed =>
    {
        stream(seed);
        var now = Interlocked.Increment(ref done);
        if (now % Math.Max(1, streams / 10) == 0)
        {
            Console.Error.WriteLine($"{name}: {now} of {streams}, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s");
        }
    });
}

// Clopper and Pearson, Biometrika 26 (1934).
static string Row(int events, int streams)
{
    var low = events == 0 ? 0 : Beta.InvCDF(events, streams - events + 1, 0.025);
    var high = events == streams ? 1 : Beta.InvCDF(events + 1, streams - events, 0.975);
    return string.Create(CultureInfo.InvariantCulture, $"{events} of {streams} | {100.0 * events / streams:0.00} % | {100 * low:0.00} to {100 * high:0.00} %");
}

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
