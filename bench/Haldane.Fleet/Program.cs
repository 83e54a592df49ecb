using System.Diagnostics;
using System.Globalization;
using Haldane.Control.Rollouts;
using Haldane.Core.Access;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Fleet;
using Haldane.Gateway.Routing;
using Haldane.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

var rollouts = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000;
var ticks = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 120;
var perSecond = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
const int Warming = 10;

var folder = Directory.CreateTempSubdirectory("haldane-fleet-");
try
{
    var set = Plan.Of(rollouts);
    var clock = new HandClock();
    await using var store = await SqliteStore.OpenAsync(Path.Combine(folder.FullName, "haldane.db"), CancellationToken.None);
    var tokens = new TokenCodec(await store.InstallationKeyAsync(CancellationToken.None));
    using var router = new GatewayRouter();
    var before = Held();
    using var controller = await RolloutController.RecoverAsync(set, store, router, tokens, clock, NullLogger<RolloutController>.Instance, CancellationToken.None);
    Console.WriteLine($"{rollouts} models routed, nothing runs: {(Held() - before) / 1e3 / rollouts:0} KB each");

    var watch = Stopwatch.StartNew();
    foreach (var rollout in set.Rollouts)
    {
        var outcome = await controller.CommandAsync(rollout.Name, RolloutCommand.Start, Person.Anyone, null, CancellationToken.None);
        if (outcome.Kind != CommandOutcomeKind.Done)
        {
            throw new InvalidOperationException(outcome.Message);
        }
    }

    Console.WriteLine($"all started, one command each: {watch.Elapsed.TotalSeconds:0.0} s");
    var callers = new Callers(router, perSecond);
    var taken = new List<Tick>();
    for (var n = 0; n < ticks + Warming; n++)
    {
        callers.Second();
        clock.Second();
        var tick = await Tick.MeasureAsync(controller);
        if (n >= Warming)
        {
            taken.Add(tick);
        }
    }

    Console.WriteLine($"{ticks} ticks with {perSecond} exchanges each a rollout and second");
    Tick.Print(taken, rollouts);
    var held = Held() - before;
    using var process = Process.GetCurrentProcess();
    Console.WriteLine($"held: {held / 1e3 / rollouts:0} KB a rollout; resident in all: {process.WorkingSet64 / 1e6:0} MB; health: {controller.Health.Message}");
    Console.WriteLine(string.Join(", ", controller.Rollouts.GroupBy(r => $"{r.Rollout.Phase} stage {r.Rollout.Stage}").Select(g => $"{g.Count()} {g.Key}")));
}
finally
{
    folder.Delete(recursive: true);
}

static long Held() => GC.GetTotalMemory(forceFullCollection: true);
